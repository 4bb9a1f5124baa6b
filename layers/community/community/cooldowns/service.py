"""Starting, checking and resetting cooldowns.

A player's cooldown is read and written under the lock of the player's row; one for everyone has a lock of its own. No
action starts one for everyone yet.

An action that fails starts no cooldown, because its transaction is rolled back.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import LiteralString

from community.cooldowns import queries, rules
from community.cooldowns.models import CooldownReset
from community.cooldowns.settings import settings
from community.players import remembered
from community.players import service as players
from community.players.models import Fact, Player, PlayerRef, no_such_player
from kernel.database import Tx
from kernel.events import service as events

_FACT: LiteralString = "cooldown"
EVERYONE = "everybody"
"""Stands for the user's id in the lock key of a cooldown for everyone."""


def cooldown_of(action: str, now: datetime) -> Fact:
    """Fact to load with the player, for `require_ready`. Only one per load, because all of them share one name."""
    return Fact(
        _FACT,
        queries.END_OF_OWN,
        (now, action),
    )


def require_ready(tx: Tx, player: Player, action: str) -> None:
    """Refuse an action while the player's cooldown for it is running.

    Args:
        player: loaded with `cooldown_of`.

    Raises:
        OnCooldown: the player must wait.
    """
    if not settings.dev_mode:
        rules.require_expired(player.facts.get(_FACT), action, tx.now)


def start(tx: Tx, player: Player, action: str, duration: timedelta) -> None:
    """Queue the start of a cooldown. Call it after the player's save: a new player's row must exist first."""
    if not settings.dev_mode:
        queries.upsert_cooldown(tx, player.id, action, tx.now + duration)


def reset(tx: Tx, ref: PlayerRef | None, action: str) -> tuple[Player | None, bool]:
    """End a player's cooldown; with None, the one that applies to everyone.

    Returns:
        The player, and whether a cooldown was running; only then it is announced.

    Raises:
        NoSuchPlayer
    """
    player = None
    if ref is None:
        expires_at = _end_for_everyone(tx, action)
    else:
        (player,) = players.load_all(tx, (ref,), cooldown_of(action, tx.now))
        if player is None:
            raise no_such_player(ref)
        expires_at = player.facts.get(_FACT)
    if expires_at is None or expires_at <= tx.now:
        return player, False
    user_id = player and player.id
    queries.delete_cooldown(tx, user_id, action)
    if user_id is not None:
        remembered.lift(tx, user_id, queries.REMEMBERED, {"action_key": action})
    events.announce(tx, CooldownReset(user_id=user_id, action=action, timestamp=int(tx.now.timestamp())))
    return player, True


def _end_for_everyone(tx: Tx, action: str) -> datetime | None:
    queries.lock(tx, rules.lock_key(EVERYONE, action))
    row = queries.find_end_for_everyone(tx, action).fetchone()
    return row["expires_at"] if row else None
