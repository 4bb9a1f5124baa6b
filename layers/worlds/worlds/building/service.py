"""Asking for the ground of a world, and giving it up."""

from __future__ import annotations

from uuid import UUID

from kernel.accounts.models import Identity
from kernel.database import Tx
from kernel.outside import service as outside
from worlds.building import queries
from worlds.building.models import CANCELLED, KIND, NotBuilding
from worlds.world import queries as worlds_sql
from worlds.world import service as worlds
from worlds.world.events import BuildingFailed
from worlds.world.models import BUILDING, OwnersOnly, World, WorldNotFound


def begin(tx: Tx, world: World) -> None:
    """Let the ground of a world be made, whose status is building and whose `generation` has seed and parameters."""
    outside.ask(
        tx,
        KIND,
        {"world_id": str(world.world_id)},
        dedupe_key=key_of(world.world_id),
        account_id=world.owner_id,
        inside=True,
    )


def cancel(tx: Tx, me: Identity, world_id: UUID) -> World:
    """Give up making one's world: what the slice that runs now makes is thrown away.

    Raises:
        WorldNotFound, OwnersOnly, NotBuilding
    """
    outside.cancel(tx, [key_of(world_id)])  # first, because a slice that finishes locks its request first, too
    row = worlds_sql.lock(tx, world_id).fetchone()
    if row is None:
        raise WorldNotFound
    world = worlds_sql.read(row)
    if world.owner_id != me.account_id and not me.is_admin:
        raise OwnersOnly
    if world.status != BUILDING:
        raise NotBuilding(name=world.name)
    return give_up(tx, world, CANCELLED)


def give_up(tx: Tx, world: World, reason: str) -> World:
    """Note that a world will not be made."""
    queries.delete_checkpoints(tx, world.world_id)
    return worlds.save(tx, world, world.world_id, [BuildingFailed(world_id=world.world_id, reason=reason)])


def key_of(world_id: UUID) -> str:
    """Return the dedupe key of the request that makes a world."""
    return f"{KIND}:{world_id}"
