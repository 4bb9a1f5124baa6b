"""Worlds: found, listed, made, and whom they let in."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from uuid import UUID

from kernel.accounts.models import Identity
from kernel.database import Tx
from worlds.entities import queries as entities
from worlds.log import service as log
from worlds.log.models import WorldEvent
from worlds.world import queries, snapshots
from worlds.world.evolution import evolve
from worlds.world.models import (
    AGGREGATE,
    FAILED,
    PUBLIC,
    READY,
    World,
    WorldFailed,
    WorldFull,
    WorldNotFound,
    WorldNotReady,
    WorldPrivate,
)


def admitted(tx: Tx, me: Identity, world_id: UUID, *, to_enter: bool = False) -> World:
    """Return a world that someone may see; or enter now.

    Raises:
        WorldNotFound, WorldPrivate
        WorldFull, WorldNotReady, WorldFailed: they cannot enter now.
    """
    found = queries.find(tx, world_id)
    [admission] = queries.find_admission(tx, world_id, me.account_id)
    row = found.fetchone()
    if row is None:
        raise WorldNotFound
    world = queries.read(row)
    if world.privacy != PUBLIC and world.owner_id != me.account_id and not admission["role"] and not me.is_admin:
        raise WorldPrivate(name=world.name)
    if to_enter:
        require_ready(world)
    if to_enter and world.seats is not None and admission["inside"] >= world.seats:
        raise WorldFull(name=world.name)
    return world


def require_ready(world: World) -> None:
    """Refuse what needs the ground of a world that is still being made, or never will be.

    Raises:
        WorldNotReady, WorldFailed
    """
    if world.status == FAILED:
        raise WorldFailed(name=world.name)
    if world.status != READY:
        raise WorldNotReady(name=world.name, progress=world.generation.get("progress", 0))


def list_all(tx: Tx) -> list[World]:
    """Return the worlds of players, newest first."""
    return [queries.read(row) for row in queries.list_all(tx)]


def save(tx: Tx, world: World | None, world_id: UUID, events: Iterable[WorldEvent]) -> World:
    """Let events happen to a world that is locked, or make it."""
    recorded = log.record(tx, AGGREGATE, world_id, world.version if world else 0, [*events])
    after = world
    for each in recorded:
        after = evolve(after, each)
        log.keep_snapshot(tx, world_id, after.version, snapshots.CODE_VERSION, partial(snapshots.write, after))
    assert after is not None
    queries.save(tx, world, after)
    for each in recorded:
        entities.project(tx, each.event)
    return after


def welcome(world: World, name: str) -> str:
    """Return what someone is told who is about to enter."""
    return f"Welcome to {world.name}, {name}."
