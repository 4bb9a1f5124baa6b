"""Which game runs on a folder of state: `make dev` says so here, and `make demo`, `make clean` and others ask.

Needs only the standard library, because `make clean` must work without an installation.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

FOLDER = Path(os.environ.get("BRANDISH_STATE") or ".local")
_FILE = "running.lock"


@dataclass(frozen=True)
class RunningGame:
    """A game that runs now.

    Attributes:
        url: empty while it starts.
    """

    folder: Path
    pid: int
    url: str

    def __str__(self) -> str:
        where = f" at {self.url}" if self.url else ""
        return f"Brandish already runs in {self.folder}{where} (pid {self.pid})"


class AlreadyRunning(Exception):
    """Another game runs on the folder; the message says what to do."""


class Marker:
    """The mark of a running game, which ends with its process in any way."""

    def __init__(self, file: int) -> None:
        self._file = file

    @classmethod
    def set(cls, folder: Path) -> Self:
        """Mark the folder as in use.

        Raises:
            AlreadyRunning
        """
        folder.mkdir(parents=True, exist_ok=True)
        file = os.open(folder / _FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                game = find(folder)
                if game is None:  # it was only another program that looked
                    continue
                os.close(file)
                raise AlreadyRunning(
                    f"{game}: use that one, or stop it with Ctrl-C. "
                    "For a second game beside it: BRANDISH_STATE=.local/second PORT=8081 make dev"
                ) from None
            marker = cls(file)
            marker.write("")
            return marker

    def write(self, url: str) -> None:
        """Say where the game can be reached."""
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, json.dumps({"pid": os.getpid(), "url": url}).encode(), 0)

    def remove(self) -> None:
        """The game has ended; the file stays, since another game may be waiting for its lock."""
        os.close(self._file)


def find(folder: Path) -> RunningGame | None:
    """Return the game that runs on this folder."""
    try:
        file = os.open(folder / _FILE, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        try:
            written = json.loads(os.pread(file, 4096, 0))
        except ValueError:  # in the moment in which it is written
            written = {"pid": 0, "url": ""}
        return RunningGame(folder, written["pid"], written["url"])
    else:
        return None
    finally:
        os.close(file)


def game_url() -> str:
    """Return where programs of this folder find the game: BASE_URL, else PORT, else the running one, else port 8080."""
    given = os.environ.get("BASE_URL")
    if given:
        return given
    port = os.environ.get("PORT")
    running = None if port else find(FOLDER)
    return running.url if running and running.url else f"http://127.0.0.1:{port or '8080'}"


def main() -> int:
    """Fail if a game runs in this checkout: `make clean` would delete its database."""
    local = Path(".local")
    for file in sorted({FOLDER / _FILE, local / _FILE, *local.glob(f"*/{_FILE}")}):
        game = find(file.parent)
        if game:
            print(f"{game}. Stop it first with Ctrl-C: this would delete its database.", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
