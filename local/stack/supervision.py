"""Keeps what must run for as long as the stack does: what crashes is logged and started again, after growing pauses."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

T = TypeVar("T")

log = logging.getLogger("local.stack.supervision")

FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 10.0
STEADY_SECONDS: Final = 30.0
"""After running for this long, the next crash counts as the first one."""


class Ended(Exception):
    """A process has ended; the message says how."""


async def keep_running(name: str, work: Callable[[], Awaitable[T]]) -> T:
    """Run `work` until it returns, or this is cancelled; start it again whenever it raises.

    Args:
        name: begins a sentence in the log.
    """
    restarts = _Restarts(name)
    while True:
        try:
            return await work()
        except Exception as error:
            pause = restarts.after(error)
        await asyncio.sleep(pause)


class SupervisedThread(threading.Thread):
    """A thread that runs `work` until it returns, or `stop` was called; starts it again whenever it raises."""

    def __init__(self, name: str, work: Callable[[], object]) -> None:
        super().__init__(name=name, daemon=True)
        self._work = work
        self._stopping = threading.Event()

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def stop(self) -> None:
        """Start the work no more. It must be ended by other means."""
        self._stopping.set()

    def run(self) -> None:
        restarts = _Restarts(self.name)
        while not self.stopping:
            try:
                self._work()
            except BaseException as error:  # a thread has nothing above it that could handle SystemExit
                if not self.stopping:
                    self._stopping.wait(restarts.after(error))
            else:
                return


class _Restarts:
    """Logs the crashes of one piece of work, and paces its restarts."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._pause = FIRST_PAUSE
        self._started = time.monotonic()

    def after(self, error: BaseException) -> float:
        """Return the seconds to wait before the work is started again."""
        now = time.monotonic()
        if now - self._started >= STEADY_SECONDS:
            self._pause = FIRST_PAUSE
        pause, self._pause = self._pause, min(self._pause * 2, LONGEST_PAUSE)
        self._started = now + pause
        what = str(error) if isinstance(error, Ended) else f"crashed: {type(error).__name__}: {error}"
        trace = None if isinstance(error, Ended) else error
        log.warning("%s %s; starting it again in %.3g s", self._name, what, pause, exc_info=trace)
        return pause
