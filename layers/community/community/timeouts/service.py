"""Timing out players. The engine only announces timeouts; bots enforce them in the chats. Source: rules 4, ADR 26."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from community.players import service as players
from community.players.models import Fact, Player, PlayerRef, SeveralPlayers
from community.timeouts import queries
from community.timeouts.announcing import accounts_of, applied, cleared
from community.timeouts.models import Timeout
from kernel.database import Tx
from kernel.events import service as events
from kernel.naming import visible


def silenced(tx: Tx) -> Fact:
    """Fact named `silenced`: the end of the player's timeout; None without one."""
    return Fact("silenced", queries.SILENCED, (tx.now, tx.now))


def silence(tx: Tx, player: Player, added: timedelta, reason: str, platform: str = "") -> None:
    """Queue a timeout for a player on all their accounts, or extend the one that is running. They must be locked.

    Args:
        platform: where it happened: it is announced first.
    """
    accounts = accounts_of(player.links, platform)
    extension = queries.extension(tx, player.id, accounts, added, reason)
    events.announce_each(tx, applied(tx, reason), queries.EXTEND_RETURNING_PAYLOADS, extension)


def shorten_timeout(tx: Tx, player: Player, removed: timedelta, reason: str, platform: str = "") -> None:
    """Queue the reduction of a player's timeout; announced only when the timeout ends. They must be locked."""
    ending = queries.ending(tx, player.id, accounts_of(player.links, platform), removed)
    events.announce_each(tx, cleared(tx, reason), queries.END_RETURNING_PAYLOADS, ending)
    queries.shorten_timeout(tx, player.id, removed)


def apply_timeout(tx: Tx, target: PlayerRef, added: timedelta, reason: str = "") -> Timeout:
    """Time out a player, or a name that no player has yet, or extend the timeout that is running.

    Returns:
        The timeout with the total remaining time.

    Raises:
        SeveralPlayers
        UnknownPlayer: no player has that id, and no name is given.
    """
    player, waiting = _find(tx, target)
    if player is None:
        name = _name(tx, target)
        event = applied(tx, reason, target.platform, name)
        if waiting.account_id is None:
            extension = queries.name_extension(tx, target.platform, name, added, reason)
            events.announce_if(tx, event, queries.EXTEND_NAME_RETURNING_PAYLOAD, extension)
        else:
            extension = queries.account_extension(tx, target.platform, waiting.account_id, name, added, reason)
            events.announce_if(tx, event, queries.EXTEND_ACCOUNT_RETURNING_PAYLOAD, extension)
        return Timeout(target.platform, name, _remaining(tx, waiting.expires_at) + added)
    silence(tx, player, added, reason, target.platform)
    return Timeout(target.platform, player.name_on(target.platform), _remaining(tx, player.facts["silenced"]) + added)


def clear_timeout(tx: Tx, target: PlayerRef, reason: str = "") -> tuple[str, bool]:
    """End a timeout. Returns whose, by name, and whether there was one; only then it is announced.

    Raises:
        SeveralPlayers
        UnknownPlayer: no player has that id, and no name is given.
    """
    player, waiting = _find(tx, target)
    if player is None:
        name = _name(tx, target)
        queries.delete_waiting(tx, target.platform, waiting.account_id, name)
        if waiting.expires_at is None:
            return name, False
        events.announce(tx, cleared(tx, reason, target.platform, name))
        return name, True
    called = player.name_on(target.platform)
    if player.facts["silenced"] is None:
        return called, False
    queries.delete_timeout(tx, player.id)
    events.announce(tx, *(cleared(tx, reason, **account) for account in accounts_of(player.links, target.platform)))
    return called, True


def read_timeout(tx: Tx, target: PlayerRef) -> Timeout:
    """Read a timeout; `remaining` is zero without one."""
    finding = queries.find_waiting(tx, target.platform, target.platform_id, target.username or "")
    player, _ = players.peek(tx, target, silenced(tx))
    if player is not None:
        return Timeout(target.platform, player.name_on(target.platform), _remaining(tx, player.facts["silenced"]))
    row = finding.fetchone()
    name = visible(target.username or "") or target.label
    return Timeout(target.platform, name, _remaining(tx, row["expires_at"] if row else None))


class _Waiting(Struct, frozen=True):
    """The timeout of an account or a name that no player has.

    Attributes:
        account_id: the account's; None for a name.
        expires_at: None without a timeout.
    """

    account_id: str | None
    expires_at: datetime | None


def _find(tx: Tx, target: PlayerRef) -> tuple[Player | None, _Waiting]:
    """Lock the player who is meant, and find the timeout of the account or the name if no player has it.

    Raises:
        SeveralPlayers: also if several accounts have the name that are no player's, and are timed out.
    """
    finding = queries.find_waiting(tx, target.platform, target.platform_id, target.username or "")
    # A name that comes with an id is not stored: it may be what a moderator typed.
    named = replace(target, username=None) if target.platform_id is not None else replace(target, sole=True)
    (player,) = players.load_all(tx, (named,), silenced(tx))
    row = finding.fetchone()
    assert row is not None
    account_ids = [target.platform_id] if target.platform_id is not None else row["account_ids"] or [None]
    if player is None and len(account_ids) > 1:
        raise SeveralPlayers(name=target.label)
    return player, _Waiting(account_ids[0], row["expires_at"])


def _name(tx: Tx, target: PlayerRef) -> str:
    """Return the name of someone who is no player, as the bot that enforces the timeout needs it."""
    if not target.username:
        players.require_known(tx, None, target)
    return visible(target.username or "").removeprefix("@")


def _remaining(tx: Tx, expires_at: datetime | None) -> timedelta:
    return expires_at - tx.now if expires_at else timedelta(0)
