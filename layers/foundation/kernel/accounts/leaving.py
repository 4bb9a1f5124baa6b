"""What people take along: every product declares its tables with rows of an account.

Deleting an account needs no declaration: foreign keys delete those rows, or take the account out of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString
from uuid import UUID

from kernel.database import Cursor, Tx
from kernel.errors import NotFound

ROWS: Final = 2000
"""Rows of a table in one answer."""
MOST_BYTES: Final = 4_000_000
"""Of rows in one answer: an answer of a function may have 6 MB."""


@dataclass(frozen=True, slots=True)
class Export:
    """A table with rows of an account.

    Attributes:
        where: which rows of `t` belong to the account `%(account_id)s`.
        row: expression for a row as `jsonb`, without what is no one's business.
    """

    name: LiteralString
    where: LiteralString = "t.account_id = %(account_id)s"
    row: LiteralString = "to_jsonb(t)"


class NoSuchExport(NotFound):
    """No product exports a table with this name."""

    code = "not_found"
    message = "Your data has no part called {table}."


@dataclass(frozen=True, slots=True)
class AccountExport:
    """What is stored about an account, or as much of it as fits into one answer.

    Attributes:
        data: {product: {table: rows}}.
        more: {table: how many rows to skip} of tables with more rows.
    """

    data: Mapping[str, Mapping[str, Sequence[Any]]]
    more: Mapping[str, int]


def read(
    tx: Tx, account_id: UUID, exports: Mapping[str, Sequence[Export]], table: str | None = None, skip: int = 0
) -> AccountExport:
    """Return what is stored about an account, in one round trip.

    Args:
        exports: {product: its tables}.
        table: the only one that is wanted; None for all.
        skip: how many of its rows were in earlier answers.

    Raises:
        NoSuchExport
    """
    wanted = {product: [each for each in tables if table in (None, each.name)] for product, tables in exports.items()}
    if not any(wanted.values()):
        raise NoSuchExport(table=table)
    asked = {
        product: {each.name: _list_rows(tx, each, account_id, skip) for each in tables}
        for product, tables in wanted.items()
        if tables
    }
    data: dict[str, dict[str, list[Any]]] = {}
    more: dict[str, int] = {}
    room = MOST_BYTES
    for product, tables in asked.items():
        for name, cursor in tables.items():
            rows = [row["row"] for row in cursor.fetchall()]
            page = data.setdefault(product, {}).setdefault(name, [])
            for row in rows[:ROWS]:
                size = len(json.dumps(row))
                if size > room and room < MOST_BYTES:  # the first row of an answer is in it, even if it is larger
                    break
                room -= size
                page.append(row)
            if len(page) < len(rows):
                more[name] = skip + len(page)
    return AccountExport(data, more)


def _list_rows(tx: Tx, table: Export, account_id: UUID, skip: int) -> Cursor:
    """Return the `row` of an account's rows in a table, one more than an answer has."""
    return tx.execute(
        "SELECT "
        + table.row
        + " AS row FROM "
        + table.name
        + " t WHERE "
        + table.where
        # In any order that stays the same from answer to answer.
        + " ORDER BY to_jsonb(t)::text OFFSET %(skip)s LIMIT %(rows)s",
        {"account_id": account_id, "skip": skip, "rows": ROWS + 1},
    )
