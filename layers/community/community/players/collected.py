"""Values that actions collect. Imports no other module, so that clocks can import features' models quickly."""

from __future__ import annotations

from typing import Self, TypeVar

T = TypeVar("T")


class Collected(tuple[T, ...]):
    """Values collected for a player in this action, not yet written. Each feature has its own subclass."""

    __slots__ = ()

    def plus(self, *more: T) -> Self:
        return type(self)((*self, *more))
