"""Loaded dice."""

from __future__ import annotations

from random import Random, SystemRandom
from time import thread_time


class Dice(Random):
    """Rolls these numbers, and the last of them for ever. All its other methods are random with a fixed seed."""

    def __init__(self, *rolls: float) -> None:
        super().__init__(1)
        self._rolls = list(rolls)

    def random(self) -> float:
        return self._rolls.pop(0) if len(self._rolls) > 1 else self._rolls[0]


def ten_thousand_rolls() -> float:
    """Seconds of this thread's own time that they take, with the dice that players get: how fast the machine is.

    5 to 6 ms on the machine on which Brandish was measured.
    """
    dice, begun = SystemRandom(), thread_time()
    for _ in range(10_000):
        dice.random()
    return thread_time() - begun
