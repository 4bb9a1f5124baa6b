"""Forgetting job progress; `part` keeps it, `awards` adds to it, `reports` shows it."""

from __future__ import annotations

from community.jobs import queries
from kernel.database import Tx


def delete_all(tx: Tx) -> None:
    """Queue everybody's return to level 0. What was earned by what stays in the history."""
    queries.lock_all_players(tx)
    queries.delete_all_jobs(tx)
