"""What a function does once, when everything is imported: work that must not delay its first request."""

from __future__ import annotations

from collections.abc import Callable

_tasks: list[Callable[[], None]] = []


def at_startup(task: Callable[[], None]) -> None:
    """Have a task run when the function is ready."""
    _tasks.append(task)


def run_startup_tasks() -> None:
    """Run every task, in the order in which they were registered."""
    for task in _tasks:
        task()
