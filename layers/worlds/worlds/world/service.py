"""Worlds: found, listed, made, and whom they let in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from kernel.accounts.models import Identity
from kernel.database import Tx
from worlds.demand import queries as demand
from worlds.ecosystem import creature_queries as creatures
from worlds.ecosystem import queries as species
from worlds.entities import queries as entities
from worlds.feats import service as feats
from worlds.feats.rules import accomplishments
from worlds.log import service as log
from worlds.log.models import WorldEvent
from worlds.memories import queries as memories
from worlds.npcs import queries as npcs
from worlds.promises import queries as promises
from worlds.relationships import queries as relationships
from worlds.resources import queries as resources
from worlds.villages import queries as villages
from worlds.world import queries, rules, snapshots
from worlds.world.evolution import evolve
from worlds.world.models import AGGREGATE, ListedWorld, World, WorldNotFound


class Entered(Protocol):
    """Returns a world, once it is known."""

    def __call__(self, *, to_enter: bool) -> World:
        """Return the world.

        Args:
            to_enter: now, and not only some day.

        Raises:
            WorldNotFound, WorldPrivate
            WorldFull, WorldNotReady, WorldFailed: they cannot enter now.
        """
        ...


def admitted(tx: Tx, me: Identity, world_id: UUID, *, to_enter: bool = False) -> World:
    """Return a world that someone may see; or enter now.

    Raises:
        WorldNotFound, WorldPrivate
        WorldFull, WorldNotReady, WorldFailed: they cannot enter now.
    """
    return _ask(tx, me, world_id, None)(to_enter=to_enter)


def ask_entered(tx: Tx, me: Identity, character_id: UUID) -> Entered:
    """Ask for the world that someone enters with a character; the answer comes with the next round trip."""
    queries.lock_entered(tx, character_id)
    return _ask(tx, me, None, character_id)


def _ask(tx: Tx, me: Identity, world_id: UUID | None, character_id: UUID | None) -> Entered:
    found = queries.find(tx, world_id, character_id)
    asked = queries.find_admission(tx, world_id, me.account_id, character_id)

    def world(*, to_enter: bool) -> World:
        row = found.fetchone()
        if row is None:
            raise WorldNotFound
        [admission] = asked
        known = queries.read(row)
        rules.admit(known, me.account_id, queries.read_admission(admission, is_admin=me.is_admin), to_enter=to_enter)
        return known

    return world


def list_all(tx: Tx, me: Identity, after: UUID | None, limit: int, part: str = "") -> list[ListedWorld]:
    """Return the worlds of players, newest first: all but those that are private to others.

    Args:
        part: only those whose names have it, in any case.
        after: the last one of the page before.
    """
    rows = queries.list_all(tx, me.account_id, part, is_admin=me.is_admin, after=after, limit=limit)
    return [ListedWorld(queries.read(row), row["players"], row["role"]) for row in rows]


def get(tx: Tx, me: Identity, world_id: UUID) -> ListedWorld:
    """Return a world that someone may see.

    Raises:
        WorldNotFound, WorldPrivate
    """
    players = queries.count_players(tx, world_id)
    member = queries.find_member(tx, world_id, me.account_id)
    world = admitted(tx, me, world_id)
    [row] = players
    mine = member.fetchone()
    return ListedWorld(world, row["players"], mine["role"] if mine else None)


def save(
    tx: Tx,
    world: World | None,
    world_id: UUID,
    events: Iterable[WorldEvent],
    metadata: Mapping[str, Any] | None = None,
) -> World:
    """Let events happen to a world that is locked, or make it."""
    recorded = log.record(tx, AGGREGATE, world_id, world.version if world else 0, [*events], metadata)
    after = world
    for each in recorded:
        after = evolve(after, each)
        log.keep_snapshot(tx, world_id, after.version, snapshots.CODE_VERSION, partial(snapshots.write, after))
    assert after is not None
    queries.save(tx, world, after)
    for each in recorded:
        queries.project(tx, each)
        entities.project(tx, each.event)
        species.project(tx, each.event)
        resources.project(tx, each.event)
        demand.project(tx, each.event)
        creatures.project(tx, each.event)
        npcs.project(tx, each.event)
        villages.project(tx, each.version, each.event)
        memories.project(tx, each)
        relationships.project(tx, each.event)
        promises.project(tx, each)
    if after.owner_id is not None:
        feats.note(tx, after.owner_id, accomplishments(each.event for each in recorded))
    return after


def welcome(world: World, name: str) -> str:
    """Return what someone is told who is about to enter."""
    return f"Welcome to {world.name}, {name}."
