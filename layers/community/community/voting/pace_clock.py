"""The clock's measure of how many play, once at the beginning of each of the community's days.

It imports little, so that the clock starts quickly.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import LiteralString

from kernel.database import Tx

DUE: LiteralString = "EXISTS (SELECT FROM world WHERE next_measure_at <= %s)"
"""SQL expression: whether a day has begun since the last measure. Its parameter is the current time."""


def measure_due(tx: Tx) -> int:
    """Measure the players of the last seven days, which sets the pace; return 1, or 0 when that was already done."""
    from community.progression import service as progression
    from community.progression.pacing import MEASURED_DAYS, measured
    from community.stats import activity, streaks

    today = streaks.day_of(tx.now)
    midnight = datetime.combine(today + timedelta(days=1), time(), streaks.settings.time_zone)
    if not progression.claim_measure(tx, midnight.astimezone(UTC)):
        return 0
    counted = activity.of_days(tx, today - MEASURED_DAYS, today)
    progression.change_pacing(tx, lambda pacing: measured(pacing, counted, today))
    return 1
