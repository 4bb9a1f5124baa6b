"""SQL on kernel.features."""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString

from kernel.database import Cursor, Tx

POSITIONS: LiteralString = """(
    SELECT coalesce(jsonb_object_agg(name, is_on) FILTER (WHERE is_on IS NOT NULL), '{}') FROM kernel.features
) AS positions"""
"""A column of a question that asks along: {name: whether it is on}, of the switches that administrators have set."""


def read_positions(tx: Tx) -> Cursor:
    """Return one row with `POSITIONS`."""
    return tx.execute("SELECT " + POSITIONS)


def list_all(tx: Tx) -> Cursor:
    """Return rows with `name`, `is_usually_on`, `is_on`, `changed_at` and `changed_by`; what is usually off first."""
    return tx.execute(
        """
        SELECT name, is_usually_on, is_on, changed_at, changed_by FROM kernel.features ORDER BY is_usually_on, name
        """
    )


def set_position(tx: Tx, name: str, on: bool, changed_by: str) -> Cursor:
    """Return a row with `is_usually_on`; none if there is no switch of this name."""
    return tx.execute(
        """
        UPDATE kernel.features SET is_on = %s, changed_at = %s, changed_by = %s WHERE name = %s
        RETURNING is_usually_on
        """,
        (on, tx.now, changed_by, name),
    )


def upsert(tx: Tx, names: Sequence[str], usual: Sequence[bool]) -> None:
    tx.execute(
        """
        INSERT INTO kernel.features (name, is_usually_on) SELECT * FROM unnest(%s::text[], %s::boolean[])
        ON CONFLICT (name) DO UPDATE SET is_usually_on = excluded.is_usually_on
        """,
        (list(names), list(usual)),
    )


def delete_others(tx: Tx, names: Sequence[str]) -> None:
    """Delete the switches that are not these, unless an administrator has set them."""
    tx.execute("DELETE FROM kernel.features WHERE name <> ALL (%s) AND is_on IS NULL", (list(names),))
