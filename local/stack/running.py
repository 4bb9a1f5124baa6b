"""Which game runs on a folder of state: `make dev` says so here, and `make demo`, `make clean` and others ask.

Needs only the standard library, because `make clean` must work without an installation.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from local.stack import file_lock

FOLDER = Path(os.environ.get("BRANDISH_STATE") or ".local")
_FILE = "running.lock"
LOCAL_API_KEY = "test-api-key"
"""Lets in on one's own machine, unless API_KEY names another key."""


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


class FolderInUse(Exception):
    """Another game runs on the folder; the message says what to do."""


class Marker:
    """The mark of a running game, which ends with its process in any way."""

    def __init__(self, lock: int) -> None:
        self._lock = lock

    @classmethod
    def set(cls, folder: Path) -> Self:
        """Mark the folder as in use.

        Raises:
            FolderInUse
        """
        folder.mkdir(parents=True, exist_ok=True)
        while (lock := file_lock.acquire(folder / _FILE)) is None:
            game = find(folder)
            if game is not None:  # otherwise it was only another program that looked
                raise FolderInUse(
                    f"{game}: use that one, or stop it with Ctrl-C. "
                    "For a second game beside it: BRANDISH_STATE=.local/second PORT=8081 make dev"
                )
        marker = cls(lock)
        marker.write("")
        return marker

    def write(self, url: str) -> None:
        """Say where the game can be reached."""
        file_lock.write(self._lock, json.dumps({"pid": os.getpid(), "url": url}))

    def remove(self) -> None:
        """The game has ended; the file stays, since another game may be waiting for its lock."""
        os.close(self._lock)


def find(folder: Path) -> RunningGame | None:
    """Return the game that runs on this folder."""
    file = folder / _FILE
    if not file.is_file():
        return None
    lock = file_lock.acquire(file)
    if lock is not None:
        os.close(lock)
        return None
    try:
        written = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:  # in the moment in which it is written
        written = {"pid": 0, "url": ""}
    return RunningGame(folder, written["pid"], written["url"])


def api_key() -> str:
    """Return the key for the running game: API_KEY, or the one that a local game has."""
    return os.environ.get("API_KEY") or LOCAL_API_KEY


def account_keys_file(folder: Path) -> Path:
    return folder / "account-keys"


def account_keys(folder: Path) -> str:
    """Return the keys of the tokens of people who are signed in: ACCOUNT_KEYS, or those that the folder keeps.

    They are made at the first start, so that everyone stays signed in over a restart.
    """
    given = os.environ.get("ACCOUNT_KEYS")
    if given:
        return given
    file = account_keys_file(folder)
    if not file.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(f"{secrets.token_urlsafe(48)}\n", encoding="utf-8")
    return file.read_text(encoding="utf-8").strip()


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
