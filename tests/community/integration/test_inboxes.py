"""Actions keep the inboxes short, so that boards stay fast however much is written between two runs of the clock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress

import pytest

from community import inboxes
from community.engagement import queries as engagement_queries
from community.engagement import reports as engagement
from community.engagement import rollup as engagement_rollup
from community.engagement.recording import record as engage
from community.messages.service import handle_message
from community.players.models import PlayerRef
from community.stats import queries as stats_queries
from community.stats import reports as stats
from community.stats import rollup as stats_rollup
from community.voting.board import read_board
from kernel.database import Connection, Tx, connect, transaction
from kernel.errors import TryAgain
from tests.support.factories import hold_target, make_player

BACKLOG = 100_000
PLAYERS = [PlayerRef("twitch", f"{number}", f"viewer{number}") for number in range(20)]


def chat(conn: Connection, number: int) -> object:
    while True:
        with suppress(TryAgain), transaction(conn) as tx:
            return handle_message(tx, PLAYERS[number % len(PLAYERS)], "hello")


def lengths(conn: Connection) -> list[int]:
    row = conn.execute(
        """
        SELECT (SELECT count(*) FROM stats_inbox) AS stats, (SELECT count(*) FROM engagement_inbox) AS engagement
        """
    ).fetchone()
    assert row is not None
    return [row["stats"], row["engagement"]]


def look_at_all_boards(tx: Tx) -> None:
    read_board(tx)
    engagement.leaderboard(tx, 10)
    stats.leaderboard(tx, "messages", "daily", 10)
    stats.leaderboard(tx, "messages", "all", 10)
    stats.leaderboard(tx, "money", "daily", 10)
    stats.system_stats(tx, "daily")


def rows_touched(conn: Connection) -> int:
    """Count the rows that all boards together read from tables."""
    conn.execute("SELECT pg_stat_force_next_flush()")  # or what earlier transactions read would still be counted
    with transaction(conn) as tx:
        look_at_all_boards(tx)
        row = tx.execute(
            "SELECT sum(seq_tup_read + idx_tup_fetch)::bigint AS touched FROM pg_stat_xact_user_tables"
        ).fetchone()
    assert row is not None
    return row["touched"]


@pytest.fixture
def target_held(conn: Connection) -> None:
    with transaction(conn) as tx:
        hold_target(tx)


@pytest.mark.usefixtures("target_held")
def test_a_busy_chat_without_a_clock_leaves_short_inboxes(conn: Connection, monkeypatch: pytest.MonkeyPatch):
    for queries in (engagement_queries, stats_queries):
        monkeypatch.setattr(queries, "LONG", 20)
    monkeypatch.setattr(inboxes, "ASK_EVERY", 5)
    longest = 0
    for number in range(120):
        chat(conn, number)
        longest = max(longest, *lengths(conn))

    assert 20 <= longest < 20 + 2 * 5
    with transaction(conn) as tx:
        assert stats.system_stats(tx, "daily").counts["message_received"] == 120
        assert sum(place.count for place in stats.leaderboard(tx, "messages", "all", 20)) == 120
        assert engagement.breakdown(tx, PLAYERS[0]).by_type["message"] == 6


@pytest.mark.usefixtures("target_held")
def test_boards_touch_few_rows_once_actions_have_worked_off_a_backlog(
    conn: Connection, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(inboxes, "ASK_EVERY", 1)
    for rollup in (engagement_rollup, stats_rollup):
        monkeypatch.setattr(rollup, "LIMIT_BEHIND_COMMIT", 40_000)
    for number in range(len(PLAYERS)):
        chat(conn, number)
    before = rows_touched(conn)
    for table, columns, values in (
        ("stats_inbox", "event_type, happened_at", "'message_received', now()"),
        ("engagement_inbox", "metric, value, recorded_at", "'message', 1, now()"),
    ):
        conn.execute(
            f"INSERT INTO {table} (user_id, {columns})"  # pyright: ignore[reportArgumentType]
            f" SELECT user_id, {values} FROM users CROSS JOIN generate_series(1, %s / %s)",
            (BACKLOG, len(PLAYERS)),
        )
    full = rows_touched(conn)

    for number in range(4):
        chat(conn, number)

    assert full > BACKLOG
    assert max(lengths(conn)) <= inboxes.LONG
    # The boards together read each inbox a few times.
    assert rows_touched(conn) < before + 5 * inboxes.LONG
    with transaction(conn) as tx:
        assert stats.system_stats(tx, "daily").counts["message_received"] == BACKLOG + len(PLAYERS) + 4
        leader = engagement.leaderboard(tx, 1)[0]
        assert leader.count == engagement.breakdown(tx, PLAYERS[0]).score > BACKLOG // len(PLAYERS)


@pytest.mark.usefixtures("target_held")
def test_actions_that_roll_up_at_once_count_everything_once(
    conn: Connection, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    for queries in (engagement_queries, stats_queries):
        monkeypatch.setattr(queries, "LONG", 1)
    monkeypatch.setattr(inboxes, "ASK_EVERY", 1)

    def write(writer: int) -> None:
        with closing(connect(database_url)) as own:
            for number in range(40):
                chat(own, writer * 40 + number)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))

    with transaction(conn) as tx:
        assert stats.system_stats(tx, "all").counts["message_received"] == 160
        assert sum(place.count for place in stats.leaderboard(tx, "messages", "daily", 20)) == 160
        assert [engagement.breakdown(tx, player).by_type["message"] for player in PLAYERS] == [8] * 20


def test_an_action_does_not_wait_for_another_rollup(
    conn: Connection, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    for queries in (engagement_queries, stats_queries):
        monkeypatch.setattr(queries, "LONG", 1)
    monkeypatch.setattr(inboxes, "ASK_EVERY", 1)
    with transaction(conn) as tx:
        alice = make_player(tx)

    with closing(connect(database_url)) as other, transaction(other) as tx:
        engagement_queries.lock_sums(tx)
        stats_queries.lock_windows(tx).fetchall()
        conn.execute("SET lock_timeout = '100ms'")
        with transaction(conn) as acting:
            engage(acting, alice, "message", 1)

        assert lengths(conn)[1] >= 1

    with transaction(conn) as tx:
        assert engagement.breakdown(tx, alice).by_type == {"message": 1}
