"""Asking for the ground of a world, and giving it up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import LiteralString
from uuid import UUID

from kernel.accounts.models import Identity
from kernel.database import Tx
from kernel.outside import service as outside
from kernel.rate_limits import forget
from worlds.building import queries
from worlds.building.limits import MADE
from worlds.building.models import CANCELLED, KIND, NotBuilding
from worlds.log.models import WorldEvent
from worlds.world import queries as worlds_sql
from worlds.world import service as worlds
from worlds.world.events import BuildingFailed
from worlds.world.models import BUILDING, OwnersOnly, World, WorldNotFound
from worlds.world.rules import deletion_of


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
    """Give up making one's world: nothing of it is left, and what the slice that runs now makes is thrown away.

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
    return _throw_away(tx, world)


def ask_cancelled(tx: Tx, key: str, account_of: LiteralString) -> Callable[[], World | None]:
    """Give up the world that is being made of an account, like `cancel`; None if none is.

    Args:
        account_of: a query for the account, as text, by `%(key)s`.
    """
    queries.cancel_being_made(tx, key, account_of)  # first, as above
    locked = queries.lock_being_made(tx, key, account_of)

    def cancelled() -> World | None:
        row = locked.fetchone()
        return None if row is None else _throw_away(tx, worlds_sql.read(row))

    return cancelled


def ask_being_made(tx: Tx, account_id: UUID) -> Callable[[], UUID | None]:
    """Ask which world is being made of an account; the answer comes with the next round trip."""
    found = queries.find_being_made(tx, account_id)

    def world_id() -> UUID | None:
        row = found.fetchone()
        return None if row is None else row["world_id"]

    return world_id


def _throw_away(tx: Tx, world: World) -> World:
    """Leave nothing of a world, whose name is free then; of one of the system, that it was given up."""
    return give_up(tx, world, CANCELLED, [] if world.is_system else deletion_of(world))


def give_up(tx: Tx, world: World, reason: str, then: Iterable[WorldEvent] = ()) -> World:
    """Note that a world will not be made; its owner may make another one instead.

    Args:
        then: what happens to it besides.
    """
    queries.delete_checkpoints(tx, world.world_id)
    failed = BuildingFailed(world_id=world.world_id, reason=reason)
    if world.owner_id is not None:
        forget(tx, MADE, str(world.owner_id), world.created_at)
    return worlds.save(tx, world, world.world_id, [failed, *then])


def key_of(world_id: UUID) -> str:
    """Return the dedupe key of the request that makes a world."""
    return f"{KIND}:{world_id}"
