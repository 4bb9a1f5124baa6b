"""A community grows while connections keep the plans they made when it was small."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import pytest

from community.messages.service import handle_message
from community.players.models import PlayerRef
from community.stats import reports as stats
from community.voting.ballots import cast_ballot
from kernel.database import Connection, Tx, connect, reading, transaction
from tests.support.factories import make_player


def test_a_line_of_chat_reads_no_table_from_end_to_end(conn: Connection, database_url: str):
    """Though it would be quicker as long as there are twenty players, who are known to be no more."""
    for number in range(20):
        chat(conn, number)
    conn.execute("ANALYZE")

    with closing(connect(database_url)) as later:
        for number in range(20):
            chat(later, number)
        before = whole_scans(later)
        for number in range(20):
            chat(later, number)

        assert whole_scans(later) == before


def test_a_vote_reads_no_ballots_of_others(conn: Connection, database_url: str):
    """Though to read all of the round would be as quick as long as there are next to none."""
    with transaction(conn) as tx:
        voters = [make_player(tx, f"voter{number}", platform_id=f"{number}") for number in range(40)]
    conn.execute("ANALYZE")

    with closing(connect(database_url)) as later:
        for voter in voters[:-1]:
            vote(later, voter)
        before = ballots_read(later)
        vote(later, voters[-1])

        assert ballots_read(later) == before


@pytest.mark.parametrize(
    "look",
    [
        lambda tx: stats.leaderboard(tx, "item_bought", "daily", 10),
        lambda tx: stats.rank_of(tx, PlayerRef("twitch", "1"), "item_bought", "daily", 2),
    ],
    ids=["leaderboard", "rank"],
)
def test_a_leaderboard_keeps_its_plan(conn: Connection, database_url: str, look: Callable[[Tx], object]):
    """Though Postgres would expect a plan for these values to be quicker."""
    chat(conn, 1)
    conn.execute(
        """
        WITH crowd AS (
            INSERT INTO users (user_id, username, created_at, updated_at)
            SELECT gen_random_uuid(), number, now(), now() FROM generate_series(1, 2000) AS number RETURNING user_id
        )
        INSERT INTO stats_inbox (user_id, event_type, happened_at)
        SELECT user_id, 'message_received', now() FROM crowd
        """
    )
    conn.execute("ANALYZE")

    with closing(connect(database_url)) as later:
        for _ in range(10):
            with reading(later) as tx:
                look(tx)
        plans = later.execute("SELECT statement, custom_plans FROM pg_prepared_statements").fetchall()

        assert [plan for plan in plans if plan["custom_plans"] > 5] == []


def vote(conn: Connection, voter: PlayerRef) -> None:
    with transaction(conn) as tx:
        cast_ballot(tx, voter, 1)


def ballots_read(conn: Connection) -> int:
    conn.execute("SELECT pg_stat_force_next_flush()")
    row = conn.execute("SELECT idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'ballots'").fetchone()
    assert row is not None
    return row["idx_tup_fetch"]


def chat(conn: Connection, number: int) -> None:
    with transaction(conn) as tx:
        handle_message(tx, PlayerRef("twitch", f"{number}", f"viewer{number}"), "hello")


def whole_scans(conn: Connection) -> dict[str, int]:
    """{table: how often}, of the tables that grow with the players."""
    conn.execute("SELECT pg_stat_force_next_flush()")
    rows = conn.execute(
        """
        SELECT relname, seq_scan FROM pg_stat_user_tables
        WHERE relname LIKE 'user%' OR relname IN ('active_chatters', 'deliveries', 'traps')
        """
    ).fetchall()
    return {row["relname"]: row["seq_scan"] for row in rows}
