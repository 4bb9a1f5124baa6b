"""Finding help texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from community.info.content import OVERVIEW, Feature, Topic, texts, typed_names
from community.info.models import NoSuchText
from kernel.naming import closest, key

T = TypeVar("T")

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
    homes = _by_typed_name(features)
    topics = {name: each for home in features.values() for name, each in _by_typed_name(home.topics).items()}
    known: Mapping[str, Feature | Topic] = topics | homes
    wanted = key(topic) or key(feature) if topic.strip() or feature.strip() else OVERVIEW
    if key(feature) and key(topic):
        home = homes.get(key(feature))
        if home is None:
            raise NoSuchText(name=f"{feature} {topic}", meant=closest(key(feature), homes))
        known = _by_typed_name(home.topics)
    if wanted not in known:
        raise NoSuchText(name=" ".join(filter(None, (feature, topic))), meant=closest(wanted, known))
    return known[wanted]


def _by_typed_name(named: Mapping[str, T]) -> dict[str, T]:
    """Return {key of what people type: text}; a name of another language never takes an own one."""
    translated = {typed: each for name, each in named.items() for typed in typed_names(name)}
    return translated | {key(name): each for name, each in named.items()}
