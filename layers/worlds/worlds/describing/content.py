"""The sentences that descriptions are composed of: descriptions.json. Other languages than English have plain ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Final

from pydantic import Field

from kernel.content.base import Document, Frozen
from kernel.content.library import FileSection
from kernel.content.problems import Problem
from worlds.configs import shipped
from worlds.describing.facts import FACTS, SLOTS

SLOT: Final = re.compile(r"\{(\w+)\}")

ASPECTS: Final[tuple[tuple[str, int], ...]] = (
    ("ground", 0),
    ("detail", 1),
    ("slope", 0),
    ("waters", 0),
    ("sky", 0),
    ("moons", 0),
    ("extreme", 0),
    ("near", 0),
    ("light", 4),
    ("air", 1),
    ("sound", 2),
    ("scent", 3),
    ("company", 1),
    ("thing", 2),
)
"""(what a sentence is about, the first step of perception that has it), in the order of a description"""


class Alternatives(Frozen):
    """Texts of which one is chosen, where they fit."""

    when: dict[str, tuple[str, ...]] = {}  # noqa: RUF012 (pydantic copies defaults)
    """What has to be so: for each fact, the values of which it has one. Nothing for texts that always fit."""
    texts: tuple[str, ...] = Field(min_length=1)
    """{name} stands for words with this name, or for what the game fills in."""

    def fits(self, facts: Mapping[str, str]) -> bool:
        """Tell whether all conditions hold."""
        return all(facts[name] in values for name, values in self.when.items())


class Sentences(Alternatives):
    """Sentences about one aspect of a place."""

    about: str
    """The aspect."""


class Words(Alternatives):
    """Parts of sentences."""

    name: str
    """What stands for them in texts."""


class DescriptionsFile(Document):
    sentences: tuple[Sentences, ...] = Field(min_length=1)
    """All sentences about an aspect that fit are alternatives."""
    words: tuple[Words, ...] = ()
    """All words of a name that fit are alternatives."""


class DescriptionsSection(FileSection[DescriptionsFile]):
    file = "descriptions.json"
    model = DescriptionsFile

    @cached_property
    def by_aspect(self) -> Mapping[str, Sequence[Sentences]]:
        """The sentences of each aspect."""
        rows = self.document.sentences
        return MappingProxyType({about: [row for row in rows if row.about == about] for about, _ in ASPECTS})

    @cached_property
    def by_name(self) -> Mapping[str, Sequence[Words]]:
        """The words of each name."""
        rows = self.document.words
        return MappingProxyType({name: [row for row in rows if row.name == name] for name in {r.name for r in rows}})

    def problems(self) -> Iterator[Problem]:
        aspects = {about for about, _ in ASPECTS}
        for number, row in enumerate(self.document.sentences):
            if row.about not in aspects:
                yield Problem(self.file, f"sentences[{number}].about", f"there is no aspect {row.about}")
            yield from self._problems_of(row, f"sentences[{number}]")
        for number, row in enumerate(self.document.words):
            if row.name in SLOTS:
                yield Problem(self.file, f"words[{number}].name", f"the game fills in {row.name}")
            yield from self._problems_of(row, f"words[{number}]")

    def _problems_of(self, row: Alternatives, field: str) -> Iterator[Problem]:
        for name, values in row.when.items():
            for value in values:
                if value not in FACTS.get(name, ()):
                    yield Problem(self.file, f"{field}.when.{name}", f"{name} is never {value}")
        for place, text in enumerate(row.texts):
            for slot in SLOT.findall(text):
                if slot not in SLOTS and slot not in self.by_name:
                    yield Problem(self.file, f"{field}.texts[{place}]", f"there are no words {slot}")

    def summary(self) -> str:
        return f"{sum(len(row.texts) for row in self.document.sentences)} sentences"


descriptions: Final = shipped[DescriptionsSection]
