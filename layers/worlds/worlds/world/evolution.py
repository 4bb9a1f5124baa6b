"""What a world is after each of its events. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from msgspec.structs import replace

from worlds.log.models import Recorded, WorldEvent
from worlds.space.models import Position, Shape, Space
from worlds.world import clock
from worlds.world.events import (
    BuildingAdvanced,
    BuildingFailed,
    CreaturesChanged,
    DeepTimeAdvanced,
    DeepTimePaced,
    DeepTimeReset,
    DeepTimeStarted,
    DeepTimeStopped,
    DilationChanged,
    GroundMade,
    Intervened,
    MemberAdded,
    MemberRemoved,
    SpeciesDrawn,
    ThingPlaced,
    ThingRemoved,
    TurningPointClosed,
    TurningPointPut,
    WeatherSet,
    WorldChanged,
    WorldConfigured,
    WorldCreated,
    WorldDeleted,
    WorldOwnerLeft,
    WorldPaused,
    WorldReady,
    WorldResumed,
    WorldTicked,
    WorldWiped,
)
from worlds.world.models import FAILED, READY, WeatherOrder, World, WorldTime

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
    known = {name: value for name, value in before.generation.items() if name not in ("stage", "progress", "expected")}
    return replace(before, status=READY, generation={**known, "entrance": list(event.entrance)})


def _failed(before: World, event: BuildingFailed, recorded: Recorded) -> World:
    return replace(before, status=FAILED, generation={**before.generation, "failure": event.reason})


def _ticked(before: World, event: WorldTicked, recorded: Recorded) -> World:
    return replace(before, told_until=event.game_time)


def _weather_set(before: World, event: WeatherSet, recorded: Recorded) -> World:
    return replace(before, weather=WeatherOrder(event.state, event.since, event.until))


KEPT: Final = 10
"""What happened last in a world's deep time, and is kept with it."""


def _deep(before: World, **changed: Any) -> World:
    known = before.generation.get("deep_time", {})
    return replace(before, generation={**before.generation, "deep_time": {**known, **changed}})


def _deep_started(before: World, event: DeepTimeStarted, recorded: Recorded) -> World:
    own = {"seed": event.seed, "parameters": event.parameters}
    begun = {name: value for name, value in own.items() if value is not None}
    return _deep(before, run=event.run, to=event.to, paced=event.paced, parts=event.parts, goal=event.goal, **begun)


def _deep_advanced(before: World, event: DeepTimeAdvanced, recorded: Recorded) -> World:
    known = before.generation.get("deep_time", {})
    pending = known.get("pending", [])[event.intervened :]
    log = [*known.get("log", []), *event.happened][-KEPT:]
    return _deep(before, year=event.year, seen=event.seen, pending=pending, log=log)


def _deep_stopped(before: World, event: DeepTimeStopped, recorded: Recorded) -> World:
    return _deep(before, to=None)


def _deep_paced(before: World, event: DeepTimePaced, recorded: Recorded) -> World:
    return _deep(before, speed=event.speed)


def _deep_reset(before: World, event: DeepTimeReset, recorded: Recorded) -> World:
    """Forget all but how many runs there were: a slice of an earlier one that still runs must not count."""
    known = before.generation.get("deep_time", {})
    kept = {name: value for name, value in before.generation.items() if name != "creatures"}
    return replace(before, generation={**kept, "deep_time": {"run": known.get("run", 0) + 1}})


def _creatures_changed(before: World, event: CreaturesChanged, recorded: Recorded) -> World:
    kept = {"at": event.at, "next_number": event.next_number}
    return replace(before, generation={**before.generation, "creatures": kept})


def _intervened(before: World, event: Intervened, recorded: Recorded) -> World:
    known = before.generation.get("deep_time", {})
    pending = [*known.get("pending", []), [event.intervention, event.species]]
    return _deep(before, spent=known.get("spent", 0) + event.cost, pending=pending)


def _turning_put(before: World, event: TurningPointPut, recorded: Recorded) -> World:
    vote = {"poll_id": str(event.poll_id), "year": event.year, "closes_at": event.closes_at.isoformat()}
    return _deep(before, vote=vote)


def _turning_closed(before: World, event: TurningPointClosed, recorded: Recorded) -> World:
    turned = {"turned": event.year} if event.chosen else {}
    return _deep(before, vote=None, **turned)


STEPS: Final[Mapping[type[WorldEvent], Step]] = {
    WorldChanged: _changed,
    WorldPaused: _paused,
    WorldResumed: _resumed,
    DilationChanged: _dilated,
    # What these change is in other tables: see the `project` of `worlds.world.queries`, `worlds.entities.queries` and
    # `worlds.ecosystem.creature_queries`.
    WorldConfigured: _unchanged,
    SpeciesDrawn: _unchanged,
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
    WeatherSet: _weather_set,
    DeepTimeStarted: _deep_started,
    DeepTimeAdvanced: _deep_advanced,
    DeepTimeStopped: _deep_stopped,
    DeepTimePaced: _deep_paced,
    DeepTimeReset: _deep_reset,
    Intervened: _intervened,
    CreaturesChanged: _creatures_changed,
    TurningPointPut: _turning_put,
    TurningPointClosed: _turning_closed,
}
"""{event: what it changes}"""
