"""What an environment keeps between its invocations."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar, TypeVarTuple

Args = TypeVarTuple("Args")
T = TypeVar("T")


class per_environment(Generic[*Args, T]):  # noqa: N801, a decorator
    """Cache a function's results, as `functools.cache` does, but for each environment by itself.

    A Lambda environment handles one invocation at a time, in a process of its own. In the local stack, environments are
    threads of one process, which must not share what handlers change.
    """

    def __init__(self, make: Callable[[*Args], T]) -> None:
        self._make = make
        self._environment = _Environment[T]()
        self.__doc__ = make.__doc__

    def __call__(self, *args: *Args) -> T:
        made = self._environment.made
        if args not in made:
            made[args] = self._make(*args)
        return made[args]

    def cache_clear(self) -> None:
        """Forget what this environment keeps, for tests."""
        self._environment.made.clear()


class _Environment(threading.local, Generic[T]):
    def __init__(self) -> None:
        self.made: dict[tuple[object, ...], T] = {}
