"""Loaded dice."""

from __future__ import annotations

from random import Random


class Dice(Random):
    """Rolls these numbers, the last of them for ever. Whatever else is asked of it is random, and always the same."""

    def __init__(self, *rolls: float) -> None:
        super().__init__(1)
        self._rolls = list(rolls)

    def random(self) -> float:
        return self._rolls.pop(0) if len(self._rolls) > 1 else self._rolls[0]
