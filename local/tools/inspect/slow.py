"""What takes long: from pg_stat_statements if the database has it, or else what can be had without."""

from __future__ import annotations

from collections.abc import Iterator

from psycopg import Connection
from psycopg.rows import DictRow

LISTED = 10
SHOWN = 90


def slow_statements(conn: Connection[DictRow]) -> Iterator[str]:
    """Yield lines about slow statements."""
    yield ""
    yield "Statements"
    if conn.execute("SELECT FROM pg_extension WHERE extname = 'pg_stat_statements'").fetchone():
        yield from _by_time(conn)
    else:
        yield "  pg_stat_statements is not installed; log_min_duration_statement makes the log name slow ones."
    running = conn.execute(
        """
        SELECT pid, usename, state, wait_event, extract(epoch FROM now() - xact_start)::float AS seconds, query
        FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start < now() - interval '1 second'
        ORDER BY xact_start LIMIT %s
        """,
        (LISTED,),
    ).fetchall()
    for row in running:
        waits = f", waits for {row['wait_event']}" if row["wait_event"] else ""
        state = f"{row['usename']}, {row['state']}{waits}"
        yield f"  running for {row['seconds']:.0f} s ({state}): {_short(row['query'])}"
    if not running:
        yield "  no transaction has been open for longer than a second"
    for row in conn.execute(
        """
        SELECT relname, seq_tup_read, seq_scan, n_dead_tup FROM pg_stat_user_tables
        WHERE seq_scan > 0 ORDER BY seq_tup_read DESC LIMIT 5
        """
    ):
        yield (
            f"  {row['relname']:<34}{row['seq_tup_read']:>14,} rows read in {row['seq_scan']:,} scans of it whole;"
            f" {row['n_dead_tup']:,} rows are dead"
        )


def _by_time(conn: Connection[DictRow]) -> Iterator[str]:
    for row in conn.execute(
        """
        SELECT mean_exec_time, calls, total_exec_time, query FROM pg_stat_statements
        WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        ORDER BY total_exec_time DESC LIMIT %s
        """,
        (LISTED,),
    ):
        cost = (
            f"{row['total_exec_time'] / 1000:>9.1f} s in {row['calls']:>9,} calls of {row['mean_exec_time']:>8.2f} ms"
        )
        yield f"  {cost}: {_short(row['query'])}"


def _short(statement: str) -> str:
    text = " ".join(statement.split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
