"""A large, old community: do reports stay fast, and chat lines as fast as with empty tables?"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

import psycopg
from psycopg.sql import SQL

from community.engagement import rollup as engagement
from community.stats import rollup as stats
from kernel.database import connect, transaction
from local.bench import requests
from local.bench.chat import CHATTERS
from local.bench.image import Image
from local.bench.numbers import percentile
from local.bench.speed import Progress, result
from local.bench.workers import Worker, running_workers

REPORT_BUDGET_MS = 50
MESSAGE_BUDGET = 1.2
"""How much longer a line may take in a full database than in an empty one, as a multiple."""

REPORT_COLUMNS = ("report", "median_ms", "p95_ms", "budget_ms", "verdict")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Size:
    users: int
    stats: int


FULL = Size(users=100_000, stats=10_000_000)
QUICK = Size(users=10_000, stats=500_000)

PERIODS = ("hourly", "daily", "weekly", "monthly", "yearly", "all")
_BUSY = {"platform": "twitch", "platform_id": "crowd-1"}
REPORTS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    *((f"stats/user, {period}", "stats", "/api/v1/stats/user", _BUSY | {"period": period}) for period in PERIODS),
    *((f"stats/system, {period}", "stats", "/api/v1/stats/system", {"period": period}) for period in PERIODS),
    *(
        (
            f"stats/leaderboard, {period}",
            "stats",
            "/api/v1/stats/leaderboard",
            {"event_type": "message_received", "period": period, "limit": "100"},
        )
        for period in PERIODS
    ),
    *(
        (f"stats/leaderboard, {metric}", "stats", "/api/v1/stats/leaderboard", {"event_type": metric, "limit": "100"})
        for metric in ("engagement_score", "money", "items")
    ),
    ("progression/leaderboard", "progression", "/api/v1/progression/leaderboard", {"limit": "100"}),
    ("progression/engagement", "progression", "/api/v1/progression/engagement", _BUSY),
    ("progression/status", "progression", "/api/v1/progression/status", {}),
    ("progression/velocity", "progression", "/api/v1/progression/velocity", {"days": "7"}),
)


def measure(image: Image, database_url: str, size: Size, *, asks: int, rounds: int, progress: Progress) -> Row:
    """Measure the reports and a chat line in a database filled to `size`.

    Returns:
        {"users", "stats_events", "reports": [{"report", "median_ms", "p95_ms", "budget_ms", "verdict"}],
        "message": {"empty_ms", "full_ms", "ratio", "budget", "verdict"}}
    """
    with running_workers(image, database_url) as (worker,):
        progress("lines of chat, empty tables")
        empty = _lines(worker, rounds)
        progress(f"{size.stats:,} stats events of {size.users:,} users")
        _fill(database_url, size)
        progress("lines of chat, full tables")
        full = _lines(worker, rounds)
        _roll_up(database_url)
        # Fill the inbox with about a minute's rows, as before a roll-up.
        _lines(worker, 1)
        reports: list[Row] = []
        for name, group, path, query in REPORTS:
            progress(name)
            event = requests.event("GET", path, query=query)
            times = worker.do(
                {"do": "ask", "handler": f"functions.community.{group}.app.handler", "event": event, "count": asks}
            )["times"]
            milliseconds = round(median(times) / 1000, 2)
            reports.append(
                {
                    "report": name,
                    "median_ms": milliseconds,
                    "p95_ms": round(percentile(times, 0.95) / 1000, 2),
                    "budget_ms": REPORT_BUDGET_MS,
                    "verdict": "" if milliseconds <= REPORT_BUDGET_MS else "OVER",
                }
            )
    ratio = round(full / empty, 2)
    return {
        "users": size.users,
        "stats_events": size.stats,
        "reports": reports,
        "message": {
            "empty_ms": empty,
            "full_ms": full,
            "ratio": ratio,
            "budget": MESSAGE_BUDGET,
            "verdict": "" if ratio <= MESSAGE_BUDGET else "OVER",
        },
    }


def _lines(worker: Worker, rounds: int) -> float:
    """Milliseconds for a line through the whole handler: the best median of the rounds."""
    order = {"do": "run", "action": "message", "level": "handler", "players": list(CHATTERS), "seconds": 2}
    return min(result(worker.do(order)["times"], 1)["median_ms"] for _ in range(rounds))


def _roll_up(database_url: str) -> None:
    with closing(connect(database_url)) as conn:
        for roll_up in (stats.roll_up, engagement.roll_up):
            moved = True
            while moved:
                with transaction(conn) as tx:
                    moved = roll_up(tx)


def _fill(database_url: str, size: Size) -> None:
    """A year of activity, most of it by few players: the most active one makes a fiftieth of it."""
    _roll_up(database_url)
    with psycopg.connect(database_url, autocommit=True, options="-c maintenance_work_mem=512MB") as conn:
        conn.execute("SELECT setseed(0.5)")
        conn.execute(_USERS, {"users": size.users})
        with _without_indexes(conn, "stats_events"):
            conn.execute(_STATS, {"users": size.users, "stats": size.stats})
        with _without_indexes(conn, "stats_standings"):
            conn.execute(_STANDINGS)
        conn.execute(_TOTALS)
        with _without_indexes(conn, "engagement_totals"):
            conn.execute(_ENGAGEMENT)
        conn.execute(_SCORES)
        conn.execute(_DAYS)
        conn.execute("VACUUM ANALYZE")
        conn.execute("CHECKPOINT")


@contextmanager
def _without_indexes(conn: psycopg.Connection[Any], table: str) -> Generator[None]:
    """Ten million entries are sorted faster than inserted one by one. Keys stay, because foreign keys need them."""
    indexes = conn.execute(
        """
        SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
        WHERE indrelid = %s::regclass AND NOT indisprimary
        """,
        (table,),
    ).fetchall()
    for name, _ in indexes:
        conn.execute(SQL("DROP INDEX {}").format(SQL(name)))
    yield
    for _, definition in indexes:
        conn.execute(definition)


_USERS = """
    WITH crowd AS (
        SELECT md5('crowd-' || n)::uuid AS user_id, n FROM generate_series(1, %(users)s) AS n
    ), users AS (
        INSERT INTO users (user_id, username) SELECT user_id, 'crowd_' || n FROM crowd
    ), inventories AS (
        INSERT INTO user_inventory (user_id, money, items) SELECT user_id, n, n %% 1000 FROM crowd
    ), streaks AS (
        INSERT INTO user_streaks (user_id, streak, last_on) SELECT user_id, 1 + n %% 9, CURRENT_DATE - n %% 3 FROM crowd
    )
    INSERT INTO user_platform_links (user_id, platform, platform_user_id, username)
    SELECT user_id, 'twitch', 'crowd-' || n, 'crowd_' || n FROM crowd
"""

_STATS = """
    INSERT INTO stats_events (stat_id, user_id, event_type, happened_at)
    SELECT -n,
           md5('crowd-' || 1 + floor(%(users)s * pow(random(), 3)))::uuid,
           (ARRAY['message_received', 'message_received', 'message_received', 'message_received', 'daily_streak',
                  'search', 'item_sold', 'item_bought', 'item_added', 'job_level_up'])[1 + floor(10 * random())],
           now() - interval '365 days' * (n / %(stats)s::float8)
    FROM generate_series(%(stats)s, 1, -1) AS n
"""

_COUNTS = """
    count(*) FILTER (WHERE happened_at >= now() - interval '1 day'),
    count(*) FILTER (WHERE happened_at >= now() - interval '7 days'),
    count(*) FILTER (WHERE happened_at >= now() - interval '1 month'),
    count(*) FILTER (WHERE happened_at >= now() - interval '1 year'),
    count(*)
"""

# One transaction, so that `now()` is the same moment for all of it.
_STANDINGS = (
    """
    UPDATE stats_windows SET counted_since = now() - CASE period
        WHEN 'daily' THEN interval '1 day' WHEN 'weekly' THEN interval '7 days'
        WHEN 'monthly' THEN interval '1 month' ELSE interval '1 year' END;
    TRUNCATE stats_standings;
    INSERT INTO stats_standings (user_id, event_type, daily, weekly, monthly, yearly, total)
    SELECT user_id, event_type, """
    + _COUNTS
    + " FROM stats_events GROUP BY user_id, event_type"
)

_TOTALS = """
    TRUNCATE stats_totals;
    INSERT INTO stats_totals (event_type, daily, weekly, monthly, yearly, total)
    SELECT event_type, sum(daily), sum(weekly), sum(monthly), sum(yearly), sum(total)
    FROM stats_standings GROUP BY event_type;
"""

_ENGAGEMENT = """
    INSERT INTO engagement_totals (user_id, metric, total)
    SELECT user_id, metric, sum(total)
    FROM stats_standings
    JOIN (VALUES ('message_received', 'message'), ('search', 'search_performed'), ('item_sold', 'item_sold'),
                 ('item_bought', 'item_bought')) AS metrics (event_type, metric) USING (event_type)
    WHERE user_id NOT IN (SELECT user_id FROM engagement_totals)
    GROUP BY user_id, metric
"""

_SCORES = """
    INSERT INTO engagement_scores (user_id, score)
    SELECT user_id, sum(total * CASE metric WHEN 'message' THEN 1 WHEN 'search_performed' THEN 25 ELSE 50 END)
    FROM engagement_totals
    GROUP BY user_id
    ON CONFLICT DO NOTHING
"""

_DAYS = """
    INSERT INTO engagement_days (day, metric, total)
    SELECT (now() AT TIME ZONE 'UTC')::date - n, metric, 1000 + 10 * n
    FROM generate_series(1, 365) AS n,
         unnest(ARRAY['message', 'search_performed', 'item_sold', 'item_bought']) AS metric
    ON CONFLICT DO NOTHING
"""
