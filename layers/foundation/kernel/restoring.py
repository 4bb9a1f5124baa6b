"""After the database has been restored: no number of the time that was lost is handed out again.

The log is in the order of (transaction_id, position), and listeners remember where they were in it (ADR 14). A restored
database would count on from the numbers of the backup, so that a listener who was ahead of it would take new events for
old ones, and a message in a queue would mean another request than the one it was sent for.
"""

from __future__ import annotations

from typing import Final

from psycopg import sql

from kernel.database import Connection
from kernel.roles import SCHEMAS

TRANSACTIONS_PER_SECOND: Final = 200
"""More than a community's installation writes on average."""
LEAST_TRANSACTIONS: Final = 100_000
MOST_TRANSACTIONS: Final = 10_000_000
"""Some minutes of work for the smallest database, and half a percent of what its counter has for a round."""
IDS_SKIPPED: Final = 1_000_000

_BATCH: Final = 20_000
"""One statement, which may take ten seconds."""


def skip_what_was_handed_out(conn: Connection) -> int:
    """Count on from beyond all that can have been handed out since the backup; return how many transactions that is.

    Args:
        conn: of the owner, in autocommit: each transaction id that is skipped is a transaction.
    """
    transactions = _transactions_since_backup(conn)
    conn.execute("SET synchronous_commit = off")  # nothing is written, so nothing can be lost
    for first in range(0, transactions, _BATCH):
        batch = sql.Literal(min(_BATCH, transactions - first))
        conn.execute(
            sql.SQL("DO $$ BEGIN FOR i IN 1..{} LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$").format(
                batch
            )
        )
    conn.execute("RESET synchronous_commit")
    conn.execute(
        """
        SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass,
                      least(coalesce(last_value, start_value) + %s, max_value))
        FROM pg_sequences WHERE schemaname = ANY (%s) AND NOT cycle
        """,
        (IDS_SKIPPED, list(SCHEMAS)),
    )
    return transactions


def _transactions_since_backup(conn: Connection) -> int:
    """Return how many transactions there can have been since the last one that the restored log knows."""
    row = conn.execute(
        "SELECT coalesce(extract(epoch FROM now() - max(created_at)), 0)::float AS seconds FROM events"
    ).fetchone()
    seconds: float = row["seconds"] if row else 0
    return int(min(max(seconds * TRANSACTIONS_PER_SECOND, LEAST_TRANSACTIONS), MOST_TRANSACTIONS))
