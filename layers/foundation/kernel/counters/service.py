"""Counting what happens in the game, for /metrics."""

from __future__ import annotations

from collections.abc import Iterable

from kernel.counters import queries
from kernel.counters.rules import Counts
from kernel.database import Tx


def add(tx: Tx, counts: Counts) -> None:
    """Add counts to the counters. Call it last: it locks the counters' rows until the commit."""
    if counts:
        queries.add_to_counters(tx, counts)


def read(tx: Tx) -> Iterable[tuple[str, str, int]]:
    """Return all counters as (metric, label, total), sorted."""
    return [(row["metric"], row["label"], row["total"]) for row in queries.list_counters(tx).fetchall()]
