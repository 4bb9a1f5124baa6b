"""Writing stats; `rollup` adds them up and `reports` reads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from community.players.models import Fact
from community.stats import queries
from community.stats.models import Stat, Streak
from kernel.database import Tx


def save(tx: Tx, user_id: UUID, stats: Sequence[Stat]) -> None:
    if stats:
        queries.insert_stats(tx, user_id, stats)


def save_streak(tx: Tx, user_id: UUID, streak: Streak) -> None:
    queries.upsert_streak(tx, user_id, streak)


def move(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """Queue that all one player did counts for another. Streaks belong to the `Player`."""
    queries.lock_windows(tx)
    queries.move_events(tx, from_id, to_id)
    queries.move_standings(tx, from_id, to_id)


def count_since(event_type: str, since: datetime) -> Fact:
    """How often a player has done it since then, under the name `recent_<event_type>`."""
    return Fact(f"recent_{event_type}", queries.COUNT_SINCE, (event_type, since) * 2)
