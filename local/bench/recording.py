"""Records the statements that a use case sends, as psycopg sends them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg._queries import PostgresQuery
from psycopg.adapt import Transformer

from community.players import service as players
from community.players.models import PlayerRef
from kernel.database import Connection, connect, reading, transaction
from kernel.statements import Cursor, Params, StatementQueue, Statements
from local.bench.actions import Action


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as sent.

    Attributes:
        text: with $1, $2, ... for the values.
        types: what psycopg declares each value to be; "" leaves it to the server.
    """

    text: str
    values: tuple[str | None, ...]
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recording:
    """Statements, in the groups that each took one round trip."""

    round_trips: tuple[tuple[Statement, ...], ...]
    new_values: dict[str, str]
    """The values of a newcomer that must be unique, {value: "id" or "name"}."""


class _Recorder(Statements):
    def __init__(self, conn: Connection) -> None:
        super().__init__(conn)
        self.round_trips: list[tuple[Statement, ...]] = []
        self._made: dict[Cursor, Statement] = {}

    def cursor(self, queue: StatementQueue, query: str, params: Params | None) -> Cursor:
        cursor = super().cursor(queue, query, params)
        sent = PostgresQuery(Transformer(self._conn))
        # %t for %s: psycopg would send many values in binary, and pgbench knows only text.
        sent.convert(re.sub(r"(%(\(\w+\))?)s", r"\1t", query).encode(), params)
        values = tuple(None if value is None else bytes(value).decode() for value in sent.params or ())
        types = tuple(_type_name(self._conn, oid) for oid in sent.types)
        self._made[cursor] = Statement(sent.query.decode(), values, types)
        return cursor

    def joined(self, queue: StatementQueue, parts: Sequence[Cursor]) -> Cursor:
        cursor = super().joined(queue, parts)
        made = [self._made.pop(part) for part in parts]
        self._made[cursor] = Statement(
            cursor.sql.decode(),
            tuple(value for each in made for value in each.values),
            tuple(type for each in made for type in each.types),
        )
        return cursor

    def exchange(self, cursors: Sequence[Cursor]) -> None:
        super().exchange(cursors)
        self.round_trips.append(tuple(self._made.pop(cursor) for cursor in cursors))


def record(database_url: str, action: Action, player: PlayerRef, other: PlayerRef) -> Recording:
    """Run and commit the action twice, and keep what the second run sent: the first one fills the caches."""
    with closing(connect(database_url)) as conn:
        recorder = conn.statements = _Recorder(conn)
        _run(conn, action, action.who(player), other)
        recorder.round_trips.clear()
        who = action.who(player)
        _run(conn, action, who, other)
    return Recording(tuple(recorder.round_trips), _new_values(database_url, who) if action.newcomer else {})


def _run(conn: Connection, action: Action, who: PlayerRef, other: PlayerRef) -> None:
    with transaction(conn) as tx:
        action.use_case(tx, who, other)


def _new_values(database_url: str, who: PlayerRef) -> dict[str, str]:
    with closing(connect(database_url)) as conn, reading(conn) as tx:
        created, _ = players.peek(tx, who)
    assert created is not None
    return {str(who.platform_id): "name", created.id.hex: "id", str(created.id): "id"}


def _type_name(conn: psycopg.Connection[Any], oid: int) -> str:
    info = conn.adapters.types.get(oid) if oid else None
    if info is None:
        return ""
    return f"{info.name}[]" if info.array_oid == oid else info.name
