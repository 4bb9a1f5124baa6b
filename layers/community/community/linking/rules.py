"""The conditions for each step of linking. Source: rules 1.1."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from random import Random

from community.linking.models import (
    ClaimedByItsOwner,
    LastLink,
    LinkState,
    LinkToken,
    NotClaimedYet,
    NothingToConfirm,
    NotLinked,
    TokenAlreadyClaimed,
    TokenExpired,
    TokenUsedUp,
    UnknownToken,
)
from community.players.models import PLATFORMS, Player, PlayerRef

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
TOKEN_LENGTH = 6
TOKEN_LIFE = timedelta(minutes=10)
UNLINK_WINDOW = timedelta(seconds=60)


def draw_token(rng: Random) -> str:
    return "".join(rng.choices(ALPHABET, k=TOKEN_LENGTH))


def require_claimable(token: LinkToken | None, written: str, target: PlayerRef, now: datetime) -> LinkToken:
    """Refuse a code that the account cannot claim.

    Raises:
        UnknownToken, TokenAlreadyClaimed, TokenUsedUp, TokenExpired, ClaimedByItsOwner
    """
    if token is None:
        raise UnknownToken(token=written)
    if token.state is LinkState.CONFIRMED:
        raise TokenUsedUp(token=token.token)
    if token.is_expired(now):
        raise TokenExpired(token=token.token)
    if token.state is LinkState.CLAIMED:
        raise TokenAlreadyClaimed(token=token.token)
    if same_account(token.source, target):
        raise ClaimedByItsOwner
    return token


def require_confirmable(token: LinkToken | None, now: datetime) -> tuple[LinkToken, PlayerRef]:
    """Return the source's code and the account that claimed it.

    Raises:
        NothingToConfirm, TokenExpired, NotClaimedYet
    """
    if token is None:
        raise NothingToConfirm
    if token.is_expired(now):
        raise TokenExpired(token=token.token)
    if token.target is None:
        raise NotClaimedYet(token=token.token)
    return token, token.target


def require_unlinkable(player: Player, platform: str) -> None:
    """Refuse to unlink a platform that is not linked, or is the only one.

    Raises:
        NotLinked, LastLink
    """
    if platform not in player.links:
        raise NotLinked(platform=platform)
    if len(player.links) == 1:
        raise LastLink(platform=platform)


def same_account(one: PlayerRef, other: PlayerRef) -> bool:
    return (one.platform, one.platform_id) == (other.platform, other.platform_id)


def in_list_order(platforms: Collection[str]) -> tuple[str, ...]:
    return tuple(platform for platform in PLATFORMS if platform in platforms)
