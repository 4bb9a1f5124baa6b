"""Finding a text."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from community.content import configs
from community.info.loading import OVERVIEW, load_info
from community.info.models import Feature, NoSuchText, Topic

SHORT_TEXTS = frozenset({"streamerbot", "twitch"})
"""Where an answer is one line of chat."""


@cache
def features() -> Mapping[str, Feature]:
    return load_info(configs())


def describe(platform: str, feature: str = "", topic: str = "") -> str:
    """The text as the platform shows it. Without a feature and a topic: the overview. Source: wire 3.

    Raises:
        NoSuchText
    """
    found = find(features(), feature.lower(), topic.lower())
    return found.short if platform.lower() in SHORT_TEXTS else found.discord


def find(texts: Mapping[str, Feature], feature: str, topic: str) -> Feature | Topic:
    """A topic of a feature; a feature, or else the topic of that name; or the overview."""
    if feature and topic:
        found = texts[feature].topics.get(topic) if feature in texts else None
    else:
        name = feature or topic or OVERVIEW
        found = texts.get(name) or next((each.topics[name] for each in texts.values() if name in each.topics), None)
    if found is None:
        raise NoSuchText(name=" ".join(filter(None, (feature, topic))))
    return found
