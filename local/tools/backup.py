"""`make backup` and `make restore`: the local game in one file, and back.

A backup has what makes up a game: the database, what waits in queues and for its time, what DynamoDB knows of
deliveries, and the keys of the tokens of those who are signed in. docs/operating.md says how to use it, and what takes
its place on AWS.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sqlite3
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psycopg

from kernel.database import connect
from kernel.events.waking import LOCK
from kernel.restoring import skip_what_was_handed_out
from local.stack import running
from local.stack.postgres import Postgres, PostgresError, find_data, find_running
from local.stack.postgres.copies import check, copy_running
from local.stack.running import FOLDER, FolderInUse, Marker

DATABASE: Final = "brandish"
BACKUPS: Final = Path("backups")
"""Outside the folder of the game, which `make clean` removes."""
MANIFEST: Final = "manifest.json"
POSTGRES: Final = "postgres"
QUEUES: Final = "queues"


class Refusal(Exception):
    """There is no backup or no restore; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says about itself.

    Attributes:
        made_at: everything up to then is in it.
        files: the SHA-256 of each file beside the database, which brings its own list.
    """

    made_at: str
    migration: str
    files: dict[str, str]


def main() -> int:
    options = _options()
    try:
        options.run(options)
    except (Refusal, FolderInUse, PostgresError, OSError, tarfile.TarError, psycopg.Error) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


# ---------------------------------------------------------------------------------------------------------- Backup


def back_up(options: argparse.Namespace) -> None:
    """Write the game into a file, check it, and print its name."""
    BACKUPS.mkdir(exist_ok=True)
    file = BACKUPS / f"brandish-{datetime.now(UTC):%Y%m%d-%H%M%S}.tar.gz"
    with _server() as url, tempfile.TemporaryDirectory(prefix="unfinished-", dir=BACKUPS) as name:
        copy = Path(name)
        made = _copy_game(url, copy)
        (copy / MANIFEST).write_text(json.dumps(asdict(made), indent=2), encoding="utf-8")
        unfinished = copy / "whole.tar.gz"
        with tarfile.open(unfinished, "w:gz", compresslevel=3) as archive:
            for part in (MANIFEST, running.account_keys_file(FOLDER).name, QUEUES, POSTGRES):
                if (copy / part).exists():
                    archive.add(copy / part, part)
        unpacked = copy / "unpacked"
        _unpack(unfinished, unpacked)
        unfinished.rename(file)
    print(f"The game as of {made.made_at} is in {file}, unpacked once and checked.")
    print(f"Back to it, once the game is stopped: make restore FILE={file}")


@contextmanager
def _server() -> Iterator[str]:
    """Yield the URL of the game's database, of which the server may be running or not."""
    url = find_running(FOLDER / POSTGRES, DATABASE)
    if url is not None:
        yield url
        return
    game = running.find(FOLDER)
    if game is not None:
        raise Refusal(f"{game}, with a database of its own (DATABASE_URL): back that up with its own tools.")
    nothing = Refusal(f"There is no game in {FOLDER} yet: make dev starts one.")
    if not (find_data(FOLDER / POSTGRES) / "PG_VERSION").exists():
        raise nothing
    marker = Marker.set(FOLDER)
    try:
        with Postgres.start(FOLDER / POSTGRES, durable=True) as server:
            if not server.has_database(DATABASE):  # as after `make reset`
                raise nothing
            yield server.url(DATABASE)
    finally:
        marker.remove()


def _copy_game(url: str, copy: Path) -> Manifest:
    """Copy the parts of a game that may be running, so that they fit together; return the manifest.

    Only the relay takes events from the log to the queues, and only one at a time, by a lock: while we hold it, nothing
    gets lost in between. What leaves a queue meanwhile is in the copy, and its effects are in the database: when it
    is delivered once more, that changes nothing. So the queues come first and the database, as it is at the end, last.
    """
    with psycopg.connect(url, autocommit=True) as conn:
        # As in kernel.exclusive. A relay that is at work ends within a minute.
        conn.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [LOCK])
        row = conn.execute("SELECT now(), max(name) FROM schema_migrations").fetchone()
        (copy / QUEUES).mkdir()
        for source in sorted((FOLDER / QUEUES).glob("own.db")):
            with (
                closing(sqlite3.connect(source)) as queued,
                closing(sqlite3.connect(copy / QUEUES / source.name)) as copied,
            ):
                queued.backup(copied)
        for source in sorted((FOLDER / QUEUES).glob("own.tables")):  # only ever appended to
            shutil.copyfile(source, copy / QUEUES / source.name)
        keys = running.account_keys_file(FOLDER)
        if keys.is_file():
            shutil.copy(keys, copy / keys.name)
        copy_running(url, copy / POSTGRES)
    assert row is not None
    beside = {f"{file.relative_to(copy)}": _sha256(file) for file in _files_beside(copy)}
    return Manifest(f"{row[0]:%Y-%m-%d %H:%M:%S} UTC", row[1], beside)


# --------------------------------------------------------------------------------------------------------- Restore


def restore(options: argparse.Namespace) -> None:
    """Put the game of a backup in the place of the one that is there, which is kept."""
    file: Path = options.file
    if not file.is_file():
        raise Refusal(f"There is no file {file}: make restore FILE=backups/brandish-....tar.gz")
    marker = Marker.set(FOLDER)  # no game may run here now, nor start
    try:
        with tempfile.TemporaryDirectory(prefix="unfinished-", dir=FOLDER) as name:
            unpacked = Path(name) / "unpacked"
            made = _unpack(file, unpacked)
            earlier = [place for place in _places() if place.exists()]
            if earlier and not (options.replace or _agreed()):
                raise Refusal(f"Nothing was changed. Without a question: make restore FILE={file} ARGS=--replace")
            if earlier:
                print(f"The game that was here is kept in {_keep(earlier)}")
            _put_in_place(unpacked)
        with (
            Postgres.start(FOLDER / POSTGRES, durable=True) as server,
            closing(connect(server.url(DATABASE))) as conn,
        ):
            skip_what_was_handed_out(conn)
    finally:
        marker.remove()
    print(f"The game is as it was at {made.made_at} (its newest migration is {made.migration}). Start it: make dev")


def _unpack(file: Path, target: Path) -> Manifest:
    """Unpack a backup into a new directory and compare everything with its checksums.

    Raises:
        Refusal, PostgresError: it is not whole.
    """
    target.mkdir()
    try:
        with tarfile.open(file, "r:gz") as archive:
            archive.extractall(target, filter="data")
        made = Manifest(**json.loads((target / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, EOFError, ValueError, TypeError, tarfile.TarError) as error:
        raise Refusal(f"{file} is no backup, or is not whole: {error}") from error
    found = {f"{each.relative_to(target)}": _sha256(each) for each in _files_beside(target)}
    if found != made.files:
        raise Refusal(f"{file} is not whole: a file differs from its checksum.")
    check(target / POSTGRES)
    return made


def _places() -> list[Path]:
    """The files and folders of the game that is here, which may not all exist."""
    queues = sorted((FOLDER / QUEUES).glob("own.*"))
    return [find_data(FOLDER / POSTGRES), *queues, running.account_keys_file(FOLDER)]


def _agreed() -> bool:
    if not sys.stdin.isatty():
        print(f"There is a game in {FOLDER}.", file=sys.stderr)
        return False
    return input(f"There is a game in {FOLDER}. Put the backup in its place, and keep it aside? [y/N] ").lower() == "y"


def _keep(places: list[Path]) -> Path:
    kept = FOLDER / f"before-restore-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    kept.mkdir()
    for place in places:
        shutil.move(place, kept / place.name)
    return kept


def _put_in_place(unpacked: Path) -> None:
    (FOLDER / QUEUES).mkdir(exist_ok=True)
    for file in _files_beside(unpacked):
        shutil.move(file, FOLDER / file.relative_to(unpacked))
    data = find_data(FOLDER / POSTGRES)
    (unpacked / POSTGRES).chmod(0o700)  # as the server insists
    shutil.move(unpacked / POSTGRES, data)  # the last: only with it is there a game


def _files_beside(folder: Path) -> list[Path]:
    """Everything of a backup that is neither the database nor its manifest."""
    files = [*folder.glob("*"), *(folder / QUEUES).glob("*")]
    return sorted(file for file in files if file.is_file() and file.name != MANIFEST)


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make", description="Writes the local game into a file, or restores it.")
    commands = parser.add_subparsers(required=True)
    backup = commands.add_parser("backup", help="write the game into a file; it may be running")
    backup.set_defaults(run=back_up)
    back = commands.add_parser("restore", help="put a backup in the place of the game, which must be stopped")
    back.add_argument("file", type=Path)
    back.add_argument("--replace", action="store_true", help="do not ask; the earlier game is kept aside all the same")
    back.set_defaults(run=restore)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
