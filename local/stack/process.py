"""The local stack in its own process, for tests that need the real stack or kill it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final, Self

from local.stack.running import LOCAL_API_KEY

ROOT: Final = Path(__file__).resolve().parents[2]
START_SECONDS: Final = 300  # on a machine that has much else to do


class StackProcess:
    """`python -m local.stack` on a free port.

    Args:
        database_url: the stack migrates it and leaves it running.
        roles: log in as in AWS, see `Stack`.
        state: where the stack keeps its logs and what waits in its queues; None: a folder that is removed with it.
    """

    def __init__(
        self, database_url: str, api_key: str = LOCAL_API_KEY, state: Path | None = None, *, roles: bool = True
    ) -> None:
        self.api_key = api_key
        self.url = ""
        self._own_state = None if state else tempfile.TemporaryDirectory(prefix="brandish-")
        self.state = str(state or (self._own_state and self._own_state.name))
        self._environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "DATABASE_ROLES": "true" if roles else "",
            "API_KEY": api_key,
            "PORT": "0",
            "BRANDISH_STATE": self.state,
        }
        self._terminal = tempfile.TemporaryFile("w+b")  # noqa: SIM115, closed by __exit__
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Ready when this returns.

        Raises:
            RuntimeError: it ended, or took too long; the text is what it printed.
        """
        os.ftruncate(self._terminal.fileno(), 0)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "local.stack"],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=self._terminal,
            stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + START_SECONDS
        while not (ready := re.search(r"ready at (\S+)", self.output())):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"The stack did not start:\n{self.output()}")
            time.sleep(0.02)
        self.url = ready[1]
        self._environment["PORT"] = self.url.rpartition(":")[2]  # started again, it is where it was
        return self

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def output(self) -> str:
        """Everything printed so far."""
        return os.pread(self._terminal.fileno(), 10_000_000, 0).decode("utf-8", "replace")

    def stop(self) -> int:
        """What Ctrl-C does. Returns the exit status."""
        return self._end(signal.SIGINT)

    def kill(self) -> int:
        """What a crash does."""
        return self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(START_SECONDS)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self.stop()
        self._terminal.close()
        if self._own_state:
            self._own_state.cleanup()
