"""Worlds with ground, for tests: a small one is made once, and stored in each test that asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from msgspec.structs import replace

from kernel.database import Tx
from worlds.building import queries as building_sql
from worlds.building.computing import run_slice
from worlds.building.models import Finished, Task
from worlds.generation import parameters
from worlds.generation.ground import Land
from worlds.generation.parameters import Parameters
from worlds.ground.models import planned_land
from worlds.space.models import sphere
from worlds.world import service as worlds
from worlds.world.events import GroundMade, SpeciesDrawn, WorldCreated, WorldReady
from worlds.world.models import BUILDING, World

TINY = Parameters("tiny")
SEED = 42


def start_world(
    tx: Tx,
    name: str = "Gaia",
    seed: int = SEED,
    made_of: Parameters = TINY,
    said: Mapping[str, Any] | None = None,
    **fields: Any,
) -> World:
    """Make a world whose ground is still to be made, 10 km around."""
    world_id = uuid4()
    created = WorldCreated(
        world_id=world_id,
        name=name,
        shape="spherical",
        circumference=sphere().circumference,
        status=BUILDING,
        generation={"seed": seed, "parameters": parameters.as_json(made_of), **(said or {})},
        **fields,
    )
    return worlds.save(tx, None, world_id, [created])


@cache
def made_ground(seed: int = SEED) -> Finished:
    """Return the ground of such a world."""
    task = Task(UUID(int=0), TINY, Land(seed, TINY.size, 10_000), sphere())
    finished = run_slice(task, seconds=float("inf")).finished
    assert finished is not None
    return finished


def make_ground(tx: Tx, name: str = "Gaia", **fields: Any) -> World:
    """Make a world with ground."""
    world, made = start_world(tx, name, **fields), made_ground()
    assert planned_land(world) == Land(SEED, TINY.size, 10_000)
    building_sql.save_tiles(tx, world.world_id, made.tiles)
    events = [
        GroundMade(world_id=world.world_id, digest=made.digest, land=made.land, sea_level=made.sea_level),
        SpeciesDrawn(world_id=world.world_id, species=[each.model_dump(mode="json") for each in made.species]),
        WorldReady(world_id=world.world_id, entrance=made.entrance),
    ]
    return worlds.save(tx, world, world.world_id, events)


def stepped(task: Task) -> list[Any]:
    """Run all slices of a world, one stage in each; return them."""
    slices = []
    while not slices or slices[-1].finished is None:
        made = run_slice(task, seconds=0)
        slices.append(made)
        task = replace(task, done={**task.done, **made.made})
    return slices
