"""The species and the questions about the past of a new character."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from kernel.content.base import Document, Frozen, Key, Text
from kernel.content.library import FileSection
from kernel.content.problems import Problem, repeated
from kernel.content.text_ids import TextId
from kernel.texts import term
from worlds.bodies.models import Attribute, Attributes
from worlds.configs import shipped
from worlds.skills.models import Skill
from worlds.text_contexts import BACKGROUND, DESCRIPTION, SPECIES

HUMAN: Final = "human"
GRANTS: Final = ((5,), (2, 2))
"""What an answer may add: 5 to one skill, or 2 to each of two. Source: worlds 7.2."""


class Species(Frozen):
    """A kind of body that a player may choose."""

    key: Key
    """Identifies it in the database and in other files."""
    written_name: Text = Field(alias="name")
    """What players read; translated."""
    written_description: Text = Field(alias="description")
    """What players read about it; translated."""
    written_attributes: dict[Attribute, Annotated[int, Field(ge=1, le=100)]] = Field(alias="attributes")
    """The attributes of an average body, before variance and purchases."""

    @property
    def name(self) -> str:
        return term(SPECIES, self.written_name)

    @property
    def description(self) -> str:
        return term(DESCRIPTION, self.written_description)

    @property
    def attributes(self) -> Attributes:
        return MappingProxyType(self.written_attributes)

    @model_validator(mode="after")
    def _has_all_attributes(self) -> Self:
        if missing := [each.value for each in Attribute if each not in self.written_attributes]:
            raise ValueError(f"no value for {', '.join(missing)}")
        return self


class SpeciesFile(Document):
    species: tuple[Species, ...] = Field(min_length=1)
    """All kinds of bodies."""


class SpeciesSection(FileSection[SpeciesFile]):
    file = "species.json"
    model = SpeciesFile

    @cached_property
    def by_key(self) -> Mapping[str, Species]:
        """By key, in the order of the file."""
        return MappingProxyType({each.key: each for each in self.document.species})

    def attributes_of(self, people: str) -> Attributes:
        """Return what the bodies of a people have; those of one that has no line here are as humans are.

        An interview may name any people, one that someone has made up, too.
        """
        return self.by_key.get(people, self.by_key[HUMAN]).attributes

    def problems(self) -> Iterator[Problem]:
        yield from repeated(self.file, "species", "key", (each.key for each in self.document.species))
        if HUMAN not in self.by_key:
            yield Problem(self.file, "species", f"there is no {HUMAN}, whose body other peoples have")

    def texts(self) -> Iterator[TextId]:
        for each in self.document.species:
            yield TextId(SPECIES, each.written_name)
            yield TextId(DESCRIPTION, each.written_description)

    def summary(self) -> str:
        return f"{len(self.by_key)} species"


class BackgroundAnswer(Frozen):
    """An answer, and the skills that it starts."""

    key: Key
    """Identifies it among the answers to all questions."""
    written_text: Text = Field(alias="text")
    """What players read; translated."""
    skills: dict[Skill, int]
    """The levels of skills that it brings."""

    @property
    def text(self) -> str:
        return term(BACKGROUND, self.written_text)

    @model_validator(mode="after")
    def _grants_as_much_as_any_other(self) -> Self:
        if tuple(self.skills.values()) not in GRANTS:
            raise ValueError("an answer grants 5 in one skill or 2 in each of two")
        return self


class BackgroundQuestion(Frozen):
    """A question about a character's past."""

    key: Key
    """Identifies it."""
    written_text: Text = Field(alias="text")
    """What players read; translated."""
    answers: tuple[BackgroundAnswer, ...] = Field(min_length=3, max_length=4)
    """The answers to choose from."""

    @property
    def text(self) -> str:
        return term(BACKGROUND, self.written_text)


class BackgroundsFile(Document):
    questions: tuple[BackgroundQuestion, ...] = Field(min_length=3, max_length=5)
    """Questions about a new character's past."""


class BackgroundsSection(FileSection[BackgroundsFile]):
    file = "backgrounds.json"
    model = BackgroundsFile

    def problems(self) -> Iterator[Problem]:
        questions = self.document.questions
        yield from repeated(self.file, "questions", "key", (each.key for each in questions))
        answers = [answer.key for each in questions for answer in each.answers]
        yield from repeated(self.file, "answers", "key", answers)

    def texts(self) -> Iterator[TextId]:
        for question in self.document.questions:
            yield TextId(BACKGROUND, question.written_text)
            for answer in question.answers:
                yield TextId(BACKGROUND, answer.written_text)

    def summary(self) -> str:
        return f"{len(self.document.questions)} questions about the past"


species = shipped[SpeciesSection]
backgrounds = shipped[BackgroundsSection]
