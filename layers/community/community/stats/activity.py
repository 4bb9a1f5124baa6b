"""How many players were active, by their streaks: each has one row, which knows the last day."""

from __future__ import annotations

from datetime import date

from community.progression.pacing import Activity
from community.stats import queries
from kernel.database import Tx


def of_days(tx: Tx, first: date, last: date) -> Activity:
    """Count the players whose last active day is one of these."""
    row = queries.count_active(tx, first, last).fetchone()
    assert row is not None
    return Activity(row["players"], row["first_day"])
