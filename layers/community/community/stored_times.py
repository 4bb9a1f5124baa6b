"""The stored times that the clock repairs after a clock was ahead: the SQL says the same of every table.

A test compares them with the schema.
"""

from __future__ import annotations

from typing import LiteralString

from community.gambles.queries import IS_ACTIVE
from kernel import stored_times as kernel
from kernel.database import Tx
from kernel.stored_times import StoredTime

TIMES = (
    *kernel.TIMES,
    StoredTime("account_timeouts", "set_at", moved=("expires_at",)),
    # By platform, because that is how the index is sorted.
    StoredTime("active_chatters", "last_message_at", where="platform IN (SELECT p.platform FROM platforms p)"),
    StoredTime("armed_blasts", "armed_at"),
    StoredTime("code_guesses", "window_start"),
    StoredTime("cooldowns", "created_at", moved=("expires_at",), where="expires_at > now()"),
    StoredTime("daily_reset", "last_reset_at"),
    StoredTime("deliveries", "sent_at", moved=("due_at",)),
    StoredTime("followed_hero", "seen_at"),
    StoredTime("gambles", "created_at", moved=("join_deadline",), where=IS_ACTIVE),
    StoredTime("link_tokens", "created_at", moved=("expires_at",), where="expires_at > now()"),
    StoredTime("player_timeouts", "set_at", moved=("expires_at",)),
    StoredTime("timeouts", "set_at", moved=("expires_at",)),
    StoredTime("unlink_requests", "expires_at", ahead="interval '60 seconds'"),
    StoredTime("voting_sessions", "started_at", moved=("voting_deadline",), where="status <> 'completed'"),
    StoredTime("world", "next_measure_at", ahead="interval '25 hours'"),
)

DUE: LiteralString = "(" + " OR ".join([each.due for each in TIMES]) + ")"
"""SQL expression: whether a time is wrong. Each of its parameters is the current time."""


def repair(tx: Tx) -> int:
    """Repair all times that lie too far in the future; return how many there were."""
    return kernel.repair(tx, TIMES)
