"""Making actions wait. A player's cooldown is read and written under the lock of the player's row; one for everybody
has a lock of its own. An action that fails leaves none, like everything else it would have written."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

from community.cooldowns import queries, rules
from community.cooldowns.models import CooldownReset
from community.cooldowns.settings import settings
from community.players import service as players
from community.players.models import Fact, NoSuchPlayer, Player, PlayerRef
from kernel.database import Tx
from kernel.events import service as events

_FACT: LiteralString = "cooldown"
EVERYONE = "everybody"
"""In the place of a user's id, where there is no user."""


def cooldown_of(action: str) -> Fact:
    """To be read with the player who wants to act, for `require_ready`. One in each load: all go by one name."""
    return Fact(
        _FACT,
        "SELECT expires_at FROM cooldowns c WHERE c.user_id = u.user_id AND c.action_key = %s",
        (action,),
    )


def require_ready(tx: Tx, player: Player, action: str) -> None:
    """
    Args:
        player: loaded with `cooldown_of(action)`.

    Raises:
        OnCooldown: the player must wait.
    """
    if not settings.dev_mode:
        rules.require_expired(player.facts.get(_FACT), action, tx.now)


def start(tx: Tx, player: Player, action: str, duration: timedelta) -> None:
    """From now on. Queue it behind the player's save: a stranger's row must be there first."""
    _start(tx, player.id, action, duration)


def require_ready_for_everyone(tx: Tx, action: str) -> None:
    """Nobody else can ask or start the same until this transaction has ended.

    Raises:
        OnCooldown: everybody must wait.
    """
    if settings.dev_mode:
        return
    rules.require_expired(_end_for_everyone(tx, action), action, tx.now)


def start_for_everyone(tx: Tx, action: str, duration: timedelta) -> None:
    """Behind `require_ready_for_everyone`."""
    _start(tx, None, action, duration)


def reset(tx: Tx, ref: PlayerRef | None, action: str) -> bool:
    """Let a player act again at once; None: everybody, as far as all were waiting together.

    Returns:
        Whether a cooldown was running; only then there is something to announce.

    Raises:
        NoSuchPlayer
    """
    if ref is None:
        user_id, expires_at = None, _end_for_everyone(tx, action)
    else:
        (player,) = players.load_all(tx, (ref,), cooldown_of(action))
        if player is None:
            raise NoSuchPlayer(name=ref.label)
        user_id, expires_at = player.id, player.facts.get(_FACT)
    if expires_at is None or expires_at <= tx.now:
        return False
    queries.delete_cooldown(tx, user_id, action)
    events.announce(tx, CooldownReset(user_id=user_id, action=action, timestamp=int(tx.now.timestamp())))
    return True


def _end_for_everyone(tx: Tx, action: str) -> datetime | None:
    queries.lock(tx, rules.lock_key(EVERYONE, action))
    row = queries.find_end_for_everyone(tx, action).fetchone()
    return row["expires_at"] if row else None


def _start(tx: Tx, user_id: UUID | None, action: str, duration: timedelta) -> None:
    if not settings.dev_mode:
        queries.upsert_cooldown(tx, user_id, action, tx.now + duration)
