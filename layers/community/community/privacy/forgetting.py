"""Forgetting a player: everything that names them is deleted or replaced.

What is left is a keyed hash of each account, with the limits that outlive it, and rows that no longer say whose they
are.
"""

from __future__ import annotations

from hmac import compare_digest
from uuid import UUID, uuid4

from community.account_hashes import account_hashes, signatures
from community.catalog.content import items
from community.engagement import queries as engagement
from community.exclusions import service as exclusions
from community.gambles.queries import PLAYING
from community.linking import service as linking
from community.players import persons
from community.players import queries as player_queries
from community.players import service as players
from community.players.models import Fact, Player, PlayerRef
from community.privacy import queries, rules
from community.privacy.events import LostItem, PlayerForgotten
from community.privacy.models import StillPlaying, WrongConfirmation
from community.progression import service as progression
from community.stats import queries as stats
from kernel.database import Tx
from kernel.events import service as events

_PLAYING = Fact("playing", PLAYING)
_TRACES = Fact("traces", queries.TRACES)


def confirmation(user_id: UUID) -> str:
    """Return the code with which to confirm that a player is to be forgotten."""
    return _confirmations(user_id)[0]


def _confirmations(user_id: UUID) -> list[str]:
    return [signature[:8] for signature in signatures(f"forget:{user_id}")]


def ask(tx: Tx, ref: PlayerRef) -> Player:
    """Return the player who would be forgotten.

    Raises:
        NoSuchPlayer, SeveralPlayers
    """
    return players.get_player(tx, ref)


def forget_oneself(tx: Tx, caller: PlayerRef, code: str) -> Player:
    """Forget the player of the account that asks for it, as `forget` does for an administrator.

    Raises:
        LinkedTooRecently: the account is new to the player, who would lose an older one.
        UnknownPlayer, WrongConfirmation, StillPlaying
    """
    player = players.load(tx, caller, _PLAYING, _TRACES, anyone=True)
    linking.require_settled(tx, player, caller.platform, player.links.keys())
    return _forget(tx, player, code)


def forget(tx: Tx, ref: PlayerRef, code: str) -> Player:
    """Forget a player; return them as they were.

    Args:
        code: of `confirmation`.

    Raises:
        UnknownPlayer, SeveralPlayers, WrongConfirmation, StillPlaying
    """
    return _forget(tx, players.load(tx, ref, _PLAYING, _TRACES, anyone=True), code)


def _forget(tx: Tx, player: Player, code: str) -> Player:
    typed = code.strip().lower().encode()
    if not any(compare_digest(typed, valid.encode()) for valid in _confirmations(player.id)):
        raise WrongConfirmation
    if player.facts["playing"] is not None:
        raise StillPlaying(name=player.username)
    player_queries.lock_accounts(tx)  # what an import is crediting belongs to what the player had
    no_one = uuid4()
    lost = tuple(
        LostItem(item_name=items.stored(row["item_id"]).internal_name, quantity=row["quantity"])
        for row in queries.list_held(tx, player.id)
    )
    hashes = [account_hashes(platform, link.platform_id)[0] for platform, link in player.links.items()]
    person_id = player.person_id or uuid4()
    player_queries.lock_people(tx, (person_id,))  # another account of theirs may be starting a player just now
    for link in player.links.values():
        if link.person_before and not link.is_new(tx.now):
            persons.become_one(tx, person_id, link.person_before)
    persons.remember(tx, player.id, person_id, hashes, excluded=player.excluded)
    if player.excluded:
        exclusions.exclude_together(tx, hashes)
    for account_hash, link in zip(hashes, player.links.values(), strict=True):
        if link.is_new(tx.now):  # perhaps by mistake
            persons.leave_with_limits(tx, player.id, link.person_before, account_hash)
    progression.lock_community_state(tx)  # before ballots, as in a merge
    queries.withdraw_ballots(tx, player.id)
    stats.lock_windows(tx)
    engagement.lock_sums(tx)
    queries.forget(tx, player.id, no_one)
    player_queries.delete_user(tx, player.id)
    _scrub(tx, player, no_one)
    progression.renew_state_version(tx)
    events.announce(tx, PlayerForgotten(user_id=no_one, items=lost, timestamp=int(tx.now.timestamp())))
    return player


def _scrub(tx: Tx, player: Player, no_one: UUID) -> None:
    """Take the player out of the log, and out of what bots have sent with other players' stats."""
    merged_ids, earlier_names, departed = player.facts[_TRACES.name]
    ids = [player.id, *map(UUID, merged_ids)]
    names = rules.names_of(player, [*earlier_names, *(name for _, name in departed)])
    account_ids = {link.platform_id for link in player.links.values()} | {account_id for account_id, _ in departed}
    mentions = rules.mentions(ids, names, account_ids)
    scrubber = rules.Scrubber(ids, names, account_ids, no_one)
    events.rewrite(tx, ids, no_one, mentions, scrubber, about_one=rules.ABOUT_ONE)
    for table in queries.DATA_TABLES:
        rows = queries.list_data_mentioning(tx, table, mentions).fetchall()
        scrubbed = [(row, scrubber(row["event_data"], own=False, free=True)) for row in rows]
        queries.update_data(tx, table, [(row["stat_id"], data) for row, data in scrubbed if data != row["event_data"]])
