"""Lengths of cooldowns. Source: rules 13."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from community.cooldowns.models import OnCooldown, UnknownAction
from community.text_contexts import ACTION, ACTION_NAME
from kernel.naming import NameIndex, quoted
from kernel.texts import every_term, term, to_translate

DURATIONS = {
    to_translate("search", ACTION): timedelta(minutes=30),
    to_translate("slots", ACTION): timedelta(minutes=10),
    to_translate("expedition", ACTION): timedelta(minutes=15),
}
DEFAULT_DURATION = timedelta(minutes=5)
_NAMES = {
    "search": to_translate("search", ACTION_NAME),
    "slots": to_translate("slots", ACTION_NAME),
    "expedition": to_translate("expedition", ACTION_NAME),
}


def parse_action(typed: str) -> str:
    """Return the action of that name, in any language.

    Raises:
        UnknownAction: it lists the actions that have a cooldown, and suggests similar names.
    """
    known = NameIndex(
        name_of,
        [(action, action) for action in DURATIONS],
        [(name, action) for action in DURATIONS for name in sorted(every_term(ACTION_NAME, _NAMES[action]))],
    )
    action = known.find(typed)
    if action is None:
        raise UnknownAction(typed=quoted(typed), names=", ".join(map(name_of, DURATIONS)), meant=known.meant(typed))
    return action


def name_of(action: str) -> str:
    """Return an action's name, as administrators read and type it."""
    return term(ACTION_NAME, _NAMES.get(action, action))


def duration_of(action: str) -> timedelta:
    """Return an action's cooldown before any reduction."""
    return DURATIONS.get(action, DEFAULT_DURATION)


def require_expired(expires_at: datetime | None, action: str, now: datetime) -> None:
    """Refuse an action whose cooldown is still running.

    Args:
        expires_at: the cooldown's end; None when there was none.

    Raises:
        OnCooldown: it is still running. The remaining time is rounded up to whole seconds, so that a player who
            waits that long succeeds.
    """
    if expires_at is None or expires_at <= now:
        return
    seconds = -((now - expires_at) // timedelta(seconds=1))
    raise OnCooldown(action=term(ACTION, action), seconds=seconds, remaining=f"{seconds // 60}m {seconds % 60}s")


def lock_key(user: str, action: str) -> int:
    """Return a number for the pair, from 0 to 2^63 - 1, for an advisory lock where no row exists yet."""
    digest = sha256(f"{user}:{action}".encode()).digest()
    return int.from_bytes(digest[:8], "big") & 0x7FFF_FFFF_FFFF_FFFF
