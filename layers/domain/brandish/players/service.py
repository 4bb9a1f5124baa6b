"""Load, save, and who is who."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

from brandish.database import Tx
from brandish.errors import TryAgain
from brandish.events import service as events
from brandish.inventory.models import Inventory
from brandish.jobs import service as jobs_service
from brandish.players import queries
from brandish.players.models import Link, Player, PlayerRef, UnknownPlayer
from brandish.progression import service as progression
from brandish.progression.models import World
from brandish.reactions import settle


def load(tx: Tx, ref: PlayerRef, *, jobs: bool = False) -> Player:
    """Lock a player and read what the action asks for. The first of an action's two round trips.

    Raises:
        UnknownPlayer: nobody has played under that identity yet.
    """
    player = load_all(tx, (ref,), jobs=jobs)[0]
    if player is None:
        raise UnknownPlayer(name=_name(ref))
    return player


def load_or_create(tx: Tx, ref: PlayerRef, *, jobs: bool = False) -> Player:
    """Like `load`, but a stranger becomes a player, saved with the rest. Needs the ref's id and name."""
    player, world = _load(tx, (ref,), jobs=jobs, lock=True)
    return player[0] or create(tx, world, ref)


def load_all(tx: Tx, refs: tuple[PlayerRef, ...], *, jobs: bool = False) -> list[Player | None]:
    """Lock several players in one order and read them: still one round trip. In the order of `refs`."""
    return _load(tx, refs, jobs=jobs, lock=True)[0]


def meet(tx: Tx, *refs: PlayerRef) -> tuple[list[Player | None], World]:
    """Like `load_all`, with the world for those who are still to be created."""
    return _load(tx, refs, jobs=False, lock=True)


def peek(tx: Tx, ref: PlayerRef, *, jobs: bool = False) -> tuple[Player | None, World]:
    """Read a player without the lock: for looking, never for changing."""
    players, world = _load(tx, (ref,), jobs=jobs, lock=False)
    return players[0], world


def create(tx: Tx, world: World, *refs: PlayerRef) -> Player:
    """A new player with all these identities, to be saved. Each ref needs id and name."""
    links = {ref.platform: Link(str(ref.platform_id), str(ref.username)) for ref in refs}
    return Player(
        id=uuid4(),
        username=str(refs[0].username),
        links=links,
        inventory=Inventory(),
        world=world,
        created_at=tx.now,
        updated_at=tx.now,
    )


def save(tx: Tx, *players: Player) -> None:
    """Settle what the players' events set off, then queue what changed. Travels with the COMMIT."""
    for player in sorted(players, key=lambda player: player.id):
        _write(tx, settle(player, tx.now, tx.rng))


def _load(tx: Tx, refs: tuple[PlayerRef, ...], *, jobs: bool, lock: bool) -> tuple[list[Player | None], World]:
    locking = queries.lock_players(tx, refs) if lock else None
    # A second statement, not a sub-select of the first: after waiting for the lock, one statement would still
    # see the other tables as they were before.
    rows = queries.read_players(tx, refs, jobs=jobs).fetchall()
    world = progression.world_at(tx, rows[0]["world_version"])
    found = {row["user_id"]: _player(row, world) for row in rows if row["user_id"]}
    if locking and {row["user_id"] for row in locking} != found.keys():
        raise TryAgain  # the identity moved to another player between the two statements
    wanted = [found.get(user_id) for user_id in rows[0]["wanted"]]
    tx.about = tx.about or next(iter(found), None)
    return [_seen(player, ref) for player, ref in zip(wanted, refs, strict=True)], world


def _player(row: dict[str, Any], world: World) -> Player:
    player = Player(
        id=row["user_id"],
        username=row["username"],
        links={platform: Link(*link) for platform, link in (row["links"] or {}).items()},
        inventory=Inventory.from_json(row["inventory_data"]),
        world=world,
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        jobs=jobs_service.from_json(row.get("jobs") or {}),
    )
    return replace(player, stored=player)


def _seen(player: Player | None, ref: PlayerRef) -> Player | None:
    """Found by id and called by a name: that is the platform's name for the player now."""
    if player is None or ref.platform_id is None or not ref.username:
        return player
    return player.seen_as(ref.platform, ref.username)


def _write(tx: Tx, player: Player) -> None:
    stored = player.stored
    if stored is None:
        queries.insert_user(tx, player)
        queries.insert_inventory(tx, player.id, player.inventory)
    else:
        if (player.username, player.links) != (stored.username, stored.links):
            queries.update_user(tx, player.id, player.username)
        if player.inventory != stored.inventory:
            queries.update_inventory(tx, player.id, player.inventory)
    for platform, link in player.links.items():
        if stored is None or stored.links.get(platform) != link:
            queries.upsert_link(tx, player.id, platform, link)
    for job_key, progress in player.jobs.items():
        if stored is None or stored.jobs.get(job_key) != progress:
            jobs_service.save(tx, player.id, job_key, progress)
    for event in player.events:
        events.announce(tx, event)


def _name(ref: PlayerRef) -> str:
    return ref.username or f"{ref.platform}:{ref.platform_id}"
