"""Loading, creating and saving players."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from community.account_hashes import account_hashes
from community.parts import PARTS
from community.players import persons, queries
from community.players.models import (
    AccountExcluded,
    Crowd,
    Fact,
    Link,
    Player,
    PlayerRef,
    Role,
    SeveralPlayers,
    UserRegistered,
    no_such_player,
    unknown_player,
)
from community.players.part import Parts
from community.progression import service as progression
from community.progression.models import CommunityState
from community.reactions import apply_reactions
from kernel.database import Cursor, Tx
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
        ref.platform: Link(str(ref.platform_id), ref.username or str(ref.platform_id)).with_roles(
            ref.roles or frozenset(), tx.now
        )
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
    returning = {ref.platform_id: ref for ref in refs if not state.forgotten.isdisjoint(_hashes_of(ref))}
    for ref in returning.values():
        save(tx, recalled(tx, create(tx, state, ref)))
    return bool(returning)


def recalled(tx: Tx, player: Player) -> Player:
    """Return the player, to be saved, with what is remembered of accounts that are new to them.

    Before anything is added to a player who gets such accounts, because it also limits what the addition earns. Only
    for these few it costs round trips.
    """
    if not _remembered(player):
        return player
    save(tx, replace(player, events=()))
    return _loaded_again(tx, player)


def _loaded_again(tx: Tx, player: Player) -> Player:
    """Return a player who was saved without their events as they are stored now, with these events yet to be saved."""
    loaded = load(tx, PlayerRef("", user_id=player.id), anyone=True)
    return replace(loaded, events=(*loaded.events, *player.events))


def _hashes_of(ref: PlayerRef) -> tuple[str, ...]:
    return account_hashes(ref.platform, str(ref.platform_id))


def save(tx: Tx, *players: Player) -> list[Player]:
    """Apply the reactions to the players' events, then queue all changes. They are sent with the COMMIT.

    The events of further players of one person come last: only when the first one is saved is it known what limits
    them. For these few it costs round trips.

    Returns:
        The players after all reactions, ordered by id. Use `as_saved` before saving one of them again.
    """
    later = _further_players(players)
    saved = _save(tx, *(replace(player, events=()) if player.id in later else player for player in players))
    if not later:
        return saved
    again = [save(tx, _loaded_again(tx, player))[0] for player in later.values()]
    return sorted([player for player in saved if player.id not in later] + again, key=lambda player: player.id)


def _further_players(players: Sequence[Player]) -> dict[UUID, Player]:
    """Return {id: player} of those with events who are not the first of their person with any."""
    seen: set[UUID] = set()
    further: dict[UUID, Player] = {}
    for player in players:
        if player.events and player.person_id in seen:
            further[player.id] = player
        if player.events and player.person_id:
            seen.add(player.person_id)
    return further


def _save(tx: Tx, *players: Player) -> list[Player]:
    settled = [apply_reactions(player, tx.now, tx.rng) for player in sorted(players, key=lambda player: player.id)]
    returning = {player.id: hashes for player in settled if (hashes := _remembered(player))}
    settled = [_reunited(tx, player, returning.get(player.id, ())) for player in settled]
    # In the same order in every action: two that create the same strangers would otherwise deadlock.
    for player in sorted(settled, key=_identities):
        _write(tx, player)
    # Only those who have something to join: if the last one had nothing, another's would be a statement of their own.
    joined = [player for player in settled if PARTS.have_joined(player)]
    for player in joined[:-1]:
        with tx.as_one():
            PARTS.save_joined(tx, player)
    with tx.as_one():
        for player in joined[-1:]:
            PARTS.save_joined(tx, player)
        events.announce(tx, *(event for player in settled for event in player.events if event.logged))
        # Last, because all players write there.
        PARTS.add_up(tx, settled)
    for player in settled:
        if player.id in returning:
            persons.recall_limits(tx, player.id, returning[player.id], tx.now if player.stored else None)
            if player.person_id:
                persons.share_limits(tx, player.id, player.person_id)
    for player in settled:
        if player.departed:
            _remember_departed(tx, player)
    if any(player.departed for player in settled):
        progression.renew_state_version(tx)
    return settled


def _remembered(player: Player) -> list[str]:
    """Return the hashes of accounts that are new to the player, and left another one or were forgotten with them."""
    if not player.state.forgotten:
        return []
    known = player.stored.links if player.stored else {}
    hashes = [
        account_hash
        for platform, link in player.links.items()
        if platform not in known or known[platform].platform_id != link.platform_id
        for account_hash in account_hashes(platform, link.platform_id)
    ]
    return [each for each in hashes if each in player.state.forgotten]


def _reunited(tx: Tx, player: Player, hashes: Sequence[str]) -> Player:
    """Return the player as the person whose accounts they have, or had until now. For some it costs a round trip."""
    if hashes and (people := persons.lock_people_of(tx, hashes)):
        kept, *others = sorted(people | ({player.person_id} if player.person_id else set()))
        for other in others:
            persons.become_one(tx, kept, other)
        return replace(player, person_id=kept)
    if player.departed and player.person_id is None:
        return replace(player, person_id=uuid4())
    return player


def as_saved(player: Player) -> Player:
    """Return a saved player for further changes in the same action, so that nothing is written twice."""
    saved = player.replaced(parts=PARTS.lasting(player), departed=(), events=())
    return saved.replaced(stored=saved)


def with_current_name(player: Player, ref: PlayerRef, now: datetime) -> Player:
    """Return the player with the name and the roles that came with a platform id as the current ones there."""
    if ref.user_id is not None or ref.platform_id is None or not ref.username:
        return player
    seen = player.seen_as(ref.platform, ref.username, ref.roles, now)
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
    if locking:
        locked = {row["user_id"] for row in locking if not row["moved"]}
        _require_locked(rows, locked)
        if any(row["divided"] for row in rows):
            rows = _with_shared_limits(tx, rows, partial(queries.read_players, tx, refs, crowd, parts, facts))
            _require_locked(rows, locked)
    state = progression.state_at(tx, rows[0]["state_version"])
    found = {row["user_id"]: _player(row, state, parts, facts) for row in rows if row["user_id"]}
    wanted = [_of_name(found.get(user_id), ref) for user_id, ref in zip(rows[0]["wanted"], refs, strict=True)]
    sole = [ref for ref in refs if ref.sole and ref.only_name]
    for ref, namesakes in zip(sole, rows[0]["namesakes"] if sole else (), strict=True):
        if namesakes > 1:
            raise SeveralPlayers(name=ref.label)
    tx.about = tx.about or next((player.id for player in wanted if player), None)
    named = [player and with_current_name(player, ref, tx.now) for player, ref in zip(wanted, refs, strict=True)]
    others = [found[row["user_id"]] for row in rows if crowd and row["in_crowd"]]
    return named, sorted(others, key=lambda player: player.id), state


def _require_locked(rows: list[dict[str, Any]], locked: set[UUID]) -> None:
    """Start anew if an account has moved to another player since players were locked, or they to another person."""
    if {row["user_id"] for row in rows if row["user_id"]} != locked:
        raise TryAgain


def _with_shared_limits(tx: Tx, rows: list[dict[str, Any]], read_again: Callable[[], Cursor]) -> list[dict[str, Any]]:
    """Give players what limits their person's other players, and read them again: a round trip, for these few."""
    divided = [(row["user_id"], row["person_id"]) for row in rows if row["divided"]]
    queries.lock_people(tx, [person_id for _, person_id in divided])
    for user_id, person_id in divided:
        persons.share_limits(tx, user_id, person_id)
    return read_again().fetchall()


def _of_name(player: Player | None, ref: PlayerRef) -> Player | None:
    """Return the player if the name is theirs: functions from before do not update the key when they update a name."""
    if player is None or not ref.only_name:
        return player
    return player if person_key(player.links[ref.platform].username) == person_key(ref.only_name) else None


def _player(row: dict[str, Any], state: CommunityState, parts: Parts, facts: tuple[Fact, ...]) -> Player:
    player = Player(
        id=row["user_id"],
        username=row["username"],
        links={platform: _link(*stored) for platform, stored in (row["links"] or {}).items()},
        state=state,
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        person_id=row["person_id"],
        parts=parts.parse(row),
        unread=parts.unread,
        facts={fact.name: row["fact_" + fact.name] for fact in facts},
    )
    return parts.loaded(player.replaced(stored=player))


def _link(
    platform_id: str,
    username: str,
    roles: list[Role],
    linked_at: str | None,
    person_before: str | None,
    roles_at: str | None,
) -> Link:
    return Link(
        platform_id,
        username,
        frozenset(roles),
        datetime.fromisoformat(linked_at) if linked_at else None,
        UUID(person_before) if person_before else None,
        datetime.fromisoformat(roles_at) if roles_at else None,
    )


def _identities(player: Player) -> list[tuple[str, str]]:
    return sorted((platform, link.platform_id) for platform, link in player.links.items())


def _names_given_up(player: Player, stored: Player) -> set[str]:
    """Return what accounts that are still the player's were called, and are no longer."""
    return {
        link.username
        for platform, link in stored.links.items()
        if (now := player.links.get(platform)) and now.platform_id == link.platform_id and now.username != link.username
    }


def _write(tx: Tx, player: Player) -> None:
    stored = player.stored
    known = stored.links if stored else {}
    changed = {
        platform: link
        for platform, link in player.links.items()
        if (before := known.get(platform)) is None or (before, before.roles_at) != (link, link.roles_at)
    }
    if stored is None:
        # In one statement, at whose end Postgres looks for the user of each link.
        with tx.as_one():
            queries.insert_user(tx, player)
            _write_links(tx, player, changed)
    else:
        if (player.username, player.links, player.person_id) != (stored.username, stored.links, stored.person_id):
            queries.update_user(tx, player)
            if earlier := _names_given_up(player, stored):
                queries.keep_earlier_names(tx, player.id, earlier)
        if player.departed:
            _part_with(tx, player)
        _write_links(tx, player, changed)
    if changed:
        PARTS.accounts_changed(tx, player, changed)
    PARTS.save(tx, player)


def _write_links(tx: Tx, player: Player, links: Mapping[str, Link]) -> None:
    for platform, link in links.items():
        queries.upsert_link(tx, player.id, platform, link, if_not_awaited=not player.may_be_awaited)


def _part_with(tx: Tx, player: Player) -> None:
    """Let accounts go; `_remember_departed` comes at the end."""
    queries.lock_accounts(tx)  # before the community's state, which changes when a timeout begins to wait
    for departed in player.departed:
        PARTS.account_left(tx, player.id, departed.platform, departed.link)
        if departed.platform not in player.links:
            queries.delete_link(tx, player.id, departed.platform)


def _remember_departed(tx: Tx, player: Player) -> None:
    """Let what limits the player follow the accounts that have left.

    They stay the person's, and share the limits. Those that a code brought within the last day, perhaps by mistake, are
    someone else's again, and take what limits the player now along.
    """
    assert player.person_id is not None
    for departed in player.departed:
        account_hash = account_hashes(departed.platform, departed.link.platform_id)[0]
        if departed.person_id or departed.link.is_new(tx.now):
            persons.leave_with_limits(tx, player.id, departed.person_id or departed.link.person_before, account_hash)
        else:
            if departed.link.person_before:
                persons.become_one(tx, player.person_id, departed.link.person_before)
            persons.leave(tx, player.person_id, account_hash)
    for linked_at in _undone_links(player, tx.now):
        PARTS.link_undone(tx, player.id, linked_at)


def _undone_links(player: Player, now: datetime) -> set[datetime]:
    """Return when the links were made of which all that the code brought has left within the day.

    Not if it was the same person's.
    """
    left = {
        departed.link.linked_at
        for departed in player.departed
        if departed.link.linked_at
        and departed.link.is_new(now)
        and departed.person_id is None
        and departed.link.person_before != player.person_id
    }
    return left - {link.linked_at for link in player.links.values()}
