"""The work that makes worlds: what the function Build answers. Needs numpy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from kernel.database import Tx
from kernel.outside.models import Kind, Request, Skip
from kernel.texts import translate
from worlds.building import queries, service
from worlds.building.computing import run_slice
from worlds.building.models import KIND, OTHER_GROUND, Finished, Slice, Task
from worlds.building.things import placed
from worlds.generation.parameters import from_json
from worlds.ground import queries as ground
from worlds.ground.models import planned_land
from worlds.log.models import WorldEvent
from worlds.maps.rules import SHORT_SIDE
from worlds.notices import service as notices
from worlds.posts import envelopes
from worlds.posts import service as posts
from worlds.world import queries as worlds_sql
from worlds.world import service as worlds
from worlds.world.events import BuildingAdvanced, GroundMade, SpeciesDrawn, WorldReady
from worlds.world.models import BUILDING, World


def prepare(tx: Tx, request: Request) -> Task:
    """Return what the next slice begins with.

    Raises:
        Skip: the world is no longer being made.
    """
    world = _building(tx, request)
    done = {row["stage"]: row["content"] for row in queries.list_checkpoints(tx, world.world_id)}
    parameters = from_json(world.generation["parameters"])
    count = world.generation.get("species_count")
    return Task(world.world_id, parameters, planned_land(world), world.space, done, count)


def finish(tx: Tx, request: Request, made: Slice) -> None:
    """Store what a slice has made, and ask for the next one.

    Raises:
        Skip: the world is no longer being made.
    """
    world = _building(tx, request)
    world_id = world.world_id
    progress = BuildingAdvanced(world_id=world_id, stage=made.stage, progress=made.progress)
    if made.finished is None:
        queries.save_checkpoints(tx, world_id, made.made)
        worlds.save(tx, world, world_id, [progress])
        service.begin(tx, world)
        _tell(
            tx,
            world,
            translate("{world} is being made: {progress} %.", world=world.name, progress=made.progress),
            made.progress,
        )
        return
    if world.generation.get("expected", made.finished.digest) != made.finished.digest:
        service.give_up(tx, world, OTHER_GROUND)
        text = translate(
            "{world} could not be made: its ground is not the one that its file describes.", world=world.name
        )
        _tell(tx, world, text)
        return
    queries.save_tiles(tx, world_id, made.finished.tiles)
    ground.save_map(tx, world_id, SHORT_SIDE, made.finished.world_map)
    queries.delete_checkpoints(tx, world_id)
    ready = worlds.save(tx, world, world_id, [progress, *_completed(world_id, made.finished)])
    notices.tell_of_world(tx, ready, to_owner=True)
    _tell(tx, world, translate("{world} is ready. You can enter it now.", world=world.name), 100)


def fail(tx: Tx, request: Request, reason: str) -> None:
    """Note that a world cannot be made, and tell those who wait for it."""
    row = worlds_sql.lock(tx, _world_id(request)).fetchone()
    if row is None or row["status"] != BUILDING:
        return
    world = worlds_sql.read(row)
    service.give_up(tx, world, reason)
    _tell(tx, world, translate("{world} could not be made.", world=world.name))


KINDS: Final = (Kind(KIND, prepare, finish, fail, compute=run_slice),)


def _completed(world_id: UUID, made: Finished) -> Iterable[WorldEvent]:
    yield GroundMade(world_id=world_id, digest=made.digest, land=made.land, sea_level=made.sea_level)
    yield SpeciesDrawn(world_id=world_id, species=[each.model_dump(mode="json") for each in made.species])
    yield from placed(world_id, made.spots)
    yield WorldReady(world_id=world_id, entrance=made.entrance)


def _building(tx: Tx, request: Request) -> World:
    row = worlds_sql.lock(tx, _world_id(request)).fetchone()
    if row is None or row["status"] != BUILDING:
        raise Skip
    return worlds_sql.read(row)


def _world_id(request: Request) -> UUID:
    return UUID(request.input["world_id"])


def _tell(tx: Tx, world: World, text: str, progress: int | None = None) -> None:
    waiting = [row["character_id"] for row in queries.list_waiting(tx, world.world_id)]
    told: dict[str, Any] = {"world_id": str(world.world_id)}
    if progress is not None:
        told["progress"] = progress
    posts.post(tx, [(each, envelopes.game_message("system", text, tx.now, told)) for each in waiting])
