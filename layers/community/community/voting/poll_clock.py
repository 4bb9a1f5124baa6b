"""The clock's check of polls whose time is over. The check imports nothing else, so that the clock starts quickly."""

from __future__ import annotations

from typing import LiteralString

from kernel.database import Tx

DUE: LiteralString = """
    EXISTS (SELECT FROM voting_sessions
            WHERE poll_id IS NOT NULL AND status <> 'completed' AND voting_deadline <= %s)
"""
"""SQL expression: whether a poll's time is over. Its parameter is the current time."""


def close_due(tx: Tx) -> int:
    """Close the poll whose time is over; return how many were closed."""
    from community.voting import polls

    return polls.close_due(tx)
