"""What stands in the way. Source: worlds 8."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from worlds.space.models import Position, Space
from worlds.space.rules import squared_distance


class Solid(NamedTuple):
    """Something that can not be walked through."""

    name: str
    position: Position
    radius: int = 5
    """How near one may come."""


def blocked_by(space: Space, target: Position, solids: Iterable[Solid]) -> Solid | None:
    """Return what a step to `target` would come too near to, the nearest if there are several."""
    near = ((squared_distance(space, target, solid.position), solid) for solid in solids)
    blocking = ((distance, solid) for distance, solid in near if distance < solid.radius * solid.radius)
    return min(blocking, key=lambda pair: pair[0], default=(0, None))[1]
