"""What administrators do: they list worlds, stop their time, empty them; and what they do to people is noted."""

from __future__ import annotations

from uuid import UUID

from kernel.accounts.models import Identity
from kernel.database import Cursor, Tx
from kernel.errors import TryAgain
from kernel.texts import translate
from worlds.administering import queries
from worlds.administering.models import USER, WorldBeingMade, by_administrator
from worlds.fights import queries as fights
from worlds.log import reading
from worlds.log import service as log
from worlds.log.models import WorldEvent
from worlds.play import closing
from worlds.posts import envelopes
from worlds.posts import service as posts
from worlds.world import queries as worlds_sql
from worlds.world import service as worlds
from worlds.world.events import ThingPlaced, ThingRemoved, WorldPaused, WorldResumed, WorldWiped
from worlds.world.models import READY, ListedWorld, SystemWorld, World, WorldNotFound


def list_worlds(tx: Tx, me: Identity, after: UUID | None, limit: int) -> list[ListedWorld]:
    """Return all worlds, also those of the system, newest first.

    Args:
        after: the last one of the page before.
    """
    rows = queries.list_worlds(tx, me.account_id, after, limit)
    return [ListedWorld(worlds_sql.read(row), row["players"], row["role"]) for row in rows]


def set_paused(tx: Tx, me: Identity, world_id: UUID, paused: bool) -> ListedWorld:
    """Let the time of any world but the lobby stand still, or go on; people there are told.

    Raises:
        WorldNotFound, SystemWorld
    """
    member = worlds_sql.find_member(tx, world_id, me.account_id)
    found = worlds_sql.lock(tx, world_id)
    present = [row["character_id"] for row in queries.list_present(tx, world_id)]
    world = _of(worlds_sql.read(row) if (row := found.fetchone()) else None)
    if world.time.is_paused != paused:
        event = WorldPaused(world_id=world_id) if paused else WorldResumed(world_id=world_id)
        world = worlds.save(tx, world, world_id, [event], by_administrator(me))
        line = (
            translate("Time stands still in {world}.", world=world.name)
            if paused
            else translate("Time goes on in {world}.", world=world.name)
        )
        told = {"world_id": str(world_id)}
        posts.post(tx, [(each, envelopes.game_message("system", line, tx.now, told)) for each in present])
    return ListedWorld(world, len(present), _role(member))


def wipe(tx: Tx, me: Identity, world_id: UUID) -> ListedWorld:
    """Let a world be as it was when it was made: without the bodies that people had there and what they brought.

    Its ground, its time, its members and its settings stay. Who is there is told, and their connection is closed.

    Raises:
        WorldNotFound, SystemWorld, WorldBeingMade
        TryAgain: someone came in at that moment.
    """
    member = worlds_sql.find_member(tx, world_id, me.account_id)
    closing.put_all_out(tx, world_id)
    fights.delete_of_world(tx, world_id)  # before characters, as a command in a fight locks them
    locked = queries.lock_characters(tx, world_id)
    found = queries.lock_alone(tx, world_id)
    counted = queries.count_characters(tx, world_id)
    world = _of(worlds_sql.read(row) if (row := found.fetchone()) else None)
    if world.status != READY:
        raise WorldBeingMade(name=world.name)
    [count] = counted
    if count["characters"] != len(locked.fetchall()):
        raise TryAgain
    furniture = _furniture(tx, world)
    after = worlds.save(tx, world, world_id, [WorldWiped(world_id=world_id), *furniture], by_administrator(me))
    return ListedWorld(after, 0, _role(member))


def note(tx: Tx, me: Identity, user_id: UUID, event: WorldEvent) -> None:
    """Note what an administrator has done to someone."""
    log.append(tx, USER, user_id, log.version_of(tx, user_id), [event], by_administrator(me))


def _role(member: Cursor) -> str | None:
    row = member.fetchone()
    return row["role"] if row else None


def _of(world: World | None) -> World:
    if world is None:
        raise WorldNotFound
    if world.is_lobby:
        raise SystemWorld(name=world.name)
    return world


def _furniture(tx: Tx, world: World) -> list[ThingPlaced]:
    """Return what was placed in a world by its makers, and not removed by them."""
    placed: dict[UUID, ThingPlaced] = {}
    for each in reading.list_of(tx, world.world_id, types=(ThingPlaced, ThingRemoved)):
        match each.event:
            case ThingPlaced() as thing if thing.world_id == world.world_id:
                placed[thing.entity_id] = thing
            case ThingRemoved() as gone:
                placed.pop(gone.entity_id, None)
            case _:
                pass
    return [*placed.values()]
