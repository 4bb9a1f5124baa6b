"""Queries on the table business_counters."""

from __future__ import annotations

from collections.abc import Mapping

from kernel.database import Cursor, Tx


def add_to_counters(tx: Tx, counts: Mapping[tuple[str, str], int]) -> None:
    """Add {(metric, label): n} to the counters, in a fixed order so that two batches cannot deadlock."""
    rows = sorted(counts.items())
    tx.execute(
        """
        INSERT INTO business_counters AS counters (metric, label, total)
        SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[])
        ON CONFLICT (metric, label) DO UPDATE SET total = counters.total + excluded.total
        """,
        (
            [metric for (metric, _), _ in rows],
            [label for (_, label), _ in rows],
            [total for _, total in rows],
        ),
    )


def list_counters(tx: Tx) -> Cursor:
    """Return rows of `metric`, `label` and `total`, sorted."""
    return tx.execute("SELECT metric, label, total FROM business_counters ORDER BY metric, label")
