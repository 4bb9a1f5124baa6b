"""The work that lets worlds grow old: what the function Build answers. Needs numpy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NoReturn
from uuid import UUID

from kernel.database import Tx
from kernel.outside.models import Kind, Request, Skip
from kernel.texts import number, translate
from worlds.deep_time import limits, queries, service
from worlds.deep_time.models import ATTEMPTS, KIND, TURNED, AgeStanding, ground_of, standing_of
from worlds.deep_time.slices import SECONDS, AgeTask, Passed, run_slice
from worlds.deep_time.stretches import EVENTS, Stretch, after, stretches_of
from worlds.ecosystem import queries as ecosystem
from worlds.ground.models import planned_land
from worlds.log import reading
from worlds.log.models import WorldEvent
from worlds.posts import envelopes
from worlds.posts import service as posts
from worlds.world import queries as worlds_sql
from worlds.world import service as worlds
from worlds.world.events import DeepTimeAdvanced, DeepTimePaced, DeepTimeReset, DeepTimeStarted, DeepTimeStopped
from worlds.world.models import World

PACED_SECONDS: Final = 1
"""What a slice of a run takes at most, where it is as fast as it can be."""
LATER: Final = 1
"""The priority: who waits for their ground to be made comes first, and so does what the chat has decided."""


def prepare(tx: Tx, request: Request) -> AgeTask:
    """Return what the next years begin with.

    Raises:
        Skip: they were stopped; or they stop now, because their owner has left or has had their share for today; or
            they begin anew, because the checkpoint is gone and the log does not say how the world has come to its year.
    """
    world = _passing(tx, request)
    standing = standing_of(world.generation)
    if not world.is_system:
        _require_share(tx, world, standing)
    first = ecosystem.list_species(tx, world.world_id) if standing.seed is None else ()
    stored = queries.find_checkpoint(tx, world.world_id).fetchone() if standing.year else None
    lost: Sequence[Stretch] = ()
    if standing.year and (stored is None or stored["year"] != standing.year):
        passed = stretches_of(each.event for each in reading.list_of(tx, world.world_id, types=EVENTS))
        if not passed or passed[-1].to != standing.year:
            _begin_anew(tx, world, standing)
        if stored and (stored["year"] > standing.year or (stored["run"] < passed[0].run and not passed[0].start)):
            stored = None  # it is of a time before the reset
        if (stored["year"] if stored else 0) < passed[0].start:
            _begin_anew(tx, world, standing)  # the world came as a file, whose years are not in the log
        lost = after(passed, stored["year"] if stored else 0)
    parameters, seed = ground_of(world.generation, standing)
    return AgeTask(
        world.world_id,
        parameters,
        seed,
        standing,
        stored["content"] if stored else None,
        world.space,
        planned_land(world).circumference,
        ecosystem.read(first),
        lost,
        world.generation.get("magic", 0),
    )


def _require_share(tx: Tx, world: World, standing: AgeStanding) -> None:
    """Stop the years of a world that no one owns, or whose owner has used up what may be computed for them today."""
    seconds = PACED_SECONDS if standing.paced else round(SECONDS)
    if world.owner_id is not None and limits.take(tx, world.owner_id, seconds):
        return
    reason = "alone" if world.owner_id is None else "spent"
    stopped = DeepTimeStopped(world_id=world.world_id, run=standing.run, reason=reason)
    owners = queries.list_owner_present(tx, world.world_id).fetchall()
    worlds.save(tx, world, world.world_id, [stopped])
    text = translate(
        "{world}: the years stand still, at {year}. What may be computed for your worlds in a day is used up."
        " Go on tomorrow.",
        world=world.name,
        year=number(standing.year),
    )
    _tell(tx, world, owners, text)
    raise Skip


def _begin_anew(tx: Tx, world: World, standing: AgeStanding) -> NoReturn:
    """Let the years of a world pass again from the first one, as far as they were to go, and tell its owner.

    Raises:
        Skip: always, as the request was about the years that are lost.
    """
    assert standing.to is not None
    world_id = world.world_id
    begun = DeepTimeStarted(
        world_id=world_id,
        run=standing.run + 2,  # the reset counts, too
        to=standing.to,
        paced=standing.paced,
        parts=list(standing.parts),
        goal=standing.goal,
        seed=standing.seed,
        parameters=None if standing.parameters is None else dict(standing.parameters),
    )
    owners = queries.list_owner_present(tx, world_id).fetchall()
    paced = DeepTimePaced(world_id=world_id, speed=standing.speed)
    service.ask(tx, worlds.save(tx, world, world_id, [DeepTimeReset(world_id=world_id), paced, begun]))
    text = translate(
        "{world}: what its {years} years have left is lost, and nothing says how they passed. They begin again with the"
        " first one, and may take another course.",
        world=world.name,
        years=number(standing.year),
    )
    _tell(tx, world, owners, text)
    raise Skip


def finish(tx: Tx, request: Request, passed: Passed) -> None:
    """Store what years have made of a world, tell its owner, and ask for the next ones.

    Raises:
        Skip: they were stopped.
    """
    world = _passing(tx, request)
    before, run = standing_of(world.generation), passed.run
    if not before.year:
        queries.delete_history(tx, world.world_id)  # of before a reset
    queries.save_checkpoint(tx, world.world_id, run, passed.year, passed.content)
    queries.save_history(tx, world.world_id, passed.year, passed.moments, passed.marks)
    owners = queries.list_owner_present(tx, world.world_id).fetchall()
    if passed.is_again:
        service.ask(tx, world)
        text = translate("{world}: year {year} is computed again.", world=world.name, year=number(passed.year))
        _tell(tx, world, owners, text)
        return
    events: list[WorldEvent] = [
        DeepTimeAdvanced(
            world_id=world.world_id,
            run=run,
            year=passed.year,
            intervened=passed.intervened,
            seen=passed.seen,
            happened=list(passed.happened),
        )
    ]
    stop = passed.stop
    if stop is None and before.paced and not any(each["is_here"] for each in owners):
        stop = "alone"  # nothing runs where no one is
    if stop is not None:
        events.append(DeepTimeStopped(world_id=world.world_id, run=run, reason=stop))
    aged = worlds.save(tx, world, world.world_id, events)
    if stop is None:
        service.ask(tx, aged, paced=before.paced)
    text = translate(
        "{world}, year {year}: {celsius} °C, {species} species.",
        world=world.name,
        year=number(passed.year),
        celsius=f"{passed.seen['celsius']:.1f}",
        species=passed.seen["species"],
    )
    if any(each["kind"] == TURNED for each in passed.happened):
        text += " " + translate("A turning point: write world vote to let the chat decide.")
    if stop is not None:
        text += " " + translate("The years have stopped.")
    _tell(tx, world, owners, text)


def _tell(tx: Tx, world: World, owners: Sequence[Mapping[str, Any]], text: str) -> None:
    told = {"world_id": str(world.world_id)}
    posts.post(tx, [(each["character_id"], envelopes.game_message("system", text, tx.now, told)) for each in owners])


def fail(tx: Tx, request: Request, reason: str) -> None:
    """Note that no more years pass."""
    row = worlds_sql.lock(tx, UUID(request.input["world_id"])).fetchone()
    if row is None:
        return
    world = worlds_sql.read(row)
    standing = standing_of(world.generation)
    if standing.to is not None and standing.run == request.input["run"]:
        stopped = DeepTimeStopped(world_id=world.world_id, run=standing.run, reason=reason)
        worlds.save(tx, world, world.world_id, [stopped])


KINDS: Final = (Kind(KIND, prepare, finish, fail, compute=run_slice, priority=LATER, attempts=ATTEMPTS),)


def _passing(tx: Tx, request: Request) -> World:
    row = worlds_sql.lock(tx, UUID(request.input["world_id"])).fetchone()
    if row is None:
        raise Skip
    world = worlds_sql.read(row)
    standing = standing_of(world.generation)
    if standing.to is None or standing.run != request.input["run"]:
        raise Skip
    return world
