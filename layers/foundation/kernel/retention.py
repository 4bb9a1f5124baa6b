"""Deleting what has expired, a part at a time: however much there is, no statement reaches its time limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, LiteralString

from kernel.database import Cursor, Tx

PART: Final = 1000
"""Rows that one statement deletes; even of the largest answers that we store, it takes a fraction of a second."""


def delete_part(tx: Tx, table: LiteralString, expired: LiteralString, params: Mapping[str, Any]) -> bool:
    """Delete some of a table's expired rows; return whether there may be more of them.

    Args:
        expired: SQL condition, with parameters by name.
    """
    # The condition stands there twice, so that a row that was renewed after it was chosen stays.
    query: LiteralString = (
        f"DELETE FROM {table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {table} WHERE {expired} LIMIT %(part)s))"
        f" AND {expired} RETURNING 1"
    )
    return was_full(tx.execute(query, {**params, "part": PART}))


def was_full(deleted: Cursor) -> bool:
    """Return whether a statement has deleted as many rows as one may.

    Args:
        deleted: returns a row for each of them.
    """
    return len(deleted.fetchall()) >= PART
