"""Counters of requests, limits, the database's time, and of what actions say that they have done.

Each environment counts, and a transaction that runs anyway adds the counts to the database.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from time import monotonic

from kernel.counters import service as counters
from kernel.counters.rules import BETWEEN_LABELS, Counts
from kernel.database import Cursor, Tx
from kernel.histograms import BUCKETS, Histogram
from kernel.rate_limits import Per
from kernel.statements import take_times

FLUSH_EVERY = 10.0
"""Seconds between two flushes of an environment."""
GAUGES_LAST = timedelta(minutes=3)
"""What was measured longer ago says nothing about now."""


class _Environment(threading.local):
    def __init__(self) -> None:
        self.sums: dict[tuple[str, str, int], Histogram] = {}
        self.counts: Counter[tuple[str, str]] = Counter()
        self.flushed_at = monotonic()


_environment = _Environment()


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count an answered request. `route` is the route's template, "" when none matched."""
    key = method, route, status
    total = _environment.sums.get(key)
    if total is None:
        total = _environment.sums[key] = Histogram()
    total.add(seconds)


def count_rate_limit(per: Per, route: str) -> None:
    """Count a request that a rate limit has refused."""
    add({("rate_limit_events_total", BETWEEN_LABELS.join((per, route))): 1})


def add(counts: Counts) -> None:
    """Add to counters; the database hears of it with the next flush, which may be lost with its environment."""
    _environment.counts.update(counts)


def observe(metric: str, durations: Iterable[float]) -> None:
    """Add durations, in seconds, to a histogram without labels."""
    times = Histogram()
    for seconds in durations:
        times.add(seconds)
    add(_counts_of(metric, times))


def flush_is_due() -> bool:
    """Tell whether there are requests whose counts should be saved now.

    How long the database takes is no reason to write: a clock that only looks writes nothing.
    """
    return bool(_environment.sums) and _is_time()


def flush_if_due(tx: Tx) -> None:
    """Save the counts with this transaction's last statements, without an extra round trip.

    If the transaction fails, its counts are lost, which is acceptable for statistics.
    """
    if not _is_time():
        return
    sums, _environment.sums = _environment.sums, {}
    counts, _environment.counts = _environment.counts, Counter()
    _environment.flushed_at = monotonic()
    # In a fixed order, because every environment adds to the same rows.
    for (method, route, status), total in sorted(sums.items(), key=lambda each: each[0]):
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
    counters.add(tx, {**counts, **_counts_of("db_query_duration_seconds", take_times())})


def _is_time() -> bool:
    return monotonic() - _environment.flushed_at >= FLUSH_EVERY


def _counts_of(metric: str, times: Histogram) -> Counts:
    """Return a histogram as counters, as `kernel.outside.metrics.observed` does."""
    if not times.count:
        return {}
    bounds = (*map(str, BUCKETS), "+Inf")
    counts = {(f"{metric}_bucket", bound): n for bound, n in zip(bounds, times.buckets, strict=True) if n}
    return {**counts, (f"{metric}_micros", ""): round(times.seconds * 1_000_000)}


def save_gauge(tx: Tx, metric: str, label: str, value: float) -> None:
    """Store what was measured just now; /metrics shows it for some minutes."""
    tx.execute(
        """
        INSERT INTO kernel.gauges (metric, label, value, measured_at) VALUES (%s, %s, %s, %s)
        ON CONFLICT (metric, label) DO UPDATE SET value = excluded.value, measured_at = excluded.measured_at
        """,
        (metric, label, value, tx.now),
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
