"""What people take along: every product declares its tables with rows of an account.

Deleting an account needs no declaration: foreign keys delete those rows, or take the account out of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, LiteralString, cast
from uuid import UUID

from msgspec import Struct
from psycopg.errors import DataError
from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx
from kernel.errors import NotFound, Refused

ROWS: Final = 2000
"""Rows of a table in one answer."""
MOST_BYTES: Final = 4_000_000
"""Of rows in one answer: an answer of a function may have 6 MB."""


class Export(Struct, frozen=True):
    """A table with rows of an account.

    Attributes:
        key: the columns of the table's primary key.
        where: which rows of `t` belong to the account `%(account_id)s`.
        row: expression for a row as `jsonb`, without what is no one's business.
    """

    name: LiteralString
    key: tuple[LiteralString, ...]
    where: LiteralString = "t.account_id = %(account_id)s"
    row: LiteralString = "to_jsonb(t)"


class NoSuchExport(NotFound):
    """No product exports a table with this name."""

    code = "not_found"
    message = "Your data has no part called {table}."


class InvalidExportCursor(Refused):
    """No answer has named this place."""

    code = "invalid_cursor"
    message = "The cursor is none that an answer has given."


class AccountExport(Struct, frozen=True):
    """What is stored about an account, or as much of it as fits into one answer.

    Attributes:
        data: {product: {table: rows}}.
        more: {table: where the next answer begins} of tables with more rows.
    """

    data: Mapping[str, Mapping[str, Sequence[Any]]]
    more: Mapping[str, str]


def read(
    tx: Tx, account_id: UUID, exports: Mapping[str, Sequence[Export]], table: str | None = None, after: str = ""
) -> AccountExport:
    """Return what is stored about an account, in one round trip.

    Args:
        exports: {product: its tables}.
        table: the only one that is wanted; None for all.
        after: of that table, what an earlier answer named in `more`.

    Raises:
        NoSuchExport, InvalidExportCursor
    """
    wanted = {product: [each for each in tables if table in (None, each.name)] for product, tables in exports.items()}
    if not any(wanted.values()):
        raise NoSuchExport(table=table)
    asked = {
        product: {each.name: _list_rows(tx, each, account_id, _key_in(after)) for each in tables}
        for product, tables in wanted.items()
        if tables
    }
    data: dict[str, dict[str, list[Any]]] = {}
    more: dict[str, str] = {}
    room = MOST_BYTES
    for product, tables in asked.items():
        for name, cursor in tables.items():
            try:
                rows = cursor.fetchall()
            except DataError as error:  # what is in the cursor is no key of this table
                raise InvalidExportCursor from error
            page = data.setdefault(product, {}).setdefault(name, [])
            last = after
            for row in rows[:ROWS]:
                size = len(json.dumps(row["row"]))
                if size > room and room < MOST_BYTES:  # the first row of an answer is in it, even if it is larger
                    break
                room -= size
                page.append(row["row"])
                last = json.dumps(row["place"])
            if len(page) < len(rows):
                more[name] = last
    return AccountExport(data, more)


def _list_rows(tx: Tx, table: Export, account_id: UUID, after: Mapping[str, Any] | None) -> Cursor:
    """Return `row` and `place` of an account's rows in a table, one more than an answer has.

    They come in the order of the primary key, from behind a place, so that no page reads what others have: a sort of
    whole rows would write files, as many at once as someone asks for.
    """
    key: LiteralString = ", ".join(table.key)
    own: LiteralString = ", ".join("t." + column for column in table.key)
    place: LiteralString = ", ".join("'" + column + "', t." + column for column in table.key)
    begins: LiteralString = (
        ""
        if after is None
        else " AND (" + own + ") > (SELECT " + key + " FROM jsonb_populate_record(NULL::" + table.name + ", %(after)s))"
    )
    return tx.execute(
        "SELECT "
        + table.row
        + " AS row, jsonb_build_object("
        + place
        + ") AS place FROM (SELECT * FROM "
        + table.name
        + " t WHERE "
        + table.where
        + begins
        + " ORDER BY "
        + own
        + " LIMIT %(rows)s) AS t ORDER BY "
        + own,
        {"account_id": account_id, "after": Jsonb(after), "rows": ROWS + 1},
    )


def _key_in(cursor: str) -> Mapping[str, Any] | None:
    """Return the key in a cursor; None for the beginning."""
    if not cursor:
        return None
    try:
        found = json.loads(cursor)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InvalidExportCursor
    return cast("dict[str, Any]", found)
