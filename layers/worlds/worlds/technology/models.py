"""Levels of technology, what a world holds of them, and the refusals about research."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from msgspec import Struct

from kernel.errors import NotFound, Refused


class TechnologyLevel(StrEnum):
    """The levels, lowest first."""

    PRIMITIVE = "primitive"
    MEDIEVAL = "medieval"
    INDUSTRIAL = "industrial"
    MODERN = "modern"
    FUTURISTIC = "futuristic"

    @property
    def rank(self) -> int:
        """Its place among the levels; 0 is the lowest."""
        return LEVELS.index(self)


LEVELS: Final = tuple(TechnologyLevel)
LEVEL_OF_WORD: Final[Mapping[str, TechnologyLevel]] = {
    **{str(level): level for level in TechnologyLevel},
    "stone_age": TechnologyLevel.PRIMITIVE,
    "renaissance": TechnologyLevel.MEDIEVAL,
    "mixed": TechnologyLevel.MEDIEVAL,
}
"""{what the interview calls it: the level}"""
USUAL: Final = TechnologyLevel.MEDIEVAL
"""Of worlds whose interview said nothing of it, or that had none."""
COMMON_MAGIC: Final = 0.8
"""The magic in the ground of a world from which research is faster; see `interview.deriving.MAGIC`."""
DOMINANT_MAGIC: Final = 1.0


class WorldTechnology(Struct, frozen=True):
    """What a world holds.

    Attributes:
        level: it holds this one and all below.
        magic: 0 to 1.
    """

    level: TechnologyLevel = USUAL
    magic: float = 0.0


def technology_of(generation: Mapping[str, Any]) -> WorldTechnology:
    """Return what a world holds, by what it was made from."""
    level = TechnologyLevel(generation.get("technology", USUAL))
    return WorldTechnology(level, generation.get("magic", 0.0))


class UnknownTechnology(NotFound):
    """Nothing of that name can be researched here."""

    code = "not_found"
    message = "There is nothing called {typed} to research here. Write research to see what you could find out next."


class NodeKnownAlready(Refused):
    """Someone has researched it, or everyone in this world knows it."""

    code = "invalid_input"
    message = "You know {node} already. Write research to see what comes next."


class PrerequisitesMissing(Refused):
    """Something else has to be known first."""

    code = "invalid_input"
    message = "{node} rests on what you do not know yet: {missing}."


class ResearchCostMissing(Refused):
    """Not all that is used up by trying is there."""

    code = "invalid_input"
    message = "To find out about {node}, you need {missing} to try things with."
