"""Counting what an action costs: how often somebody at the database has to be waited for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from kernel.database import Connection, connect
from local.tools.postgres_proxy import PostgresProxy


@contextmanager
def counted(database_url: str) -> Iterator[tuple[Connection, PostgresProxy]]:
    """A connection and the wire it goes through."""
    with PostgresProxy(database_url) as wire, closing(connect(wire.url)) as conn:
        yield conn, wire
