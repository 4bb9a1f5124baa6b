"""Linking an account with an e-mail address to a player: the player starts, the account claims, the player confirms.

The code is shown where the player plays, often in public, so the last word is theirs. Confirming is the same as for
another platform (`service.confirm_link`), except that no one is merged: an account has nothing to bring.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from community.linking import queries, rules, service
from community.linking.models import AccountNotLinked, LinkedPlayer, LinkToken, PlayerOfAccount
from community.linking.naming import WEB
from community.players.models import PlayerRef, Role
from kernel.database import Tx


def claim(tx: Tx, code: str, account_id: UUID, user_name: str, address: str | None) -> LinkToken:
    """Claim a player's code for an account.

    Args:
        user_name: by which the player recognises it; "" if it has none.

    Raises:
        UnknownToken, TokenUsedUp, TokenExpired, TooManyGuesses
    """
    return service.claim_link(tx, code, PlayerRef(WEB, str(account_id), user_name or None), address)


def find_player(tx: Tx, account_id: UUID) -> PlayerOfAccount:
    """Return an account's player, and the code that it has claimed, as long as that is not confirmed."""
    finding = queries.find_player_of(tx, account_id)
    claiming = queries.find_claimed_token(tx, WEB, str(account_id))
    row = finding.fetchone()
    player = None
    if row is not None:
        platforms = rules.in_list_order(row["platforms"] or ())
        player = LinkedPlayer(row["user_id"], row["username"], platforms, row["linked_at"])
    claimed = claiming.fetchone()
    own = {"platform": WEB, "platform_user_id": str(account_id), "username": None}
    return PlayerOfAccount(player, service.token_of(claimed, [{**own, "number": claimed["number"]}] if claimed else ()))


def ask_account(tx: Tx, player: PlayerRef) -> Callable[[], UUID | None]:
    """Ask for the account that is linked to a player, None if none is; it comes with the next round trip.

    Args:
        player: with a platform and its id.
    """
    found = queries.find_account_of(tx, player)

    def account_id() -> UUID | None:
        row = found.fetchone()
        return row["account_id"] if row else None

    return account_id


def ask_player_id(tx: Tx, account_id: UUID) -> Callable[[], UUID | None]:
    """Ask for the id of the player that is linked to an account; it comes with the next round trip."""
    found = queries.find_player_of(tx, account_id)

    def user_id() -> UUID | None:
        row = found.fetchone()
        return row["user_id"] if row else None

    return user_id


def ask_roles(tx: Tx, account_id: UUID, since: datetime) -> Callable[[], frozenset[Role]]:
    """Ask for the roles that an account's player has had in the chat since then; they come with the next round trip."""
    found = queries.list_roles_of(tx, account_id, since)
    return lambda: frozenset(role for row in found for role in row["roles"])


def unlink(tx: Tx, account_id: UUID) -> None:
    """Unlink an account from its player, who keeps everything.

    Raises:
        AccountNotLinked
    """
    if queries.delete_account(tx, account_id).fetchone() is None:
        raise AccountNotLinked
