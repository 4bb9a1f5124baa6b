"""Waiting for what happens elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Protocol


class MayFail(Protocol):
    @property
    def failure(self) -> BaseException | None: ...


def wait_for_failure(threads: Iterable[MayFail], seconds: float) -> None:
    """Let threads work for so long; the first failure is raised at once."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for each in threads:
            if each.failure is not None:
                raise each.failure
        time.sleep(0.2)


def wait(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)
