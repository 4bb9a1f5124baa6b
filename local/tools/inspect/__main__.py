"""`python -m local.tools.inspect`: what is in the database; `player alice` for everything about one person.

Reads the local game, which may be running or not, or the database at DATABASE_URL.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Final

import psycopg

from community.players.models import PLATFORMS
from kernel.database import Connection, connect
from kernel.errors import DomainError
from local.stack.postgres import Postgres, PostgresError, find_data, find_running
from local.stack.running import FOLDER, FolderInUse, Marker
from local.tools.inspect.overview import overview
from local.tools.inspect.person import person
from local.tools.inspect.slow import slow_statements

DATABASE: Final = "brandish"
PATIENCE_SECONDS: Final = 60


class NothingThere(Exception):
    """There is no database to look at; the text says what to do."""


def main() -> int:
    options = _options()
    try:
        with database() as url, closing(connect(url, statement_seconds=PATIENCE_SECONDS)) as conn:
            conn.execute("SET default_transaction_read_only = on")
            for line in _lines(conn, options):
                print(line)
    except BrokenPipeError:
        # The reader is gone, as in `make inspect | head`; otherwise Python would complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (NothingThere, DomainError, FolderInUse, PostgresError, psycopg.Error) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _lines(conn: Connection, options: argparse.Namespace) -> Iterator[str]:
    if options.what == "player":
        yield from person(conn, options.name, options.platform)
    else:
        yield from overview(conn)
        yield from slow_statements(conn)


@contextmanager
def database() -> Iterator[str]:
    """Yield the URL of the database.

    Raises:
        NothingThere, FolderInUse, PostgresError
    """
    url = os.environ.get("DATABASE_URL") or find_running(FOLDER / "postgres", DATABASE)
    if url:
        yield url
        return
    nothing = NothingThere(f"There is no game in {FOLDER} yet: make dev starts one.")
    if not (find_data(FOLDER / "postgres") / "PG_VERSION").exists():
        raise nothing
    marker = Marker.set(FOLDER)
    try:
        with Postgres.start(FOLDER / "postgres", durable=True) as server:
            if not server.has_database(DATABASE):  # as after `make reset`
                raise nothing
            yield server.url(DATABASE)
    finally:
        marker.remove()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make inspect", description="Says what is in the database. It only reads.")
    parts = parser.add_subparsers(dest="what", title="parts; without one, an overview")
    player = parts.add_parser("player", help="everything about one person")
    player.add_argument("name", help="what they are called")
    player.add_argument("--platform", choices=PLATFORMS, help="where they are called so; anywhere when left out")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
