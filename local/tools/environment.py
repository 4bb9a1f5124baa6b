"""A game of its own for tools that play requests: this process becomes the environment in which the functions run."""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any, Final

from community.preparation import prepare
from community.voting import cycle
from functions.shared.migrate.switches import SWITCHES
from kernel import connections, database
from kernel.database import Connection
from kernel.keys import service as keys
from kernel.migrations import migrate
from kernel.switches.administration import store as store_switches
from local.bench.requests import KEY
from local.stack.postgres import Postgres

MIGRATIONS: Final = Path(__file__).resolve().parents[2] / "migrations"


@contextmanager
def new_database() -> Generator[str]:
    """Yield the URL of an empty database with the current schema, on a server that ends with it."""
    with tempfile.TemporaryDirectory(prefix="brandish-") as folder:
        postgres = Postgres.start(Path(folder) / "postgres", durable=False)
        try:
            url = postgres.create_database("game")
            migrate(url, MIGRATIONS)
            yield url
        finally:
            postgres.destroy()


@contextmanager
def begun_game(database_url: str) -> Generator[Connection]:
    """Begin a game with known dice, and yield the connection that all functions in this process use."""
    database.system_rng = Random(1)
    with closing(database.connect(database_url)) as conn:
        connections._environment.connection = conn
        with database.transaction(conn) as tx:
            prepare(tx)
            store_switches(tx, SWITCHES)
            keys.store(tx, keys.digest(KEY), KEY, "admin")
        cycle.advance(conn)
        yield conn


def call(handler: str, event: dict[str, Any]) -> Mapping[str, Any]:
    """Call a function's handler, named as in the template."""
    return import_module(handler.removesuffix(".handler")).handler(event, None)
