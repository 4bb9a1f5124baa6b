"""Request counters: each environment counts, and a transaction that runs anyway adds the counts to the database."""

from __future__ import annotations

import threading
from bisect import bisect_left
from dataclasses import dataclass, field
from time import monotonic

from kernel.database import Cursor, Tx

BUCKETS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds in seconds. Source: rules 21."""

FLUSH_EVERY = 10.0
"""Seconds between two flushes of an environment."""


@dataclass(slots=True)
class _Sum:
    count: int = 0
    seconds: float = 0.0
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))


class _Environment(threading.local):
    def __init__(self) -> None:
        self.sums: dict[tuple[str, str, int], _Sum] = {}
        self.flushed_at = monotonic()


_environment = _Environment()


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count an answered request. `route` is the route's template, "" when none matched."""
    key = method, route, status
    total = _environment.sums.get(key)
    if total is None:
        total = _environment.sums[key] = _Sum()
    total.count += 1
    total.seconds += seconds
    total.buckets[bisect_left(BUCKETS, seconds)] += 1


def flush_is_due() -> bool:
    """Tell whether there are counts that should be saved now."""
    return bool(_environment.sums) and monotonic() - _environment.flushed_at >= FLUSH_EVERY


def flush_if_due(tx: Tx) -> None:
    """Save the counts with this transaction's last statements, without an extra round trip.

    If the transaction fails, its counts are lost, which is acceptable for statistics.
    """
    if not flush_is_due():
        return
    sums, _environment.sums = _environment.sums, {}
    _environment.flushed_at = monotonic()
    # In a fixed order, because every environment adds to the same rows.
    for (method, route, status), total in sorted(sums.items()):
        tx.execute(
            """
            INSERT INTO request_counters AS sums (method, path, status, count, seconds, buckets)
            VALUES (%s, %s, %s, %s, %s, %s)
            ON CONFLICT (method, path, status) DO UPDATE
            SET count = sums.count + excluded.count,
                seconds = sums.seconds + excluded.seconds,
                buckets = (SELECT array_agg(old + new ORDER BY place)
                           FROM unnest(sums.buckets, excluded.buckets) WITH ORDINALITY AS both_(old, new, place))
            """,
            (method, route, status, total.count, total.seconds, total.buckets),
        )


def list_request_counts(tx: Tx) -> Cursor:
    """Return rows of `status`, `count`, `seconds` and `buckets`: the totals over all routes and all time."""
    return tx.execute(
        """
        SELECT status, sum(count)::bigint AS count, sum(seconds) AS seconds,
               (SELECT array_agg(total ORDER BY place)
                FROM (SELECT place, sum(n)::bigint AS total
                      FROM request_counters each_, unnest(each_.buckets) WITH ORDINALITY AS bucket(n, place)
                      WHERE each_.status = sums.status
                      GROUP BY place) AS added) AS buckets
        FROM request_counters sums
        GROUP BY status
        ORDER BY status
        """
    )


def count_requests(tx: Tx, path_like: str) -> Cursor:
    """Return one row: `count`, of all requests to matching paths."""
    return tx.execute(
        "SELECT coalesce(sum(count), 0)::bigint AS count FROM request_counters WHERE path LIKE %s", (path_like,)
    )
