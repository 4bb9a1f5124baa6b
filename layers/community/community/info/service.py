"""Finding help texts."""

from __future__ import annotations

from collections.abc import Mapping

from community.info.content import OVERVIEW, Feature, T, Topic, index, texts
from community.info.models import NoSuchText
from kernel.naming import NameIndex, key

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
    asked = " ".join(filter(None, (feature, topic)))
    if not key(asked):
        return features[OVERVIEW]
    if key(feature) and key(topic):
        home = _found(index(features), feature, asked)
        return _found(index(home.topics), topic, asked)
    topics = {name: each for home in features.values() for name, each in home.topics.items()}
    known: NameIndex[tuple[str, Topic]] = index(features, topics)
    return _found(known, topic if key(topic) else feature, asked)


def _found(known: NameIndex[tuple[str, T]], typed: str, asked: str) -> T:
    found = known.find(typed)
    if found is None:
        raise NoSuchText(name=asked, meant=known.meant(typed))
    return found[1]
