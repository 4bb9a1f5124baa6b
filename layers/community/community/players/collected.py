"""What actions collect. Imports nothing, so that a feature's models stay cheap for clocks."""

from __future__ import annotations

from typing import Self, TypeVar

T = TypeVar("T")


class Collected(tuple[T, ...]):
    """What has happened to a player in this action, not yet written. A feature collects in a subclass of its own."""

    __slots__ = ()

    def plus(self, *more: T) -> Self:
        return type(self)((*self, *more))
