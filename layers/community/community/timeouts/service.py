"""Timing out players. The engine only announces timeouts; bots enforce them in the chats. Source: rules 4, ADR 26."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from community.players import service as players
from community.players.models import Fact, Player, PlayerRef
from community.timeouts import queries
from community.timeouts.announcing import accounts_of, applied, cleared
from community.timeouts.models import Timeout
from kernel.database import Tx
from kernel.events import service as events
from kernel.naming import visible


def silenced(tx: Tx) -> Fact:
    """Fact named `silenced`: the end of the player's timeout; None without one."""
    return Fact("silenced", queries.SILENCED, (tx.now,))


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
    player, of_name = _find(tx, target)
    if player is None:
        name = _name(tx, target)
        extension = queries.name_extension(tx, target.platform, name, target.platform_id, added, reason)
        event = applied(tx, reason, target.platform, name)
        events.announce_if(tx, event, queries.EXTEND_NAME_RETURNING_PAYLOAD, extension)
        return Timeout(target.platform, name, _remaining(tx, of_name) + added)
    silence(tx, player, added, reason, target.platform)
    return Timeout(target.platform, _called(player, target), _remaining(tx, player.facts["silenced"]) + added)


def clear_timeout(tx: Tx, target: PlayerRef, reason: str = "") -> bool:
    """End a timeout. Returns whether there was one; only then it is announced.

    Raises:
        SeveralPlayers
        UnknownPlayer: no player has that id, and no name is given.
    """
    player, of_name = _find(tx, target)
    if player is None:
        name = _name(tx, target)
        queries.delete_of_name(tx, target.platform, name)
        if of_name is None:
            return False
        events.announce(tx, cleared(tx, reason, target.platform, name))
        return True
    if player.facts["silenced"] is None:
        return False
    queries.delete_timeout(tx, player.id)
    events.announce(tx, *(cleared(tx, reason, **account) for account in accounts_of(player.links, target.platform)))
    return True


def read_timeout(tx: Tx, target: PlayerRef) -> Timeout:
    """Read a timeout; `remaining` is zero without one."""
    finding = queries.find_of_name(tx, target.platform, target.username or "")
    player, _ = players.peek(tx, target, silenced(tx))
    if player is not None:
        return Timeout(target.platform, _called(player, target), _remaining(tx, player.facts["silenced"]))
    row = finding.fetchone()
    name = visible(target.username or "") or target.label
    return Timeout(target.platform, name, _remaining(tx, row["expires_at"] if row else None))


def _find(tx: Tx, target: PlayerRef) -> tuple[Player | None, datetime | None]:
    """Lock the player who is meant, and find the end of the timeout of the name if no player has it."""
    finding = queries.find_of_name(tx, target.platform, target.username or "")
    # A name that comes with an id is not stored: it may be what a moderator typed.
    named = replace(target, username=None) if target.platform_id is not None else replace(target, sole=True)
    (player,) = players.load_all(tx, (named,), silenced(tx))
    row = finding.fetchone()
    return player, row["expires_at"] if row else None


def _name(tx: Tx, target: PlayerRef) -> str:
    """Return the name of someone who is no player, as the bot that enforces the timeout needs it."""
    if not target.username:
        players.require_known(tx, None, target)
    return visible(target.username or "").removeprefix("@")


def _called(player: Player, target: PlayerRef) -> str:
    link = player.links.get(target.platform)
    return link.username if link else player.username


def _remaining(tx: Tx, expires_at: datetime | None) -> timedelta:
    return expires_at - tx.now if expires_at else timedelta(0)
