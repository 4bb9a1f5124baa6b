"""The feats that count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Annotated

from pydantic import Field, NonNegativeInt

from kernel.content.base import Document, Frozen, Key
from kernel.content.library import FileSection
from kernel.content.problems import Problem, repeated
from worlds.configs import shipped
from worlds.feats.models import FeatKind


class Feat(Frozen):
    key: Key
    """Identifies it in the database, and in the community's files, which say what it is worth."""
    counts: FeatKind
    """What has to be done."""
    least: NonNegativeInt = 0
    """The level of a skill, or how much a friend likes them, that it takes."""
    most_a_day: Annotated[int, Field(ge=0, le=100)] = 0
    """How often it counts on a day; 0: once, for ever."""


class FeatsFile(Document):
    feats: tuple[Feat, ...] = Field(min_length=1)
    """All feats."""


class FeatsSection(FileSection[FeatsFile]):
    file = "feats.json"
    model = FeatsFile

    @cached_property
    def by_kind(self) -> Mapping[FeatKind, Sequence[Feat]]:
        """The feats by what has to be done."""
        found: dict[FeatKind, list[Feat]] = {}
        for feat in self.document.feats:
            found.setdefault(feat.counts, []).append(feat)
        return MappingProxyType(found)

    def problems(self) -> Iterator[Problem]:
        yield from repeated(self.file, "feats", "key", (row.key for row in self.document.feats))

    def summary(self) -> str:
        return f"{len(self.document.feats)} feats"


feats = shipped[FeatsSection]
"""The feats; `configs/worlds/feats.json` defines them."""
