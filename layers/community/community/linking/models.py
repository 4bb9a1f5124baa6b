"""Linking two accounts to one player, and unlinking them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from community.linking.events import WaitingItem
from community.players.models import PlayerRef
from kernel.errors import NotFound, Refused, TooSoon


class LinkState(StrEnum):
    PENDING = "pending"
    CLAIMED = "claimed"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"


class Claim(Struct, frozen=True):
    """An account that has claimed a code.

    Attributes:
        number: no other claim of the code has had it.
    """

    number: int
    account: PlayerRef


class LinkToken(Struct, frozen=True):
    """The code that one account requests and the other claims.

    The code is shown where everyone may claim it, so several may, and its owner says which one is meant.

    Attributes:
        state: as stored. A code that runs out keeps its state; only `expires_at` shows it.
        source: the account that requested the code. Its player is kept.
        claims: by number; those of accounts that have claimed another code since are gone.
        last_number: how many claims there have ever been.
    """

    token: str
    state: LinkState
    source: PlayerRef
    claims: tuple[Claim, ...]
    expires_at: datetime
    last_number: int = 0

    def is_expired(self, now: datetime) -> bool:
        return self.state is LinkState.EXPIRED or now >= self.expires_at


class LinkedAccounts(Struct, frozen=True):
    """The result of confirming a link.

    Attributes:
        platforms: on which the player now plays, in display order.
        claimer: the account that claimed the code.
        waiting: what did not fit when two players were merged; it is delivered as soon as there is room.
    """

    platforms: tuple[str, ...]
    claimer: PlayerRef
    waiting: tuple[WaitingItem, ...] = ()


class Guesses(Struct, frozen=True):
    """How many codes an account, or all accounts of an address, have tried in the current window.

    Attributes:
        count: those that turned out wrong, and this one.
        ends_at: when the window ends.
    """

    count: int
    ends_at: datetime


class LinkStatus(Struct, frozen=True):
    """Which platforms an account is linked to, and its open code.

    Attributes:
        platforms: in display order; empty for someone who has never played.
        token: the account's own code, while it is still usable.
    """

    platforms: tuple[str, ...]
    token: LinkToken | None


class LinkedPlayer(Struct, frozen=True):
    """The player of an account.

    Attributes:
        platforms: in display order.
    """

    user_id: UUID
    username: str
    platforms: tuple[str, ...]
    linked_at: datetime


class PlayerOfAccount(Struct, frozen=True):
    """What an account knows about its player.

    Attributes:
        player: None while it has none.
        claimed: the code that it has claimed, until the player confirms.
    """

    player: LinkedPlayer | None
    claimed: LinkToken | None


class TooManyGuesses(TooSoon):
    """The account, or its address, has tried too many codes."""

    code = "rate_limited"
    message = "Too many wrong codes. Wait a minute, then check the code on your other account and try again."


class UnknownToken(Refused):
    code = "link_token"
    message = "There is no code {token}. Check the letters, or start on your other account to get a new one."


class SeveralClaims(Refused):
    """It is not clear whose claim the owner confirms."""

    code = "link_token"
    message = (
        "Several accounts have claimed your code: {accounts}. Confirm with the number that your other account was told"
        " when it claimed."
    )


class TokenUsedUp(Refused):
    code = "link_token"
    message = "The code {token} has linked its accounts already. To link one more, start again."


class TokenExpired(Refused):
    code = "link_token"
    message = "The code {token} has expired. Start again to get a new one."


class ClaimedByItsOwner(Refused):
    code = "link_token"
    message = "You are on the account the code was made for. Claim it on your other account."


class NothingToConfirm(Refused):
    code = "link_token"
    message = "There is nothing to confirm. Start here to get a code, then claim it on your other account."


class NotClaimedYet(Refused):
    code = "link_token"
    message = "The code {token} is not claimed yet. Claim it on your other account, then confirm here."


class WouldReplaceItself(Refused):
    code = "link_token"
    message = (
        "The other {platform} account has never played, and you can have only one."
        " Start again to claim the code on another platform."
    )


class NotLinked(Refused):
    code = "link_token"
    message = "You have no {platform} account linked, so there is nothing to unlink."


class LastLink(Refused):
    code = "link_token"
    message = "Your {platform} account is your only one. Link another account before you unlink it."


class LinkedTooRecently(Refused):
    code = "link_token"
    message = (
        "Your {newer} account was linked less than a day ago, so it cannot add accounts yet, nor remove or take along"
        " your {older} account. Do it from {older}, or wait {time}."
    )


class UnlinkNotRequested(Refused):
    code = "link_token"
    message = "Ask to unlink {platform} first, then confirm within 60 seconds."


class UnlinkTooLate(Refused):
    code = "link_token"
    message = "The 60 seconds to confirm are over. Ask to unlink {platform} again, then confirm."


class AccountNotLinked(NotFound):
    """The account has no player to unlink."""

    code = "not_found"
    message = "Your account is not linked to a player."
