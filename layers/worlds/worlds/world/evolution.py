"""What a world is after each of its events. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from worlds.log.models import Recorded, WorldEvent
from worlds.space.models import Position, Shape, Space
from worlds.world import clock
from worlds.world.events import (
    BuildingAdvanced,
    BuildingFailed,
    DilationChanged,
    GroundMade,
    MemberAdded,
    MemberRemoved,
    ThingPlaced,
    ThingRemoved,
    WorldChanged,
    WorldCreated,
    WorldDeleted,
    WorldOwnerLeft,
    WorldPaused,
    WorldReady,
    WorldResumed,
    WorldTicked,
    WorldWiped,
)
from worlds.world.models import FAILED, READY, World, WorldTime

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
        told_until=event.game_time,
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


def _unchanged(before: World, event: WorldEvent, recorded: Recorded) -> World:
    return before


def _changed(before: World, event: WorldChanged, recorded: Recorded) -> World:
    time = replace(before.time, hours_per_day=event.hours_per_day)
    return replace(before, name=event.name, privacy=event.privacy, seats=event.seats, time=time)


def _paused(before: World, event: WorldPaused, recorded: Recorded) -> World:
    return replace(before, time=clock.paused(before.time, recorded.at))


def _resumed(before: World, event: WorldResumed, recorded: Recorded) -> World:
    return replace(before, time=clock.resumed(before.time))


def _dilated(before: World, event: DilationChanged, recorded: Recorded) -> World:
    return replace(before, time=clock.dilated(before.time, event.dilation, recorded.at))


def _owner_left(before: World, event: WorldOwnerLeft, recorded: Recorded) -> World:
    return replace(before, owner_id=None)


def _advanced(before: World, event: BuildingAdvanced, recorded: Recorded) -> World:
    return replace(before, generation={**before.generation, "stage": event.stage, "progress": event.progress})


def _ground_made(before: World, event: GroundMade, recorded: Recorded) -> World:
    made = {"digest": event.digest, "land": event.land, "sea_level": event.sea_level}
    return replace(before, generation={**before.generation, **made})


def _ready(before: World, event: WorldReady, recorded: Recorded) -> World:
    known = {name: value for name, value in before.generation.items() if name not in ("stage", "progress")}
    return replace(before, status=READY, generation={**known, "entrance": list(event.entrance)})


def _failed(before: World, event: BuildingFailed, recorded: Recorded) -> World:
    return replace(before, status=FAILED, generation={**before.generation, "failure": event.reason})


def _ticked(before: World, event: WorldTicked, recorded: Recorded) -> World:
    return replace(before, told_until=event.game_time)


STEPS: Final[Mapping[type[WorldEvent], Step]] = {
    WorldChanged: _changed,
    WorldPaused: _paused,
    WorldResumed: _resumed,
    DilationChanged: _dilated,
    # What these change is in other tables: see `worlds.world.queries.project` and `worlds.entities.queries.project`.
    MemberAdded: _unchanged,
    MemberRemoved: _unchanged,
    ThingPlaced: _unchanged,
    ThingRemoved: _unchanged,
    WorldDeleted: _unchanged,
    WorldWiped: _unchanged,
    WorldOwnerLeft: _owner_left,
    BuildingAdvanced: _advanced,
    GroundMade: _ground_made,
    WorldReady: _ready,
    BuildingFailed: _failed,
    WorldTicked: _ticked,
}
"""{event: what it changes}"""
