"""A large, old community: do reports stay fast, and actions as fast as with empty tables?"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

import psycopg
from psycopg.sql import SQL
from psycopg.types.json import Jsonb

from community.catalog.content import items
from community.engagement import rollup as engagement
from community.gambles import service as gambles
from community.inventory.models import Inventory
from community.players.models import PlayerRef
from community.privacy import forgetting
from community.stats import rollup as stats
from kernel.database import Connection, connect, transaction
from local.bench import requests
from local.bench.actions import ACTIONS
from local.bench.bench_database import shared_players
from local.bench.image import Image
from local.bench.numbers import percentile
from local.bench.speed import Progress, result
from local.bench.workers import Worker, running_workers

REPORT_BUDGET_MS = 50
GROWTH_BUDGET = 1.2
"""How much longer an action may take in a full database than in an empty one, as a multiple."""

VOTERS = 1_000
GAMBLERS = 200
BOX = "lootbox_tier1"

FORGETTING_BUDGET_MS = 5_000
"""Half of what an HTTP function may take."""

FORGETTING_COLUMNS = ("player", "forget_ms", "budget_ms", "verdict")
REPORT_COLUMNS = ("report", "median_ms", "p95_ms", "budget_ms", "verdict")
ACTION_COLUMNS = ("action", "empty_ms", "full_ms", "ratio", "budget", "verdict")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Size:
    """How full the database is.

    Attributes:
        stats: archived, over a year.
        events: in the log, over its ten days.
    """

    users: int
    stats: int
    events: int


FULL = Size(users=100_000, stats=10_000_000, events=10_000_000)
QUICK = Size(users=100_000, stats=1_000_000, events=1_000_000)

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
    """Measure the reports and every action in a database filled to `size`.

    Returns:
        {"users", "stats_events", "events", "reports": [{"report", "median_ms", "p95_ms", "budget_ms", "verdict"}],
        "actions": [{"action", "empty_ms", "full_ms", "ratio", "budget", "verdict"}],
        "forgetting": [{"player", "forget_ms", "budget_ms", "verdict"}]}
    """
    with running_workers(image, database_url) as (worker,):
        progress("actions, empty tables")
        empty = _actions(worker, rounds)
        progress(f"{size.stats:,} stats and {size.events:,} events of {size.users:,} users")
        _fill(database_url, size)
        progress("actions, full tables")
        full = _actions(worker, rounds)
        _roll_up(database_url)
        # Fill the inbox with about a minute's rows, as before a roll-up.
        _milliseconds(worker, "message", 2)
        progress("joining a gamble")
        joins = _joins(database_url)
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
        progress("forgetting players")
        forgetting_rows = _forgetting(database_url, size)
    return {
        "users": size.users,
        "stats_events": size.stats,
        "events": size.events,
        "reports": reports,
        "actions": [*(_growth(name, empty[name], full[name]) for name in empty), joins],
        "forgetting": forgetting_rows,
    }


def _growth(action: str, empty: float, full: float) -> Row:
    ratio = round(full / empty, 2)
    return {
        "action": action,
        "empty_ms": empty,
        "full_ms": full,
        "ratio": ratio,
        "budget": GROWTH_BUDGET,
        "verdict": "" if ratio <= GROWTH_BUDGET else "OVER",
    }


def _joins(database_url: str) -> Row:
    """Compare the last 20 of 200 players who join a gamble with the first 20."""
    stake = Inventory().give(items.by_name[BOX].item_id, 1).as_json()
    times: list[float] = []
    with closing(connect(database_url)) as conn:
        for number in range(2, GAMBLERS + 2):
            ref = PlayerRef("twitch", f"crowd-{number}", f"crowd_{number}")
            with transaction(conn) as tx:
                tx.execute(_STAKE, (Jsonb(stake), ref.platform_id))
            started = perf_counter()
            with transaction(conn) as tx:
                if number == 2:
                    gambles.start_gamble(tx, ref, [(BOX, 1)], join_seconds=3600)
                else:
                    gambles.join_gamble(tx, ref)
            times.append((perf_counter() - started) * 1000)
    # The first start and join of a connection prepare its statements.
    return _growth(f"join, 181st to {GAMBLERS}th", round(median(times[5:25]), 2), round(median(times[-20:]), 2))


def _forgetting(database_url: str, size: Size) -> list[Row]:
    """Forget the players in the middle of the crowd, and the most active one."""
    rows: list[Row] = []
    middle = range(size.users // 2, size.users // 2 + 5)
    with closing(connect(database_url)) as conn:
        for name, numbers in (("median of 5 in the middle", middle), ("the most active one", range(1, 2))):
            times = [_forget(conn, PlayerRef("twitch", f"crowd-{number}")) for number in numbers]
            milliseconds = round(median(times))
            verdict = "" if milliseconds <= FORGETTING_BUDGET_MS else "OVER"
            rows.append(
                {"player": name, "forget_ms": milliseconds, "budget_ms": FORGETTING_BUDGET_MS, "verdict": verdict}
            )
    return rows


def _forget(conn: Connection, ref: PlayerRef) -> float:
    with transaction(conn) as tx:
        code = forgetting.confirmation(forgetting.ask(tx, ref).id)
    started = perf_counter()
    with transaction(conn) as tx:
        forgetting.forget(tx, ref, code)
    return (perf_counter() - started) * 1000


def _actions(worker: Worker, rounds: int) -> dict[str, float]:
    """{action: milliseconds through the whole handler}: the best median of the rounds, which take turns."""
    turns = [{action.name: _milliseconds(worker, action.name, 0.5) for action in ACTIONS} for _ in range(rounds)]
    return {action.name: min(turn[action.name] for turn in turns) for action in ACTIONS}


def _milliseconds(worker: Worker, action: str, seconds: float) -> float:
    order = {"do": "run", "action": action, "level": "handler", "players": shared_players(), "seconds": seconds}
    return result(worker.do(order)["times"], 1)["median_ms"]


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
        for day in range(10):
            conn.execute("SELECT ensure_events_partition(CURRENT_DATE - %s)", (day,))
        conn.execute(_EVENTS, {"users": size.users, "events": size.events})
        conn.execute(_BALLOTS, {"voters": VOTERS})
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

_EVENTS = """
    INSERT INTO events (event_id, event_type, user_id, payload, metadata, created_at, next_attempt_at, published_at)
    SELECT gen_random_uuid(),
           (ARRAY['item.sold', 'item.bought', 'item.used', 'search.performed', 'job.level_up'])[1 + n %% 5],
           md5('crowd-' || 1 + floor(%(users)s * pow(random(), 3)))::uuid,
           '{"item_name": "lootbox_tier1", "quantity": 1, "total": 100, "source": "growth"}', '{"version": "1.0"}',
           now() - interval '9 days' * (n / %(events)s::float8), NULL, now()
    FROM generate_series(%(events)s, 1, -1) AS n
"""

_STAKE = """
    UPDATE user_inventory SET inventory_data = %s
    WHERE user_id = (SELECT user_id FROM user_platform_links WHERE platform = 'twitch' AND platform_user_id = %s)
"""

_BALLOTS = """
    WITH round AS (SELECT session_id FROM voting_sessions WHERE status <> 'completed'),
         option AS (SELECT min(option_id) AS option_id FROM voting_options JOIN round USING (session_id)),
         cast_ AS (
        INSERT INTO ballots (session_id, user_id, option_id, weight, cast_at)
        SELECT session_id, md5('crowd-' || n)::uuid, option_id, 1, now()
        FROM round, option, generate_series(1, %(voters)s) AS n
        RETURNING option_id
    )
    UPDATE voting_options SET vote_count = vote_count + %(voters)s, weighted_votes = weighted_votes + %(voters)s
    FROM option WHERE voting_options.option_id = option.option_id
"""
