"""What the ground of a new world is made from, where its maker has not said so. Pure. Source: worlds 11.1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from worlds.generation.parameters import Parameters, as_json
from worlds.generation.scale import CIRCUMFERENCES
from worlds.space.models import METRE, Space

LEAST: Final = CIRCUMFERENCES["small"]
"""Metres along the longer side of a box with ground of its own. A smaller one, a room or an arena, is flat."""


def generation_for(space: Space, seed: int) -> Mapping[str, Any]:
    """Return the seed and the parameters for a world of a shape and size; empty for one without ground of its own."""
    metres = _extent(space)
    if space.shape == "bounded_cube" and metres < LEAST:
        return {}
    return {"seed": seed, "parameters": as_json(Parameters(size_for(metres)))}


def size_for(metres: float) -> str:
    """Return the size of a map for a world of a length: the one whose usual circumference is nearest, as a factor."""
    names = ("small", "medium", "large")
    return min(names, key=lambda name: max(CIRCUMFERENCES[name] / metres, metres / CIRCUMFERENCES[name]))


def _extent(space: Space) -> float:
    match space.shape:
        case "spherical":
            return space.circumference / METRE
        case "bounded_cube":
            return max(space.highest.x - space.lowest.x, space.highest.y - space.lowest.y) / METRE
        case _:
            return CIRCUMFERENCES["medium"]
