"""A Postgres that loses nothing when it is killed."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import psutil

from local.stack.postgres import Postgres


class DurableDatabase:
    """A durable Postgres that is started again when it dies, at the same address."""

    def __init__(self, home: Path) -> None:
        self._server = Postgres.start(home / "data", durable=True, settings={"max_connections": "200"})
        self._server.keep_running()
        self.url = self._server.create_database("brandish")

    def crash(self) -> None:
        os.kill(self._server.pid, signal.SIGKILL)

    def kill_a_child(self, rng: Random) -> str:
        """Kill one of the server's processes, after which it restarts all of them; returns what it was doing."""
        child = rng.choice(psutil.Process(self._server.pid).children())
        title = " ".join(child.cmdline()).removeprefix("postgres: ").partition(" ")[0]
        child.kill()
        return title

    def destroy(self) -> None:
        self._server.destroy()


@contextmanager
def durable_database() -> Iterator[DurableDatabase]:
    home = Path(tempfile.mkdtemp(prefix="brandish-durable-"))
    home.chmod(0o755)  # root lends the server another account
    made = DurableDatabase(home)
    try:
        yield made
    finally:
        made.destroy()
        shutil.rmtree(home)
