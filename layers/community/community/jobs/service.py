"""Deleting job progress; `part` stores it, `awards` adds to it, `reports` shows it."""

from __future__ import annotations

from community.jobs import queries
from kernel.database import Tx


def delete_all(tx: Tx) -> None:
    """Queue the deletion of everyone's job progress. The history of awards stays."""
    queries.lock_all_players(tx)
    queries.delete_all_jobs(tx)
