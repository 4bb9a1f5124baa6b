"""SQL on import_batches and import_entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

from community.deliveries.pending_deliveries import SEND
from community.imports.platforms import UNIQUE_NAMES
from community.players.name_key import NAME_KEY
from kernel.database import Cursor, Tx, declare_race
from kernel.naming import person_key

if TYPE_CHECKING:
    from community.imports.models import ImportBatch, ImportEntry, PointsRow
    from community.players.models import Link

declare_race("import_batches_once_per_file")

SOURCE = "import"
"""The source of the deliveries that carry imported money."""

_WITH_ID: LiteralString = (
    "JOIN user_platform_links l ON l.platform = e.platform AND l.platform_user_id = e.platform_user_id"
    " WHERE e.platform_user_id <> ''"
)
_WITH_NAME: LiteralString = (
    "JOIN user_platform_links l ON l.platform = e.platform AND " + NAME_KEY + " = e.name_key"
    " WHERE e.platform_user_id = ''"
)


def list_matches(tx: Tx, platform: str, rows: Sequence[PointsRow]) -> Cursor:
    """Return `line`, `players`, `platform_id`, `username` and `money` of the lines whose account is known."""
    return tx.execute(
        """
        WITH e AS (
            SELECT %s AS platform, line, platform_user_id, name_key
            FROM unnest(%s::int[], %s::text[], %s::text[]) AS given (line, platform_user_id, name_key)
        ), found AS (
            SELECT e.line, l.user_id, l.platform_user_id, l.username FROM e """
        + _WITH_ID
        + """ UNION ALL SELECT e.line, l.user_id, l.platform_user_id, l.username FROM e """
        + _WITH_NAME
        + """)
        SELECT line, count(*) AS players, min(platform_user_id) AS platform_id, min(username) AS username,
               coalesce(min(i.money), 0) AS money
        FROM found LEFT JOIN user_inventory i USING (user_id) GROUP BY line
        """,
        (
            platform,
            [row.line for row in rows],
            [row.platform_id for row in rows],
            [person_key(row.username) for row in rows],
        ),
    )


def find_imported(tx: Tx, platform: str, file_hash: str) -> Cursor:
    """Find the import of a file that is not undone: `batch_id`."""
    return tx.execute(
        "SELECT batch_id FROM import_batches WHERE platform = %s AND file_hash = %s AND undone_at IS NULL",
        (platform, file_hash),
    )


def insert_batch(tx: Tx, batch: ImportBatch, file_hash: str) -> None:
    tx.execute(
        """
        INSERT INTO import_batches (batch_id, platform, format, file_hash, rate, imported_by, imported_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s)
        """,
        (batch.batch_id, batch.platform, batch.format, file_hash, batch.rate, batch.imported_by, batch.imported_at),
    )


def insert_entries(tx: Tx, batch: ImportBatch, entries: Sequence[ImportEntry]) -> None:
    tx.execute(
        """
        INSERT INTO import_entries (entry_id, batch_id, line, platform, platform_user_id, username, name_key, amount)
        SELECT gen_random_uuid(), %s, line, %s, platform_user_id, username, name_key, amount
        FROM unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::bigint[])
            AS given (line, platform_user_id, username, name_key, amount)
        """,
        (
            batch.batch_id,
            batch.platform,
            [entry.row.line for entry in entries],
            [entry.row.platform_id for entry in entries],
            [entry.row.username for entry in entries],
            [person_key(entry.row.username) for entry in entries],
            [entry.amount for entry in entries],
        ),
    )


def lock_new_accounts(tx: Tx) -> None:
    """Wait for the transactions that are adding accounts or deleting players, and let no other begin.

    An account is thus either there when a batch looks for its accounts, or finds the batch when it is added; and a
    player who is merged or forgotten has what the batch brings by then, or is gone before.
    """
    tx.execute("LOCK TABLE user_platform_links IN SHARE MODE")


# For `events.announce_each`: what is credited becomes a delivery, and its entry the payload.
CREDITED_PAYLOADS: LiteralString = """
    SELECT jsonb_agg(jsonb_build_object('user_id', user_id, 'batch_id', batch_id, 'amount', amount) ORDER BY line)
    FROM credited
"""
_SENT: LiteralString = (
    """), sent AS ("""
    + SEND
    + """
    SELECT entry_id, user_id, %s, jsonb_build_array(jsonb_build_array(%s::int, amount, 'COMMON')), %s, %s FROM credited
)
"""
)
CREDIT_ACCOUNT: LiteralString = (
    """
credited AS (
    UPDATE import_entries SET user_id = %s, credited_at = %s
    WHERE credited_at IS NULL AND entry_id = ANY (ARRAY(
        SELECT entry_id FROM import_entries
        WHERE credited_at IS NULL AND platform = %s AND platform_user_id = %s
        UNION ALL
        SELECT entry_id FROM import_entries
        WHERE credited_at IS NULL AND platform = %s AND platform_user_id = '' AND name_key = %s
    ))
    RETURNING entry_id, batch_id, line, amount, user_id
"""
    + _SENT
)
"""Credits what waits for an account that has just become a player's: two look-ups in one index. With OR for UNION ALL,
Postgres might look up the platform only, and read all that waits there."""
CREDIT_KNOWN: LiteralString = (
    """
found AS (
    SELECT e.entry_id, l.user_id FROM import_entries e """
    + _WITH_ID
    + """ AND e.batch_id = %s
    UNION ALL SELECT e.entry_id, l.user_id FROM import_entries e """
    + _WITH_NAME
    + """ AND e.batch_id = %s
), credited AS (
    UPDATE import_entries e SET user_id = known.user_id, credited_at = %s
    FROM (SELECT entry_id, min(user_id::text)::uuid AS user_id FROM found GROUP BY entry_id HAVING count(*) = 1) known
    WHERE e.entry_id = known.entry_id
    RETURNING e.entry_id, e.batch_id, e.line, e.amount, e.user_id
"""
    + _SENT
)
"""Credits the entries of a batch whose accounts are known."""


def crediting_account(user_id: UUID, platform: str, link: Link, money_id: int, now: datetime) -> tuple[Any, ...]:
    """Return the parameters of `CREDIT_ACCOUNT`."""
    # Imports of earlier versions may wait for a name that anyone can take: no row waits for the key "".
    name_key = person_key(link.username) if platform in UNIQUE_NAMES else ""
    account = platform, link.platform_id, platform, name_key
    return (user_id, now, *account, SOURCE, money_id, now, now)


def crediting_known(batch_id: UUID, money_id: int, now: datetime) -> tuple[Any, ...]:
    """Return the parameters of `CREDIT_KNOWN`."""
    return (batch_id, batch_id, now, SOURCE, money_id, now, now)


_BATCH: LiteralString = """
    SELECT b.batch_id, b.platform, b.format, b.rate, b.imported_by, b.imported_at, b.undone_at,
           count(e.entry_id) FILTER (WHERE e.user_id IS NULL) AS waiting,
           coalesce(sum(e.amount) FILTER (WHERE e.user_id IS NULL), 0)::bigint AS waiting_money,
           count(e.user_id) AS credited,
           coalesce(sum(e.amount) FILTER (WHERE e.user_id IS NOT NULL), 0)::bigint AS credited_money,
           coalesce(sum(e.taken_back), 0)::bigint AS taken_back_money
    FROM import_batches b LEFT JOIN import_entries e USING (batch_id)
"""


def find_batch(tx: Tx, batch_id: UUID) -> Cursor:
    return tx.execute(_BATCH + "WHERE b.batch_id = %s GROUP BY b.batch_id", (batch_id,))


def list_batches(tx: Tx, limit: int) -> Cursor:
    """List imports, the latest first."""
    return tx.execute(_BATCH + "GROUP BY b.batch_id ORDER BY b.imported_at DESC, b.batch_id LIMIT %s", (limit,))


def lock_batch(tx: Tx, batch_id: UUID) -> Cursor:
    """Lock an import against being undone twice at once; returns its row, if there is one."""
    return tx.execute("SELECT undone_at FROM import_batches WHERE batch_id = %s FOR UPDATE", (batch_id,))


def mark_undone(tx: Tx, batch_id: UUID) -> None:
    tx.execute("UPDATE import_batches SET undone_at = %s WHERE batch_id = %s", (tx.now, batch_id))


def delete_waiting(tx: Tx, batch_id: UUID) -> Cursor:
    """Delete what waits for a first line. Returns a row for each."""
    return tx.execute("DELETE FROM import_entries WHERE batch_id = %s AND user_id IS NULL RETURNING 1", (batch_id,))


def list_to_take_back(tx: Tx, batch_id: UUID, players: int) -> Cursor:
    """List what players have got from a batch and still have to give back: `user_id`, `entry_ids`, `amounts`."""
    return tx.execute(
        """
        SELECT user_id, array_agg(entry_id ORDER BY line) AS entry_ids, array_agg(amount ORDER BY line) AS amounts
        FROM import_entries WHERE batch_id = %s AND user_id IS NOT NULL AND taken_back IS NULL
        GROUP BY user_id ORDER BY user_id LIMIT %s
        """,
        (batch_id, players),
    )


def count_to_take_back(tx: Tx, batch_id: UUID) -> Cursor:
    """Return one row with `remaining`."""
    return tx.execute(
        """
        SELECT count(*) AS remaining FROM import_entries
        WHERE batch_id = %s AND user_id IS NOT NULL AND taken_back IS NULL
        """,
        (batch_id,),
    )


def mark_taken_back(tx: Tx, taken: Mapping[UUID, int]) -> None:
    """Store {entry id: how much was taken back}."""
    tx.execute(
        """
        UPDATE import_entries e SET taken_back = given.amount
        FROM unnest(%s::uuid[], %s::bigint[]) AS given (entry_id, amount) WHERE e.entry_id = given.entry_id
        """,
        (list(taken), list(taken.values())),
    )


def move_entries(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    tx.execute("UPDATE import_entries SET user_id = %s WHERE user_id = %s", (to_id, from_id))
