"""What a use case really sends, as psycopg sends it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Self

import psycopg
from brandish.database import connect, transaction
from brandish.players.models import PlayerRef
from psycopg._queries import PostgresQuery
from psycopg.adapt import Transformer
from psycopg.rows import DictRow

from local.bench.actions import Action


@dataclass(frozen=True, slots=True)
class Statement:
    """
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
    """{value: "id" or "name"} of what a newcomer brings along and nobody may repeat."""


class _Recorder(psycopg.Cursor[DictRow]):
    log: list[list[Statement]]

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        super().execute(query, params, **options)
        sent = PostgresQuery(Transformer(self))
        # %t for %s: psycopg would send many values in binary, and pgbench knows only text.
        sent.convert(re.sub(r"(%(\(\w+\))?)s", r"\1t", query), params)
        values = tuple(None if value is None else bytes(value).decode() for value in sent.params or ())
        types = tuple(_type_name(self.connection, oid) for oid in sent.types)
        self.log[-1].append(Statement(sent.query.decode(), values, types))
        return self

    def fetchone(self) -> DictRow | None:
        self._note_wait()
        return super().fetchone()

    def fetchall(self) -> list[DictRow]:
        self._note_wait()
        return super().fetchall()

    def __iter__(self) -> Iterator[DictRow]:
        self._note_wait()
        return super().__iter__()

    def _note_wait(self) -> None:
        if self.log[-1]:
            self.log.append([])


def record(database_url: str, action: Action, player: PlayerRef, other: PlayerRef) -> Recording:
    """Perform the action once, for good, in a warm environment."""
    with closing(connect(database_url, cursor_factory=_Recorder)) as conn:
        for _ in range(2):  # the first one fills the caches
            _Recorder.log = [[]]
            who = action.who(player)
            with transaction(conn) as tx:
                result = action.use_case(tx, who, other)
        groups = tuple(tuple(group) for group in _Recorder.log if group)
        new_values: dict[str, str] = {}
        if action.newcomer:
            created, _ = result
            new_values = {str(who.platform_id): "name", created.id.hex: "id", str(created.id): "id"}
    return Recording(groups, new_values)


def _type_name(conn: psycopg.Connection[Any], oid: int) -> str:
    info = conn.adapters.types.get(oid) if oid else None
    if info is None:
        return ""
    return f"{info.name}[]" if info.array_oid == oid else info.name
