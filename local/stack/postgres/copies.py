"""Copies of a server's data, made while it runs: for `make backup` and `make restore`.

A copy of the files, not a dump: it keeps the ids of transactions, which the order of the log depends on (ADR 14).
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from local.stack.postgres.binaries import find_binaries, major_version
from local.stack.postgres.errors import PostgresError


def copy_running(url: str, target: Path) -> None:
    """Write a checked copy of the data of the server at this address into a new directory.

    It holds what was committed when the copy ends.

    Raises:
        PostgresError: it could not be made, or is not whole.
    """
    host = parse_qs(urlsplit(url).query)
    place = ["-h", host["host"][0], "-p", host["port"][0], "-U", "postgres", "--no-password"]
    _run("pg_basebackup", *place, "--checkpoint=fast", "--wal-method=stream", "-D", f"{target}")
    check(target)


def check(data_dir: Path) -> None:
    """Compare every file of a copy with the checksum that was noted when it was made.

    Raises:
        PostgresError: it is not whole, or of another version of Postgres than the one that would run it.
    """
    written_by, ours = (data_dir / "PG_VERSION").read_text().strip(), major_version(find_binaries())
    if written_by != f"{ours}":
        raise PostgresError(f"This is a copy of PostgreSQL {written_by}, and here is {ours}: point PGBIN at the other")
    _run("pg_verifybackup", "--quiet", f"{data_dir}")


def _run(program: str, *arguments: str) -> None:
    path = find_binaries() / program
    if not os.access(path, os.X_OK):
        raise PostgresError(f"{path} is missing: install PostgreSQL's client programs")
    ended = subprocess.run(
        [path, *arguments],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        stdin=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"},
    )
    if ended.returncode:
        raise PostgresError(f"{program} failed: {ended.stderr.strip() or f'status {ended.returncode}'}")
