"""Linking in three steps (start, claim, confirm), and unlinking in two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from community.catalog.content import items
from community.deliveries.rules import merge_overflow
from community.gambles import merging as gambles
from community.linking import queries, rules
from community.linking.models import (
    LinkedAccounts,
    LinkState,
    LinkStatus,
    LinkToken,
    UnlinkNotRequested,
    UnlinkTooLate,
    UserLinked,
    UserMerged,
    UserUnlinked,
    WaitingItem,
    WouldReplaceItself,
)
from community.players import merging
from community.players import service as players
from community.players.models import Link, Player, PlayerRef, unknown_player
from community.progression.service import current_state
from kernel.database import Tx
from kernel.errors import TryAgain
from kernel.naming import key

MAX_ATTEMPTS = 10


def start_link(tx: Tx, source: PlayerRef) -> LinkToken:
    """Create a code for an account, which need not have played yet. Its earlier codes expire."""
    for _ in range(MAX_ATTEMPTS):
        token = LinkToken(
            token=rules.draw_token(tx.rng),
            state=LinkState.PENDING,
            source=source,
            target=None,
            expires_at=tx.now + rules.TOKEN_LIFE,
        )
        queries.expire_tokens(tx, source)
        if queries.insert_token(tx, token).fetchone() is not None:
            return token
    raise TryAgain


def claim_link(tx: Tx, written: str, target: PlayerRef) -> LinkToken:
    """Claim a code with the other account, as people type it.

    Raises:
        UnknownToken, TokenAlreadyClaimed, TokenUsedUp, TokenExpired, ClaimedByItsOwner
    """
    written = key(written).replace(" ", "").upper()
    token = _token(queries.lock_token(tx, written).fetchone())
    token = rules.require_claimable(token, written, target, tx.now)
    queries.claim_token(tx, token.token, target)
    return replace(token, state=LinkState.CLAIMED, target=target)


def confirm_link(tx: Tx, source: PlayerRef) -> LinkedAccounts:
    """Merge the two accounts into the source's player.

    Raises:
        NothingToConfirm, TokenExpired, NotClaimedYet, AccountExcluded, WouldReplaceItself
    """
    # Only the token says who claimed it: a third round trip. All callers lock tokens before players.
    token = _token(queries.lock_token_of(tx, source).fetchone())
    token, target = rules.require_confirmable(token, tx.now)
    gambles.lock_active_gamble(tx)
    keeper, other = players.load_all(tx, (source, replace(target, username=None)))
    for player in (keeper, other):
        if player is not None:  # a merged player would be excluded as a whole
            players.require_included(player)
    if keeper is None:
        keeper = _register(tx, token.source, other)
    if other is None:
        keeper = _attach(tx, keeper, source, target)
    elif other.id != keeper.id:
        keeper = _merge(tx, keeper, other)
    players.save(tx, keeper)
    queries.confirm_token(tx, token.token)
    return LinkedAccounts(rules.in_list_order(keeper.links), _waiting(keeper))


def request_unlink(tx: Tx, caller: PlayerRef, platform: str) -> None:
    """Store for 60 s that the account wants to remove the player's link to `platform`.

    Raises:
        UnknownPlayer, NotLinked, LastLink
    """
    player, _ = players.peek(tx, caller)
    if player is None:
        raise unknown_player(caller)
    rules.require_unlinkable(player, platform)
    target = PlayerRef(platform, player.links[platform].platform_id)
    queries.upsert_unlink_request(tx, caller, target, tx.now + rules.UNLINK_WINDOW)


def confirm_unlink(tx: Tx, caller: PlayerRef, platform: str) -> None:
    """Remove the link. The player keeps everything else.

    Raises:
        UnknownPlayer, NotLinked, LastLink, UnlinkNotRequested, UnlinkTooLate
    """
    taking = queries.take_unlink_request(tx, caller, platform)
    player = players.load(tx, caller, anyone=True)
    rules.require_unlinkable(player, platform)
    request = taking.fetchone()
    # A merge in between may have replaced the account that the request was about.
    if request is None or request["target_platform_id"] != player.links[platform].platform_id:
        raise UnlinkNotRequested(platform=platform)
    if tx.now >= request["expires_at"]:
        raise UnlinkTooLate(platform=platform)
    player = merging.detach(tx, player, platform).record(
        UserUnlinked(user_id=player.id, platform=platform, timestamp=int(tx.now.timestamp()))
    )
    players.save(tx, player)


def link_status(tx: Tx, account: PlayerRef) -> LinkStatus:
    """Return the platforms of the account's player, and the account's own code. Strangers have neither."""
    row = queries.read_status(tx, account).fetchone()
    assert row is not None
    return LinkStatus(rules.in_list_order(row["platforms"] or ()), _token(row if row["token"] else None))


def _register(tx: Tx, source: PlayerRef, other: Player | None) -> Player:
    """Create and save a player at once, because the merge that follows needs its row."""
    state = other.state if other is not None else current_state(tx)
    (player,) = players.save(tx, players.create(tx, state, source))
    return players.as_saved(player)


def _attach(tx: Tx, keeper: Player, source: PlayerRef, target: PlayerRef) -> Player:
    """Link an account that has never played to the player, replacing any other on that platform."""
    if target.platform == source.platform:
        raise WouldReplaceItself(platform=source.platform)
    named = _named(target)
    return keeper.with_link(target.platform, Link(str(named.platform_id), str(named.username))).record(
        UserLinked(user_id=keeper.id, platform=target.platform, timestamp=int(tx.now.timestamp()))
    )


def _merge(tx: Tx, keeper: Player, other: Player) -> Player:
    player = merging.merge(tx, keeper, other)
    return player.record(
        UserMerged(
            user_id=player.id,
            merged_user_id=other.id,
            waiting=_waiting(player),
            timestamp=int(tx.now.timestamp()),
        )
    )


def _waiting(player: Player) -> tuple[WaitingItem, ...]:
    return tuple(
        WaitingItem(
            item_name=items.stored(slot.item_id).internal_name, quantity=slot.quantity, quality_level=slot.quality
        )
        for slot in merge_overflow(player)
    )


def _named(account: PlayerRef) -> PlayerRef:
    """Use the id as the name when the caller gave none; the account's next message replaces it."""
    return replace(account, username=account.username or account.platform_id)


def _token(row: Mapping[str, Any] | None) -> LinkToken | None:
    if row is None:
        return None
    source = PlayerRef(row["source_platform"], row["source_platform_id"], row["source_username"])
    target = (
        PlayerRef(row["target_platform"], row["target_platform_id"], row["target_username"])
        if row["target_platform"]
        else None
    )
    return LinkToken(row["token"], LinkState(row["state"]), source, target, row["expires_at"])
