"""The help texts for players."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Final, TypeVar

from pydantic import Field, StringConstraints

from community.configs import shipped
from community.text_contexts import INFO, SHORT_INFO, TOPIC, TOPIC_WORDS
from kernel.content.base import Document, Frozen, Key, Text
from kernel.content.library import FolderSection
from kernel.content.problems import Problem
from kernel.content.text_ids import TextId
from kernel.naming import NameIndex
from kernel.texts import every_term, every_word, term

OVERVIEW = "overview"
T = TypeVar("T", bound="Topic")
# A line of Twitch chat is limited to 500 characters, and the bot puts a name before the text.
LONGEST_LINE: Final = 450
Short = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_LINE, pattern=r"^[^\r\n]*$")]


class Topic(Frozen):
    """A text in two lengths."""

    written_discord: Text = Field(alias="discord")
    """The text for Discord, in Markdown; translated."""
    written_short: Short = Field(alias="short")
    """The text for a chat line; translated."""
    words: str = ""
    """What else people type for it, in a list; translated, never shown."""

    @property
    def discord(self) -> str:
        return term(INFO, self.written_discord)

    @property
    def short(self) -> str:
        return term(SHORT_INFO, self.written_short)


class Feature(Document, Topic):
    """One file of configs/info/; its name is the feature's."""

    topics: Mapping[Key, Topic] = {}
    """More texts about it, by name."""


class InfoSection(FolderSection[Feature]):
    folder = "info"
    model = Feature

    @property
    def by_feature(self) -> Mapping[str, Feature]:
        return self.documents

    def problems(self) -> Iterator[Problem]:
        homes: dict[str, str] = {}
        for name, feature in self.by_feature.items():
            file = f"{self.folder}/{name}.json"
            if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
                yield Problem(file, "", "a feature's name has only small letters, digits and _")
            for topic in feature.topics:
                # A topic can be requested without its feature, so its name must be unique.
                if topic in homes:
                    yield Problem(file, f"topics.{topic}", f'"{topic}" is a topic of {homes[topic]} already')
                homes[topic] = name
        if OVERVIEW not in self.by_feature:
            yield Problem(f"{self.folder}/{OVERVIEW}.json", "", "the file is missing")

    def texts(self) -> Iterator[TextId]:
        for name, feature in self.by_feature.items():
            yield from (TextId(TOPIC, shown(each)) for each in (name, *feature.topics))
            for each in (feature, *feature.topics.values()):
                if each.words:
                    yield TextId(TOPIC_WORDS, each.words)
                yield TextId(INFO, each.written_discord)
                yield TextId(SHORT_INFO, each.written_short)

    def summary(self) -> str:
        return f"{len(self.by_feature)} info texts"


def shown(key: str) -> str:
    """Return the English name of a feature or a topic."""
    return key.replace("_", " ")


def name_of(key: str) -> str:
    """Return the name of a feature or a topic."""
    return term(TOPIC, shown(key))


def index(*groups: Mapping[str, T]) -> NameIndex[tuple[str, T]]:
    """Return (name, text) by what people type: the own names first, then those in other languages, then other words.

    Args:
        groups: {name: text}; of two that are called the same, an earlier group's is meant.
    """
    named = [list(group.items()) for group in groups]
    return NameIndex(
        lambda entry: name_of(entry[0]),
        *([(name, (name, text)) for name, text in group] for group in named),
        *([(typed, (name, text)) for name, text in group for typed in _translated(name)] for group in named),
        *([(word, (name, text)) for name, text in group for word in _other_words(text.words)] for group in named),
    )


@cache
def _translated(key: str) -> tuple[str, ...]:
    return tuple(sorted(every_term(TOPIC, shown(key))))


@cache
def _other_words(words: str) -> tuple[str, ...]:
    return tuple(every_word(TOPIC_WORDS, words))


texts = shipped[InfoSection]
