"""Creatures of worlds, for tests: they stand where one wants them."""

from __future__ import annotations

from typing import Any

from kernel.database import Tx
from worlds.ecosystem.creature_queries import as_json
from worlds.ecosystem.creatures import LIFESPANS, MEAL, Creature
from worlds.ecosystem.models import MEAT_EATER, name_of
from worlds.space.models import Position
from worlds.world import service as worlds
from worlds.world.events import CreaturesChanged
from worlds.world.models import World

WOLVES = 3
"""The number of a species of hunters."""


def put_wolf(tx: Tx, world: World, position: Position, *, hungry: bool = False) -> str:
    """Let a wolf stand in a world; return its name. A hungry one does not run when it is badly hurt."""
    return put_creature(tx, world, position, WOLVES, MEAT_EATER, hungry=hungry)


def put_creature(
    tx: Tx,
    world: World,
    position: Position,
    species: int,
    kind: int,
    *,
    number: int = 1,
    hungry: bool = False,
    **fields: Any,
) -> str:
    """Let a grown creature stand in a world; return its name."""
    at = world.time.at(tx.now) // 200
    beast = Creature(
        number=number,
        species=species,
        kind=kind,
        biome=1,
        position=position,
        born=at - LIFESPANS[kind] // 2,
        fed=at - MEAL if hungry else at,
        mated=at,
        **fields,
    )
    saved = [as_json(beast)]
    changed = CreaturesChanged(world_id=world.world_id, at=at, next_number=number + 1, saved=saved, removed=[])
    worlds.save(tx, world, world.world_id, [changed])
    return name_of(42, species, kind)
