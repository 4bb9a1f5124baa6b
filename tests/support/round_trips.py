"""Counting the database round trips of an action."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from kernel.database import Connection, connect
from local.tools.postgres_proxy import PostgresProxy


@contextmanager
def counted(database_url: str) -> Iterator[tuple[Connection, PostgresProxy]]:
    """A connection and the proxy that counts its round trips."""
    with PostgresProxy(database_url) as wire, closing(connect(wire.url)) as conn:
        yield conn, wire
