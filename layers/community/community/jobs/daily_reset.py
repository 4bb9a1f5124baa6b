"""The reset of the daily experience sums at the start of a game day.

Sums of earlier game days are ignored anyway (`rules.award`), so a late reset costs players nothing.
Source: rules 12, 24.2.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import LiteralString

from msgspec import Struct

from community.jobs import queries
from community.jobs.days import DAY, day_start, game_day, next_day_start
from kernel.database import Tx
from kernel.events import service as events

DUE: LiteralString = queries.DAILY_RESET_DUE


class DailyReset(Struct, frozen=True):
    """When the daily sums were last reset, and when they will be next.

    Attributes:
        last_at: None before the first.
        next_at: when the next game day begins.
        records: how many sums the last reset set to 0.
    """

    last_at: datetime | None
    next_at: datetime
    records: int


def reset_due(tx: Tx) -> int:
    """Reset the sums if they are due; return 1 if so, 0 when it was done already."""
    return int(reset_if_due(tx) is not None)


def reset_if_due(tx: Tx) -> DailyReset | None:
    """Reset the sums of earlier game days, once per game day; None when that was already done."""
    if queries.claim_daily_reset(tx, day_start(tx.now)).fetchone() is None:
        return None
    return _reset(tx, game_day(tx.now) - DAY)


def reset_now(tx: Tx) -> DailyReset:
    """Reset every sum, including today's."""
    queries.begin_reset_by_hand(tx)
    return _reset(tx, game_day(tx.now))


def status(tx: Tx) -> DailyReset:
    row = queries.read_daily_reset(tx).fetchone()
    assert row is not None
    return DailyReset(row["last_reset_at"], next_day_start(tx.now), row["records_affected"])


def _reset(tx: Tx, until: date) -> DailyReset:
    from community.jobs.events import DailyResetComplete  # imported late: the clock starts faster

    # Only players who are locked here are reset, so no action can save a sum that it loaded before the reset.
    user_ids = [row["user_id"] for row in queries.lock_players_with_daily_xp(tx, until)]
    row = queries.clear_daily_xp(tx, user_ids, until).fetchone()
    assert row is not None
    queries.update_reset_records(tx, row["records"])
    events.announce(tx, DailyResetComplete(reset_time=tx.now, records_affected=row["records"]))
    return DailyReset(tx.now, next_day_start(tx.now), row["records"])
