"""`python -m local.tools.worlds_replay`: makes the tables of Worlds anew from its log, and says what differs.

Works on the local game, which may be running or not, or on the database at DATABASE_URL, as the owner of its tables.
Who plays waits meanwhile. Nothing is changed without `--write`. On AWS, where only functions reach the database, invoke
Migrate with {"worlds_replay": "compare"}, or "write".
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import closing
from time import perf_counter
from typing import Final

import psycopg

from kernel.database import connect
from kernel.errors import TryAgain
from local.stack.postgres import PostgresError
from local.stack.running import FolderInUse
from local.tools.inspect.__main__ import NothingThere, database
from worlds.log.upcasting import UpcastingError
from worlds.rebuilding import running
from worlds.rebuilding.service import RebuildDifference, Rebuilt

PATIENCE_SECONDS: Final = 600


def main() -> int:
    options = _options()
    try:
        with database() as url, closing(connect(url, statement_seconds=PATIENCE_SECONDS)) as conn:
            began = perf_counter()
            rebuilt = running.run(conn, write=options.write)
            for line in _lines(rebuilt, perf_counter() - began, written=options.write):
                print(line)
    except TryAgain:
        print("Others were in the way. Nothing has changed: try again.", file=sys.stderr)
        return 1
    except (NothingThere, FolderInUse, PostgresError, UpcastingError, psycopg.Error) as error:
        print(error, file=sys.stderr)
        return 1
    return 1 if rebuilt.differences and not options.write else 0


def _lines(rebuilt: Rebuilt, seconds: float, *, written: bool) -> Iterator[str]:
    for each in rebuilt.differences:
        yield from _described(each)
    events = f"{rebuilt.events} events replayed in {seconds:.1f} s"
    if not rebuilt.differences:
        yield f"{events}: all tables are as the log says."
    elif written:
        yield f"{events}: the rows above are now as the log says."
    else:
        yield f'{events}: the rows above differ. ARGS="--write" makes them as the log says.'


def _described(difference: RebuildDifference) -> Iterator[str]:
    ids = ", ".join(f"{name} {value}" for name, value in difference.key.items())
    if difference.live is None:
        yield f"{difference.table}: missing: {ids}"
    elif difference.rebuilt is None:
        yield f"{difference.table}: not in the log: {ids}"
    else:
        yield f"{difference.table}: {ids}"
        for name, (live, rebuilt) in difference.columns.items():
            yield f"    {name}: {live!r}, by the log {rebuilt!r}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make worlds-replay",
        description="Makes the tables of Worlds anew from its log, and says what differs. Who plays waits meanwhile.",
    )
    parser.add_argument("--write", action="store_true", help="make what differs as the log says")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
