"""Writing stats; `rollup` adds them up and `reports` reads them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from brandish.database import Tx
from brandish.stats import queries
from brandish.stats.models import Stat, Streak


def save(tx: Tx, user_id: UUID, stats: Sequence[Stat]) -> None:
    if stats:
        queries.insert_stats(tx, user_id, stats)


def save_streak(tx: Tx, user_id: UUID, streak: Streak) -> None:
    queries.upsert_streak(tx, user_id, streak)
