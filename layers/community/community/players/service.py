"""Loading, creating and saving players."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from community.account_hashes import account_hash
from community.parts import PARTS
from community.players import queries
from community.players.models import (
    AccountExcluded,
    Crowd,
    Fact,
    Link,
    Player,
    PlayerRef,
    SeveralPlayers,
    UserRegistered,
    no_such_player,
    unknown_player,
)
from community.players.part import Parts
from community.progression import service as progression
from community.progression.models import CommunityState
from community.reactions import apply_reactions
from kernel.database import Tx
from kernel.errors import TryAgain
from kernel.events import service as events
from kernel.naming import MOST_SUGGESTED, closest, person_key


def load(tx: Tx, ref: PlayerRef, *facts: Fact, anyone: bool = False) -> Player:
    """Lock and load a player. This is the first of an action's two round trips.

    Args:
        facts: additional values to read into `Player.facts`, each with a unique name.
        anyone: whether an excluded account may be loaded, because it is not the one that acts.

    Raises:
        UnknownPlayer: no one has played under that identity yet.
        AccountExcluded: the account takes no part in the game.
    """
    player = require_known(tx, load_all(tx, (ref,), *facts)[0], ref)
    return player if anyone else require_included(player)


def require_included(player: Player) -> Player:
    """Return the player, or refuse the action when they take no part in the game.

    Raises:
        AccountExcluded
    """
    if player.excluded:
        raise AccountExcluded(name=player.username)
    return player


def require_known(tx: Tx, player: Player | None, ref: PlayerRef) -> Player:
    """Return the player, or refuse the action when there is none.

    Raises:
        UnknownPlayer: there is no player.
    """
    if player is None:
        raise unknown_player(ref, similar_names(tx, ref))
    return player


def similar_names(tx: Tx, ref: PlayerRef) -> tuple[str, ...]:
    """Return the names of players who may be meant by a name that none has. For a refusal: it is a round trip more."""
    if not ref.only_name:
        return ()
    typed = person_key(ref.only_name)
    rows = queries.list_similar_names(tx, ref.platform, typed)
    known = {person_key(row["username"]): row["username"] for row in rows}
    return tuple(known[name_key] for name_key in closest(typed, known))[:MOST_SUGGESTED]


def load_or_create(tx: Tx, ref: PlayerRef, *facts: Fact, anyone: bool = False) -> Player:
    """Like `load`, but a stranger becomes a new player, to be saved. The ref needs an id."""
    (found,), _, state = _load(tx, (ref,), facts, lock=True)
    if found is None and come_back(tx, state, ref):
        (found,), _, state = _load(tx, (ref,), facts, lock=True)
    player = found or create(tx, state, ref)
    return player if anyone else require_included(player)


def load_all(tx: Tx, refs: tuple[PlayerRef, ...], *facts: Fact) -> list[Player | None]:
    """Lock and load several players in one round trip. Returns them in the order of `refs`."""
    return _load(tx, refs, facts, lock=True)[0]


def load_crowd(
    tx: Tx, refs: tuple[PlayerRef, ...], crowd: Crowd | None, *facts: Fact
) -> tuple[list[Player | None], list[Player], CommunityState]:
    """Like `load_all`, plus the players of the crowd, ordered by id; a player may be in both. Still one round trip."""
    return _load(tx, refs, facts, lock=True, crowd=crowd)


def load_all_with_state(tx: Tx, *refs: PlayerRef) -> tuple[list[Player | None], CommunityState]:
    """Like `load_all`, with the community state for players who have yet to be created."""
    players, _, state = _load(tx, refs, (), lock=True)
    return players, state


def peek(
    tx: Tx, ref: PlayerRef, *facts: Fact, only: tuple[type[Any], ...] = ()
) -> tuple[Player | None, CommunityState]:
    """Read a player without locking: only for reads, never for changes.

    Args:
        only: the types of the parts to read; all when left out. To read a few takes half the time.
    """
    players, _, state = _load(tx, (ref,), facts, lock=False, parts=PARTS.only(*only))
    return players[0], state


def get_player(tx: Tx, ref: PlayerRef, *facts: Fact, only: tuple[type[Any], ...] = ()) -> Player:
    """Read a player without locking, like `peek`, where there must be one.

    Raises:
        NoSuchPlayer: there is no player.
    """
    player, _ = peek(tx, ref, *facts, only=only)
    if player is None:
        raise no_such_player(ref, similar_names(tx, ref))
    return player


def create(tx: Tx, state: CommunityState, *refs: PlayerRef) -> Player:
    """Create a player with these identities, to be saved. Without a name, an identity goes by its id."""
    links = {
        ref.platform: Link(str(ref.platform_id), ref.username or str(ref.platform_id), ref.roles or frozenset())
        for ref in refs
    }
    player_id = uuid4()
    return Player(
        id=player_id,
        username=links[refs[0].platform].username,
        links=links,
        state=state,
        created_at=tx.now,
        updated_at=tx.now,
        events=(UserRegistered(user_id=player_id),),
    )


def come_back(tx: Tx, state: CommunityState, *refs: PlayerRef) -> bool:
    """Create players for those accounts that were forgotten, with the limits that outlive them, before they act.

    They are rare, and only for them this costs a round trip: load again if any has come back.

    Args:
        refs: accounts without a player; each has a platform and an id.
    """
    if not state.forgotten:
        return False
    returning = {ref.platform_id: ref for ref in refs if hash_of(ref) in state.forgotten}
    for ref in returning.values():
        save(tx, create(tx, state, ref))
    return bool(returning)


def hash_of(ref: PlayerRef) -> str:
    return account_hash(ref.platform, str(ref.platform_id))


def save(tx: Tx, *players: Player) -> list[Player]:
    """Apply the reactions to the players' events, then queue all changes. They are sent with the COMMIT.

    Returns:
        The players after all reactions, ordered by id. Use `as_saved` before saving one of them again.
    """
    settled = [apply_reactions(player, tx.now, tx.rng) for player in sorted(players, key=lambda player: player.id)]
    # In the same order in every action: two that create the same strangers would otherwise deadlock.
    for player in sorted(settled, key=_identities):
        _write(tx, player)
    for player in settled[:-1]:
        with tx.as_one():
            PARTS.save_joined(tx, player)
    with tx.as_one():
        for player in settled[-1:]:
            PARTS.save_joined(tx, player)
        events.announce(tx, *(event for player in settled for event in player.events if event.logged))
        # Last, because all players write there.
        PARTS.add_up(tx, settled)
    for player in settled:
        if player.state.forgotten:
            _recall(tx, player)
    return settled


def _recall(tx: Tx, player: Player) -> None:
    """Give the player the limits of accounts that are new to them and whose last player was forgotten."""
    known = player.stored.links if player.stored else {}
    hashes = [
        account_hash(platform, link.platform_id)
        for platform, link in player.links.items()
        if platform not in known or known[platform].platform_id != link.platform_id
    ]
    if not player.state.forgotten.isdisjoint(hashes):
        for each in PARTS.outlives:
            tx.execute(each.recall, {"user_id": player.id, "hashes": hashes})
        queries.delete_forgotten(tx, hashes)


def as_saved(player: Player) -> Player:
    """Return a saved player for further changes in the same action, so that nothing is written twice."""
    saved = replace(player, parts=PARTS.lasting(player), events=())
    return replace(saved, stored=saved)


def with_current_name(player: Player, ref: PlayerRef, now: datetime) -> Player:
    """Return the player with the name and the roles that came with a platform id as the current ones there."""
    if ref.user_id is not None or ref.platform_id is None or not ref.username:
        return player
    seen = player.seen_as(ref.platform, ref.username, ref.roles)
    return player if seen is player else replace(seen, updated_at=now)


def _load(
    tx: Tx,
    refs: tuple[PlayerRef, ...],
    facts: tuple[Fact, ...],
    *,
    lock: bool,
    crowd: Crowd | None = None,
    parts: Parts = PARTS,
) -> tuple[list[Player | None], list[Player], CommunityState]:
    locking = queries.lock_players(tx, refs, crowd) if lock else None
    # A second statement, not a sub-select of the first: after waiting for the lock, a single statement would still
    # see the other tables as they were before the wait.
    rows = queries.read_players(tx, refs, crowd, parts, facts).fetchall()
    state = progression.state_at(tx, rows[0]["state_version"])
    found = {row["user_id"]: _player(row, state, parts, facts) for row in rows if row["user_id"]}
    if locking and {row["user_id"] for row in locking} != found.keys():
        raise TryAgain  # the identity moved to another player between the two statements
    wanted = [_of_name(found.get(user_id), ref) for user_id, ref in zip(rows[0]["wanted"], refs, strict=True)]
    sole = [ref for ref in refs if ref.sole and ref.only_name]
    for ref, namesakes in zip(sole, rows[0]["namesakes"] if sole else (), strict=True):
        if namesakes > 1:
            raise SeveralPlayers(name=ref.label)
    tx.about = tx.about or next((player.id for player in wanted if player), None)
    named = [player and with_current_name(player, ref, tx.now) for player, ref in zip(wanted, refs, strict=True)]
    others = [found[row["user_id"]] for row in rows if crowd and row["in_crowd"]]
    return named, sorted(others, key=lambda player: player.id), state


def _of_name(player: Player | None, ref: PlayerRef) -> Player | None:
    """Return the player if the name is theirs: functions from before do not update the key when they update a name."""
    if player is None or not ref.only_name:
        return player
    return player if person_key(player.links[ref.platform].username) == person_key(ref.only_name) else None


def _player(row: dict[str, Any], state: CommunityState, parts: Parts, facts: tuple[Fact, ...]) -> Player:
    player = Player(
        id=row["user_id"],
        username=row["username"],
        links={
            platform: Link(platform_id, username, frozenset(roles))
            for platform, (platform_id, username, roles) in (row["links"] or {}).items()
        },
        state=state,
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        parts=parts.parse(row),
        unread=parts.unread,
        facts={fact.name: row["fact_" + fact.name] for fact in facts},
    )
    return parts.loaded(replace(player, stored=player))


def _identities(player: Player) -> list[tuple[str, str]]:
    return sorted((platform, link.platform_id) for platform, link in player.links.items())


def _write(tx: Tx, player: Player) -> None:
    stored = player.stored
    if stored is None:
        queries.insert_user(tx, player)
    elif (player.username, player.links) != (stored.username, stored.links):
        queries.update_user(tx, player.id, player.username)
    known = stored.links if stored else {}
    changed = {platform: link for platform, link in player.links.items() if known.get(platform) != link}
    for platform, link in changed.items():
        before = known.get(platform)
        if before is not None and before.platform_id != link.platform_id:
            PARTS.account_left(tx, player.id, platform, before)
        queries.upsert_link(tx, player.id, platform, link)
    if changed:
        PARTS.accounts_changed(tx, player, changed)
    PARTS.save(tx, player)
