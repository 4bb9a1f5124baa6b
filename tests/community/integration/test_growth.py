"""A community grows while connections keep the plans they made when it was small."""

from __future__ import annotations

from contextlib import closing

from community.messages.service import handle_message
from community.players.models import PlayerRef
from kernel.database import Connection, connect, transaction


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
