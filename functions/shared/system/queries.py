"""Queries for /metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct, field

from kernel.database import Tx
from kernel.metrics import GAUGES_LAST
from kernel.realtime.presence import PRESENCE_TTL


class RequestCounts(Struct, frozen=True):
    """Request counts of a route and a status.

    Attributes:
        buckets: counts per bucket of `kernel.histograms.BUCKETS`, not cumulative, and one for longer requests.
    """

    method: str
    path: str
    status: int
    count: int
    seconds: float
    buckets: tuple[int, ...]


class BusyWorld(Struct, frozen=True):
    """A world with people in it.

    Attributes:
        settled: seconds of its own time, up to which people there have been told what has changed.
        lag: seconds since the oldest event that its row, or that of a character in it, does not know of; 0: none.
    """

    world_id: str
    settled: float
    lag: float


WORLDS_LISTED: Final = 20
"""Worlds with metrics of their own: there may be thousands."""


class MetricValues(Struct, frozen=True):
    """The values of all metrics.

    Attributes:
        counters: {metric: {label value, "" without a label: total}}.
        sessions: the functions' connections to the database.
        in_transaction: those of them that are in a transaction.
        clock_lag: the seconds that the oldest entry has waited for the clock, which adds up once a minute.
        queue_depth: {kind: requests to the outside that wait or are being answered}.
        digest_ages: {daily or weekly: the seconds since one was last made or renewed}, if there was one.
        sockets: {product: open WebSockets}.
        busiest_worlds: those with most people in them now.
    """

    requests: tuple[RequestCounts, ...]
    counters: dict[str, dict[str, int]]
    events_waiting: int
    events_dead: int
    listeners: int
    sessions: int
    in_transaction: int
    clock_lag: float = 0.0
    queue_depth: Mapping[str, int] = field(default_factory=dict[str, int])
    digest_ages: Mapping[str, float] = field(default_factory=dict[str, float])
    sockets: Mapping[str, int] = field(default_factory=dict[str, int])
    busiest_worlds: Sequence[BusyWorld] = ()


def read_metrics(tx: Tx) -> MetricValues:
    """Read all metrics in one round trip, from indexes and small tables only."""
    row = tx.execute(
        """
        SELECT (SELECT coalesce(jsonb_agg(jsonb_build_array(method, path, status, count, seconds, buckets)
                                          ORDER BY method, path, status), '[]')
                FROM request_counters) AS requests,
               (SELECT coalesce(jsonb_agg(jsonb_build_array(metric, label, total) ORDER BY metric, label), '[]')
                FROM business_counters) AS counters,
               (SELECT count(*) FROM events WHERE next_attempt_at IS NOT NULL) AS waiting,
               (SELECT count(*) FROM events WHERE next_attempt_at IS NULL AND published_at IS NULL) AS dead,
               (SELECT count(*) FROM stream_clients WHERE seen_at >= %s) AS listeners,
               (SELECT coalesce(jsonb_object_agg(kind, depth), '{}')
                FROM (SELECT kind, count(*) AS depth FROM kernel.outside_requests
                      WHERE status IN ('pending', 'claimed') GROUP BY kind) AS kinds) AS queue_depth,
               jsonb_strip_nulls(jsonb_build_object(
                   'daily', (SELECT extract(epoch FROM %s - max(updated_at)) FROM personas.daily_digests
                             WHERE date = (SELECT max(date) FROM personas.daily_digests)),
                   'weekly', (SELECT extract(epoch FROM %s - max(updated_at)) FROM personas.weekly_digests
                              WHERE week_start = (SELECT max(week_start) FROM personas.weekly_digests))
               )) AS digest_ages,
               (SELECT jsonb_build_object(
                    'worlds', (SELECT count(*) FROM worlds.connections WHERE closing IS NULL),
                    'community', coalesce((SELECT value FROM kernel.gauges
                                           WHERE metric = 'websocket_active_connections' AND label = 'community'
                                             AND measured_at > %s), 0))) AS sockets,
               (SELECT coalesce(jsonb_agg(jsonb_build_array(w.world_id, w.told_until / 1000.0, behind.seconds)
                                          ORDER BY w.world_id), '[]')
                FROM (SELECT world_id FROM worlds.characters WHERE is_present AND account_id IS NOT NULL
                      GROUP BY world_id ORDER BY count(*) DESC, world_id LIMIT %s) AS busiest
                JOIN worlds.worlds AS w USING (world_id),
                LATERAL (
                    SELECT coalesce(extract(epoch FROM %s - min(e.occurred_at)), 0) AS seconds
                    FROM (SELECT w.world_id AS id, w.version
                          UNION ALL
                          SELECT c.character_id, c.version FROM worlds.characters AS c
                          WHERE c.world_id = w.world_id AND c.is_present) AS model
                    JOIN worlds.events AS e ON e.aggregate_id = model.id AND e.version > model.version
                ) AS behind) AS busiest_worlds,
               coalesce((SELECT greatest(0, extract(epoch FROM %s - happened_at))
                         FROM stats_inbox ORDER BY stat_id LIMIT 1), 0)::float AS clock_lag,
               activity.sessions, activity.in_transaction
        FROM (SELECT count(*) AS sessions,
                     count(*) FILTER (WHERE state <> 'idle' AND pid <> pg_backend_pid()) AS in_transaction
              FROM pg_stat_activity
              WHERE datname = current_database() AND usename = current_user) AS activity
        """,
        (tx.now - PRESENCE_TTL, tx.now, tx.now, tx.now - GAUGES_LAST, WORLDS_LISTED, tx.now, tx.now),
    ).fetchone()
    assert row is not None
    return _metric_values(row)


def _metric_values(row: dict[str, Any]) -> MetricValues:
    counters: dict[str, dict[str, int]] = {}
    for metric, label, total in row["counters"]:
        counters.setdefault(metric, {})[label] = total
    return MetricValues(
        requests=tuple(
            RequestCounts(method, path, status, count, seconds, tuple(buckets))
            for method, path, status, count, seconds, buckets in row["requests"]
        ),
        counters=counters,
        events_waiting=row["waiting"],
        events_dead=row["dead"],
        listeners=row["listeners"],
        clock_lag=row["clock_lag"],
        sessions=row["sessions"],
        in_transaction=row["in_transaction"],
        queue_depth=row["queue_depth"],
        digest_ages=row["digest_ages"],
        sockets=row["sockets"],
        busiest_worlds=tuple(BusyWorld(*each) for each in row["busiest_worlds"]),
    )


class CommunityStanding(Struct, frozen=True):
    """How far the community is.

    Attributes:
        levels: {node key: highest unlocked level}, unlocked nodes only.
        is_voting: whether a round is open.
    """

    levels: Mapping[str, int]
    is_voting: bool


def read_standing(tx: Tx) -> CommunityStanding:
    """Return how far the community is: one round trip."""
    row = tx.execute(
        """
        SELECT (
            SELECT coalesce(jsonb_object_agg(node_key, level), '{}')
            FROM (
                SELECT node_key, max(level) AS level
                FROM progression_unlocks JOIN progression_nodes USING (node_id)
                GROUP BY node_key
            ) unlocked
        ) AS levels, EXISTS (SELECT FROM voting_sessions WHERE status <> 'completed' AND poll_id IS NULL) AS is_voting
        """
    ).fetchone()
    assert row is not None
    return CommunityStanding(row["levels"], row["is_voting"])
