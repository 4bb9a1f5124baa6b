"""Finding help texts."""

from __future__ import annotations

from collections.abc import Mapping

from community.info.content import OVERVIEW, Feature, Topic, texts
from community.info.models import NoSuchText

SHORT_TEXTS = frozenset({"streamerbot", "twitch"})
"""Platforms where an answer is one line of chat."""


def describe(platform: str, feature: str = "", topic: str = "") -> str:
    """Return the text for a platform. Without a feature and a topic, it is the overview. Source: wire 3.

    Raises:
        NoSuchText
    """
    found = find(texts.by_feature, _key(feature), _key(topic))
    return found.short if platform.lower() in SHORT_TEXTS else found.discord


def _key(name: str) -> str:
    return texts.key_by_name.get(name.strip().casefold(), name.lower())


def find(features: Mapping[str, Feature], feature: str, topic: str) -> Feature | Topic:
    """Find a topic of a feature; or a feature, else the topic of that name; or the overview."""
    if feature and topic:
        found = features[feature].topics.get(topic) if feature in features else None
    else:
        name = feature or topic or OVERVIEW
        homes = (each for each in features.values() if name in each.topics)
        found = features.get(name) or next((each.topics[name] for each in homes), None)
    if found is None:
        raise NoSuchText(name=" ".join(filter(None, (feature, topic))))
    return found
