"""What is stored about who makes things. The refusals are beside it: functions that only store are without them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct, field

from worlds.space.models import Position


class WorkKind(StrEnum):
    """What hands are busy with."""

    CRAFT = "craft"
    RESEARCH = "research"
    DONE = "done"
    """It is there already; the time that it takes is still running."""


class Source(StrEnum):
    """How someone has come to know a recipe."""

    RESEARCH = "research"
    EXPERIMENT = "experiment"
    TAUGHT = "taught"
    FOUND = "found"


class Work(Struct, frozen=True):
    """What someone is busy with.

    Attributes:
        subject: the key of the recipe or of the node.
        ends_at: milliseconds of the world's own time, as is `begun_at`.
        is_left: they have walked away since.
    """

    kind: WorkKind
    subject: str
    position: Position
    begun_at: int
    ends_at: int
    is_left: bool = False


class Craftsmanship(Struct, frozen=True):
    """What someone knows about making things, besides what everyone in the world knows.

    Attributes:
        researched: keys of nodes.
        learned: {recipe: how they have come to know it}, of those that came without their node.
        proficiency: {recipe: 0 to 100}, of those that they have made.
        work: the latest; None for none.
    """

    researched: frozenset[str] = frozenset()
    learned: Mapping[str, str] = field(default_factory=dict)
    proficiency: Mapping[str, float] = field(default_factory=dict)
    work: Work | None = None


UNSKILLED: Final = Craftsmanship()
