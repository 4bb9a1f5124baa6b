"""The conditions for each step of linking. Source: rules 1.1."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import TypeGuard

from community.durations import duration
from community.linking.models import (
    Claim,
    ClaimedByItsOwner,
    Guesses,
    LastLink,
    LinkedTooRecently,
    LinkState,
    LinkToken,
    NotClaimedYet,
    NothingToConfirm,
    NotLinked,
    SeveralClaims,
    TokenExpired,
    TokenUsedUp,
    TooManyGuesses,
    UnknownToken,
)
from community.linking.naming import shown
from community.players.models import PLATFORMS, Link, Player, PlayerRef
from community.players.selves import NEW_FOR
from kernel.errors import Refused

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
TOKEN_LENGTH = 9
"""So that guessing does not pay. There are 32^9 = 3.5 * 10^13 codes, and a code lives through 11 windows at most.

The accounts behind an address have 11 * 30 = 330 guesses in that time. With 1,000 codes open at once, the chance that
one of them is guessed is 330 * 1,000 / 32^9 = 9.4 * 10^-9. A hundred accounts, each guessing as often as an account may
and none behind an address that counts, have 11 * 10 * 100 = 11,000 guesses and a chance of 3.1 * 10^-7. A code that was
guessed is only claimed: its owner must still confirm.
"""
TOKEN_LIFE = timedelta(minutes=10)
GUESS_WINDOW = timedelta(minutes=1)
GUESSES_PER_ACCOUNT = 10
GUESSES_PER_ADDRESS = 30
MOST_NAMED = 6
UNLINK_WINDOW = timedelta(seconds=60)


def draw_token(rng: Random) -> str:
    return "".join(rng.choices(ALPHABET, k=TOKEN_LENGTH))


def require_claimable(token: LinkToken | None, written: str, target: PlayerRef, now: datetime) -> LinkToken:
    """Refuse a code that the account cannot claim.

    Raises:
        UnknownToken, TokenUsedUp, TokenExpired, ClaimedByItsOwner
    """
    if token is None:
        raise UnknownToken(token=written)
    if token.state is LinkState.CONFIRMED:
        raise TokenUsedUp(token=token.token)
    if token.is_expired(now):
        raise TokenExpired(token=token.token)
    if same_account(token.source, target):
        raise ClaimedByItsOwner
    return token


def require_guess_left(by_account: Guesses, by_address: Guesses | None, now: datetime) -> None:
    """Refuse to try a code for an account that has guessed too often, or whose address has.

    An account's first guess in a window is always tried: a chat bot calls for many people from one address, and none of
    them is locked out by another.

    Raises:
        TooManyGuesses
    """
    if by_account.count > GUESSES_PER_ACCOUNT:
        raise _too_many(by_account, now)
    if by_account.count > 1 and _is_noisy(by_address):
        raise _too_many(by_address, now)


def answer_to_wrong_code(error: Refused, by_address: Guesses | None, now: datetime) -> Refused | TooManyGuesses:
    """Return the refusal of a wrong code: where too many were guessed, it says nothing about the code."""
    return _too_many(by_address, now) if _is_noisy(by_address) else error


def _is_noisy(by_address: Guesses | None) -> TypeGuard[Guesses]:
    return by_address is not None and by_address.count > GUESSES_PER_ADDRESS


def _too_many(guesses: Guesses, now: datetime) -> TooManyGuesses:
    return TooManyGuesses(seconds=max(1, -((now - guesses.ends_at) // timedelta(seconds=1))))


def require_confirmable(
    token: LinkToken | None, now: datetime, code: str = "", number: int | None = None
) -> tuple[LinkToken, Claim]:
    """Return the source's code and the claim that is confirmed.

    Without a number, the code must never have had another claim: the one that the source has been told about may have
    gone since.

    Args:
        code: the one that is meant, if it is known.
        number: of the claim that is meant.

    Raises:
        NothingToConfirm, TokenExpired, NotClaimedYet, SeveralClaims
    """
    if token is None:
        raise NothingToConfirm
    if code and code != token.token:
        raise TokenExpired(token=code)
    if token.is_expired(now):
        raise TokenExpired(token=token.token)
    if not token.claims:
        raise NotClaimedYet(token=token.token)
    meant = [claim for claim in token.claims if claim.number == (number or 1)]
    if not meant or (number is None and token.last_number > 1):
        raise SeveralClaims(accounts=numbered(token.claims))
    return token, meant[0]


def numbered(claims: Sequence[Claim]) -> str:
    """Return the claims for a sentence: the first and the last ones, if there are many."""
    named = claims if len(claims) <= MOST_NAMED else (*claims[: MOST_NAMED // 2], *claims[-MOST_NAMED // 2 :])
    return "; ".join(f"{claim.number}: {shown(claim.account)}" for claim in named)


def require_unlinkable(player: Player, platform: str) -> None:
    """Refuse to unlink a platform that is not linked, or is the only one.

    Raises:
        NotLinked, LastLink
    """
    if platform not in player.links:
        raise NotLinked(platform=platform)
    if len(player.links) == 1:
        raise LastLink(platform=platform)


def require_settled(links: Mapping[str, Link], now: datetime, newer: str, others: Collection[str]) -> None:
    """Refuse that a newly linked account cuts a player off from accounts that were there before it.

    Args:
        links: the player's.
        newer: the platform of the account that acts.
        others: the platforms of the accounts that the player would lose to it.

    Raises:
        LinkedTooRecently: also where the same code brought the other one, since nothing tells which was there before.
    """
    link = links[newer]
    if not link.is_new(now):
        return
    assert link.linked_at is not None
    for platform in in_list_order(others):
        other = links[platform]
        if platform != newer and not (other.is_new(now) and other.linked_at and other.linked_at > link.linked_at):
            left = duration(NEW_FOR - (now - link.linked_at))
            raise LinkedTooRecently(newer=newer, older=platform, time=left)


def same_account(one: PlayerRef, other: PlayerRef) -> bool:
    return (one.platform, one.platform_id) == (other.platform, other.platform_id)


def in_list_order(platforms: Collection[str]) -> tuple[str, ...]:
    return tuple(platform for platform in PLATFORMS if platform in platforms)
