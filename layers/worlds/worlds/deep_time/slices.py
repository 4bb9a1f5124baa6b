"""What a slice of deep time computes: the years that pass within seconds. Needs numpy; reaches no database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from worlds.deep_time import simulation
from worlds.deep_time.chances import ASTEROID, DRIFT, VOLCANO
from worlds.deep_time.mapping import draw
from worlds.deep_time.models import (
    GOALS,
    LARGE_CRATER,
    PER_MAP,
    SPEEDS,
    TICKS,
    TURNED,
    TURNING_POINT,
    TURNS,
    AgeStanding,
    DeepMark,
    DeepMoment,
    grid_of,
)
from worlds.deep_time.planet import ICE_AGE
from worlds.deep_time.simulation import STEP
from worlds.deep_time.stretches import Stretch
from worlds.ecosystem.models import EXTINCTION, PLAGUE, PROTO_SAPIENCE, Happening, WorldSpecies, name_of
from worlds.generation.parameters import Parameters
from worlds.space.models import Space

SECONDS: Final = 4.0
"""A slice begins nothing later: people hear of progress every ten seconds."""
AT_ONCE: Final = 10_000
"""Years after which a slice looks at the clock, and at its goal."""
COMMON: Final = frozenset({ICE_AGE, VOLCANO, DRIFT, PROTO_SAPIENCE, EXTINCTION, PLAGUE})
"""What happens too often to be told one by one."""
MOST_TOLD: Final = 20
"""Happenings of a slice that are kept, the last ones."""


class AgeTask(Struct, frozen=True):
    """Years to pass.

    Attributes:
        content: the checkpoint that it begins with; None for the first year.
        circumference: metres around the planet, for its maps.
        species: of the world, if its deep time has the same seed; with them life begins.
        lost: years that have passed already and whose checkpoint is gone: they are computed again.
        magic: how much of it the world has, 0 to 1.
    """

    world_id: UUID
    parameters: Parameters
    seed: int
    standing: AgeStanding
    content: bytes | None
    space: Space
    circumference: float
    species: Sequence[WorldSpecies] = ()
    lost: Sequence[Stretch] = ()
    magic: float = 0.0


class Passed(Struct, frozen=True):
    """Years that have passed.

    Attributes:
        moments: what the world was like on the way, the last year included.
        marks: what happened that its page shows.
        stop: why no more years pass; None if they go on.
        is_again: they have passed before.
    """

    run: int
    year: int
    content: bytes
    seen: dict[str, Any]
    happened: Sequence[dict[str, Any]]
    moments: Sequence[DeepMoment]
    marks: Sequence[DeepMark]
    intervened: int
    stop: str | None
    is_again: bool = False


def run_slice(task: AgeTask, *, seconds: float = SECONDS, clock: Callable[[], float] = monotonic) -> Passed:
    """Let years pass, as many as are computed within some seconds or are due in a run."""
    started, standing = clock(), task.standing
    if task.lost:
        return _run_again(task, lambda: clock() - started >= seconds)
    world = _world(task, standing.parts)
    happened: list[Happening] = []
    for intervention, species in standing.pending:
        happened += simulation.intervene(world, intervention, species)
    last = standing.to or world.planet.year
    if standing.paced:
        last = min(last, world.planet.year + max(STEP, SPEEDS[standing.speed] * TICKS))
    stop = None
    moments = [_moment(task, world, with_map=True)] if task.content is None else []
    while world.planet.year < last:
        happened += _pass(world, min(last, world.planet.year // AT_ONCE * AT_ONCE + AT_ONCE))
        if world.planet.year % (grid := grid_of(world.planet.year)) == 0:
            moments.append(_moment(task, world, with_map=world.planet.year % (PER_MAP * grid) == 0))
        if standing.goal and GOALS[standing.goal](simulation.seen(world)):
            stop = "goal"
            break
        if clock() - started >= seconds:
            break
    if stop is None and world.planet.year >= (standing.to or 0):
        stop = "reached"
    if moments and moments[-1].year == world.planet.year and moments[-1].map is None:
        moments.pop()
    if not moments or moments[-1].year < world.planet.year:
        moments.append(_moment(task, world, with_map=stop is not None))
    told = [_told(task.seed, each) for each in happened if each.kind not in COMMON]
    return Passed(
        run=standing.run,
        year=world.planet.year,
        content=simulation.pack(world),
        seen=simulation.seen(world),
        happened=told[-MOST_TOLD:],
        moments=moments,
        marks=[_mark(each) for each in told if _is_marked(each)],
        intervened=len(standing.pending),
        stop=stop,
    )


def _world(task: AgeTask, parts: Sequence[str]) -> simulation.DeepTime:
    if task.content is None:
        world = simulation.begin(task.parameters, task.seed, life=bool(parts), species=task.species)
    else:
        world = simulation.unpack(task.parameters, task.seed, task.content)
        world.species = task.species
    world.magic = task.magic
    world.parts = frozenset(parts)
    return world


def _run_again(task: AgeTask, is_late: Callable[[], bool]) -> Passed:
    """Let years pass as they have passed before."""
    world = _world(task, task.lost[0].parts)
    for stretch in task.lost:
        world.parts = frozenset(stretch.parts)
        for intervention, species in stretch.interventions:
            simulation.intervene(world, intervention, species)
        while world.planet.year < stretch.to:
            simulation.advance(world, min(stretch.to, world.planet.year // AT_ONCE * AT_ONCE + AT_ONCE))
            if is_late():
                break
        if is_late():
            break
    return Passed(
        run=task.standing.run,
        year=world.planet.year,
        content=simulation.pack(world),
        seen=simulation.seen(world),
        happened=(),
        moments=(),
        marks=(),
        intervened=0,
        stop=None,
        is_again=True,
    )


def _pass(world: simulation.DeepTime, to: int) -> list[Happening]:
    """Let years pass; what happened, and whether that is a turning point."""
    before, lost = world.planet.year, world.life.extinctions if world.life else 0
    species = len(world.life.number) if world.life else 0
    happened = simulation.advance(world, to)
    year = world.planet.year
    died = (world.life.extinctions if world.life else 0) - lost
    if year // TURNING_POINT > before // TURNING_POINT:
        happened.append(Happening(year, TURNED, {"reason": "time"}))
    if species and died >= TURNS * species:
        happened.append(Happening(year, TURNED, {"reason": "extinction"}))
    return happened


def _told(seed: int, event: Happening) -> dict[str, Any]:
    details = dict(event.details)
    if "species" in details:
        details["species"] = name_of(seed, details["species"], details.pop("kind"))
    return {"year": event.year, "kind": event.kind, **details}


def _moment(task: AgeTask, world: simulation.DeepTime, *, with_map: bool) -> DeepMoment:
    seen = simulation.seen(world)
    return DeepMoment(
        world.planet.year,
        seen["celsius"],
        seen["sea_level"],
        seen["land"],
        seen["species"],
        seen["extinctions"],
        draw(world, task.space, task.circumference) if with_map else None,
    )


def _is_marked(told: dict[str, Any]) -> bool:
    """Tell whether something is rare enough for a mark."""
    if told["kind"] == ASTEROID:
        return told["radius_km"] >= LARGE_CRATER
    return told["kind"] != TURNED


def _mark(told: dict[str, Any]) -> DeepMark:
    return DeepMark(told["year"], told["kind"], {name: told[name] for name in told if name not in ("year", "kind")})
