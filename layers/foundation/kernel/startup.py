"""Startup tasks: work that a function does once after all imports, so that it does not delay the first request."""

from __future__ import annotations

from collections.abc import Callable

_tasks: list[Callable[[], None]] = []


def at_startup(task: Callable[[], None]) -> None:
    """Register a task to run when the function is ready."""
    _tasks.append(task)


def run_startup_tasks() -> None:
    """Run all tasks in the order of their registration."""
    for task in _tasks:
        task()
