"""How many players were active, by their streaks: each has one row, which knows the last day."""

from __future__ import annotations

from datetime import date

from community.progression.pacing import Activity
from community.stats import queries
from kernel.database import Tx


def of_days_since(tx: Tx, first: date) -> Activity:
    """Count the players who have been active on `first` or later."""
    row = queries.count_active_since(tx, first).fetchone()
    assert row is not None
    return Activity(row["players"], row["first_day"])
