"""Finding help texts."""

from __future__ import annotations

from collections.abc import Mapping

from community.info.content import OVERVIEW, Feature, Topic, texts
from community.info.models import NoSuchText
from kernel.naming import closest, key

SHORT_TEXTS = frozenset({"streamerbot", "twitch"})
"""Platforms where an answer is one line of chat."""


def describe(platform: str, feature: str = "", topic: str = "") -> str:
    """Return the text for a platform. Without a feature and a topic, it is the overview. Source: wire 3.

    Raises:
        NoSuchText
    """
    found = find(texts.by_feature, feature, topic)
    return found.short if key(platform) in SHORT_TEXTS else found.discord


def find(features: Mapping[str, Feature], feature: str, topic: str) -> Feature | Topic:
    """Find a topic of a feature; or a feature, else the topic of that name; or the overview. Named as people type.

    Raises:
        NoSuchText: it suggests similar names.
    """
    homes = {key(name): each for name, each in features.items()}
    known: dict[str, Feature | Topic] = {
        key(name): each for home in features.values() for name, each in home.topics.items()
    } | homes
    wanted = key(topic) or key(feature) or OVERVIEW
    if key(feature) and key(topic):
        home = homes.get(key(feature))
        if home is None:
            raise NoSuchText(name=f"{feature} {topic}", meant=closest(key(feature), homes))
        known = {key(name): each for name, each in home.topics.items()}
    if wanted not in known:
        raise NoSuchText(name=" ".join(filter(None, (feature, topic))), meant=closest(wanted, known))
    return known[wanted]
