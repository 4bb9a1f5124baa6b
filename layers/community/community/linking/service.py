"""Linking in three steps (start, claim, confirm), and unlinking in two."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID, uuid4

from msgspec.structs import replace

from community.account_hashes import account_hashes
from community.catalog.content import items
from community.deliveries.rules import merge_overflow
from community.gambles import merging as gambles
from community.linking import queries, rules
from community.linking.events import UserLinked, UserMerged, UserUnlinked, WaitingItem
from community.linking.models import (
    Claim,
    Guesses,
    LinkedAccounts,
    LinkState,
    LinkStatus,
    LinkToken,
    TokenExpired,
    UnlinkNotRequested,
    UnlinkTooLate,
    WouldReplaceItself,
)
from community.linking.naming import WEB
from community.players import merging, persons
from community.players import service as players
from community.players.models import Fact, Link, Player, PlayerRef, unknown_player
from community.progression.service import current_state
from kernel.database import Tx
from kernel.errors import Refused, TryAgain
from kernel.naming import key

MAX_ATTEMPTS = 10
_DEPARTED = Fact("departed", queries.DEPARTED)


def start_link(tx: Tx, source: PlayerRef) -> LinkToken:
    """Create a code for an account, which need not have played yet.

    Its earlier codes expire, and its claim of another one is withdrawn.
    """
    for _ in range(MAX_ATTEMPTS):
        token = LinkToken(
            token=rules.draw_token(tx.rng),
            state=LinkState.PENDING,
            source=source,
            claims=(),
            expires_at=tx.now + rules.TOKEN_LIFE,
        )
        queries.expire_tokens(tx, source)
        if queries.insert_token(tx, token).fetchone() is not None:
            return token
    raise TryAgain


def claim_link(tx: Tx, written: str, target: PlayerRef, address: str | None = None) -> LinkToken:
    """Claim a code with the other account, as people type it. An account has one claim, the latest.

    Others may claim the same code: it is shown in public, and no one may keep it from its owner.

    A wrong code is counted although it is refused; a code that is not even tried is not. The count comes first and
    locks, so that guesses at the same time cannot all be the first; it costs no round trip.

    Args:
        address: where the call came from, as the gateway saw it; None where that says nothing, as with Discord.

    Returns:
        The code, with this claim alone.

    Raises:
        UnknownToken, TokenUsedUp, TokenExpired, ClaimedByItsOwner, TooManyGuesses
    """
    written = key(written).replace(" ", "").upper()
    guessers = [(target.platform, str(target.platform_id)), *([("", address)] if address else [])]
    counting = queries.count_guess(tx, guessers, rules.GUESS_WINDOW)
    finding = queries.lock_token(tx, written)
    listing = queries.list_claims(tx, written)
    by_account, *others = map(_guesses, counting.fetchall())
    by_address = others[0] if others else None
    rules.require_guess_left(by_account, by_address, tx.now)
    try:
        token = rules.require_claimable(token_of(finding.fetchone(), listing), written, target, tx.now)
    except Refused as error:
        refusal = rules.answer_to_wrong_code(error, by_address, tx.now)
        refusal.keeps_writes = True
        raise refusal from None
    earlier = [claim.number for claim in token.claims if rules.same_account(claim.account, target)]
    claim = Claim(earlier[0] if earlier else token.last_number + 1, target)
    if not earlier:
        queries.claim_token(tx, token.token, claim)
    # To the account it stays a guess: who claims one code after another is not the owner of them all.
    if address:
        queries.uncount_guess_from(tx, address)
    return replace(token, state=LinkState.CLAIMED, claims=(claim,))


def find_claim(tx: Tx, source: PlayerRef, code: str = "", number: int | None = None) -> tuple[LinkToken, Claim]:
    """Return the account's code and who claimed it, for the question whether to link the two.

    Args:
        code: the one that is meant; left out, the account's current one is.
        number: of the claim that is meant; left out, it is the only one that there has been.

    Raises:
        NothingToConfirm, TokenExpired, NotClaimedYet, SeveralClaims
    """
    # Locked as in a confirmation: a claim in between comes before the answer or after it.
    locking, listing = queries.lock_token_of(tx, source), queries.list_claims_of(tx, source)
    return rules.require_confirmable(token_of(locking.fetchone(), listing), tx.now, code, number)


def confirm_link(tx: Tx, source: PlayerRef, code: str = "", number: int | None = None) -> LinkedAccounts:
    """Merge the two accounts into the source's player.

    Args:
        code, number: as in `find_claim`.

    Raises:
        NothingToConfirm, TokenExpired, NotClaimedYet, SeveralClaims, AccountExcluded, WouldReplaceItself,
        LinkedTooRecently
    """
    # Only the token says who claimed it: a third round trip. All callers lock tokens before players.
    token, claim = find_claim(tx, source, code, number)
    target = claim.account
    if target.platform == WEB:
        return _confirm_account(tx, token, source, target)
    gambles.lock_active_gamble(tx)
    keeper, other = players.load_all(tx, (source, replace(target, username=None)), _DEPARTED)
    for player in (keeper, other):
        if player is not None:  # a merged player would be excluded as a whole
            players.require_included(player)
    if keeper is None:
        keeper = _register(tx, token.source, other)
    own = keeper.links.keys()
    befores: dict[str, UUID | None] = {}
    returning = {(platform, platform_id) for platform, platform_id in keeper.facts.get(_DEPARTED.name) or ()}
    if returning and keeper.person_id is None:
        # They had left a player who was merged into this one, less than a day ago: they have no person in common yet.
        keeper = dataclasses.replace(keeper, person_id=uuid4())
    if other is None or other.id != keeper.id:
        require_settled(tx, keeper, source.platform, own)  # whom it brings would stay when `source` has to go
    if other is None:
        keeper, befores = _attach(tx, keeper, source, target, returning)
    elif other.id != keeper.id:
        require_settled(tx, other, target.platform, other.links.keys())
        keeper, befores = _merge(tx, keeper, other, returning)
    players.save(tx, keeper)
    queries.mark_linked(tx, keeper.id, befores)
    queries.confirm_token(tx, token.token)
    return LinkedAccounts(rules.in_list_order(keeper.links), target, _waiting(keeper))


def _confirm_account(tx: Tx, token: LinkToken, source: PlayerRef, target: PlayerRef) -> LinkedAccounts:
    """Link an account with an e-mail address, which brings nothing, to the player."""
    (keeper,) = players.load_all(tx, (source,))
    if keeper is None:
        keeper = _register(tx, token.source, None)
    else:
        players.require_included(keeper)
        require_settled(tx, keeper, source.platform, keeper.links.keys())
        players.save(tx, keeper)
    if queries.replace_account(tx, keeper.id, str(target.platform_id)).fetchone() is None:
        raise TokenExpired(token=token.token)
    queries.confirm_token(tx, token.token)
    return LinkedAccounts(rules.in_list_order(keeper.links), target)


def request_unlink(tx: Tx, caller: PlayerRef, platform: str) -> None:
    """Store for 60 s that the account wants to remove the player's link to `platform`.

    Raises:
        UnknownPlayer, NotLinked, LastLink, LinkedTooRecently
    """
    player, _ = players.peek(tx, caller)
    if player is None:
        raise unknown_player(caller)
    rules.require_unlinkable(player, platform)
    require_settled(tx, player, caller.platform, {platform})
    target = PlayerRef(platform, player.links[platform].platform_id)
    queries.upsert_unlink_request(tx, caller, target, tx.now + rules.UNLINK_WINDOW)


def confirm_unlink(tx: Tx, caller: PlayerRef, platform: str) -> None:
    """Remove the link. The player keeps everything else.

    Raises:
        UnknownPlayer, NotLinked, LastLink, LinkedTooRecently, UnlinkNotRequested, UnlinkTooLate
    """
    taking = queries.take_unlink_request(tx, caller, platform)
    player = players.load(tx, caller, anyone=True)
    rules.require_unlinkable(player, platform)
    require_settled(tx, player, caller.platform, {platform})
    request = taking.fetchone()
    # A merge in between may have replaced the account that the request was about.
    if request is None or request["target_platform_id"] != player.links[platform].platform_id:
        raise UnlinkNotRequested(platform=platform)
    if tx.now >= request["expires_at"]:
        raise UnlinkTooLate(platform=platform)
    player = player.without_link(platform).record(
        UserUnlinked(user_id=player.id, platform=platform, timestamp=int(tx.now.timestamp()))
    )
    players.save(tx, player)


def link_status(tx: Tx, account: PlayerRef) -> LinkStatus:
    """Return the platforms of the account's player, and the account's own code. Strangers have neither."""
    reading, listing = queries.read_status(tx, account), queries.list_claims_of(tx, account)
    row = reading.fetchone()
    assert row is not None
    return LinkStatus(rules.in_list_order(row["platforms"] or ()), token_of(row if row["token"] else None, listing))


def _register(tx: Tx, source: PlayerRef, other: Player | None) -> Player:
    """Create and save a player at once, because the merge that follows needs its row."""
    state = other.state if other is not None else current_state(tx)
    (player,) = players.save(tx, players.recalled(tx, players.create(tx, state, source)))
    return players.as_saved(player)


def _attach(
    tx: Tx, keeper: Player, source: PlayerRef, target: PlayerRef, returning: Collection[tuple[str, str]]
) -> tuple[Player, dict[str, UUID | None]]:
    """Link an account that no player has to the player, replacing any other on that platform.

    Returns:
        The player, and whose the account is if the link is undone, by platform: None if only its own.

    Raises:
        AccountExcluded: the account takes no part in the game, and so the player would take none any more.
    """
    if target.platform == source.platform:
        raise WouldReplaceItself(platform=source.platform)
    named = _named(target)
    hashes = account_hashes(named.platform, str(named.platform_id))
    before = None if keeper.state.forgotten.isdisjoint(hashes) else persons.take_out(tx, hashes)
    if (named.platform, str(named.platform_id)) in returning:
        assert keeper.person_id is not None
        if before:
            persons.become_one(tx, keeper.person_id, before)
        before = keeper.person_id
    keeper = keeper.with_link(target.platform, Link(str(named.platform_id), str(named.username)))
    players.require_included(keeper)
    linked = UserLinked(user_id=keeper.id, platform=target.platform, timestamp=int(tx.now.timestamp()))
    return players.recalled(tx, keeper).record(linked), {target.platform: before}


def _merge(
    tx: Tx, keeper: Player, other: Player, returning: Collection[tuple[str, str]]
) -> tuple[Player, dict[str, UUID | None]]:
    """Merge the other player into the keeper, whose own accounts stay.

    Returns:
        The player, and whose each account that came is if the link is undone, by platform: None if only its own.
    """
    player, befores = merging.merge(tx, keeper, other, returning)
    event = UserMerged(
        user_id=player.id,
        merged_user_id=other.id,
        waiting=_waiting(player),
        timestamp=int(tx.now.timestamp()),
    )
    came = other.links.keys() - keeper.links.keys()
    return player.record(event), {platform: before for platform, before in befores.items() if platform in came}


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


def require_settled(tx: Tx, player: Player, newer: str, others: Collection[str]) -> None:
    """Refuse that a newly linked account cuts the player off from accounts that were there before it.

    Args:
        newer: the platform of the account that acts.
        others: the platforms of the accounts that the player would lose to it.

    Raises:
        LinkedTooRecently
    """
    rules.require_settled(player.links, tx.now, newer, others)


def _guesses(row: Mapping[str, Any]) -> Guesses:
    return Guesses(row["guesses"], row["window_start"] + rules.GUESS_WINDOW)


def token_of(row: Mapping[str, Any] | None, claims: Iterable[Mapping[str, Any]]) -> LinkToken | None:
    """Return the token of a row of link_tokens, with its claims."""
    if row is None:
        return None
    source = PlayerRef(row["source_platform"], row["source_platform_id"], row["source_username"])
    found = tuple(
        Claim(claim["number"], PlayerRef(claim["platform"], claim["platform_user_id"], claim["username"]))
        for claim in claims
    )
    state = LinkState(row["state"])
    if state is LinkState.CLAIMED and not found:
        state = LinkState.PENDING  # who claimed it has claimed another one since
    return LinkToken(row["token"], state, source, found, row["expires_at"], row["last_number"])
