"""What a world is after each of its events. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from worlds.log.models import Recorded, WorldEvent
from worlds.space.models import Position, Shape, Space
from worlds.world.events import ThingPlaced, WorldCreated, WorldOwnerLeft
from worlds.world.models import World, WorldTime

Step = Callable[[World, Any, Recorded], World]


def evolve(before: World | None, recorded: Recorded) -> World:
    """Return the world after an event; `before` is None only for its first one."""
    event = recorded.event
    if isinstance(event, WorldCreated):
        return _created(event, recorded)
    assert before is not None, f"{event.type} before the world was made"
    return replace(STEPS[type(event)](before, event, recorded), version=recorded.version)


def fold(before: World | None, events: Iterable[Recorded]) -> World | None:
    """Return the world after all of these events."""
    for recorded in events:
        before = evolve(before, recorded)
    return before


def _created(event: WorldCreated, recorded: Recorded) -> World:
    return World(
        world_id=event.world_id,
        version=recorded.version,
        name=event.name,
        space=space_of(event.shape, event.circumference, event.lowest, event.highest),
        owner_id=event.owner_id,
        is_system=event.is_system,
        privacy=event.privacy,
        seats=event.seats,
        status=event.status,
        generation=event.generation,
        time=WorldTime(event.game_time, recorded.at, hours_per_day=event.hours_per_day),
        created_at=recorded.at,
    )


def space_of(
    shape: Shape, circumference: int | None, lowest: Iterable[int] | None, highest: Iterable[int] | None
) -> Space:
    """Return the space of a world from what is stored about it."""
    if shape == "spherical":
        return Space(shape, circumference=circumference or 0)
    if shape == "bounded_cube" and lowest is not None and highest is not None:
        return Space(shape, lowest=Position(*lowest), highest=Position(*highest))
    return Space(shape)


def _unchanged(before: World, event: ThingPlaced, recorded: Recorded) -> World:
    return before


def _owner_left(before: World, event: WorldOwnerLeft, recorded: Recorded) -> World:
    return replace(before, owner_id=None)


STEPS: Final[Mapping[type[WorldEvent], Step]] = {ThingPlaced: _unchanged, WorldOwnerLeft: _owner_left}
"""{event: what it changes}"""
