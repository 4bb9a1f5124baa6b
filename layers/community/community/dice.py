"""Many rolls at once, each as likely to come out as if they had been rolled one by one."""

from __future__ import annotations

from array import array
from random import Random

_MAX_SINGLE_ROLLS = 16
_WORD_BITS = 64
_SPARE_BITS = 11  # a float between 0 and 1 has 53
_FINEST = 2.0 ** (_SPARE_BITS - _WORD_BITS)


def successes(rng: Random, trials: int, chance: float) -> int:
    """How many of `trials` independent rolls come out below `chance`: a binomial draw.

    In a logarithmic number of steps: it rolls for the middle one of all the rolls in order of size, which says on
    which side of it the chance lies, and so how many are below for certain and how many still to be rolled.

    Source: D. A. Relles, A Simple Algorithm for Generating Binomial Random Variables when N is Large (1972).
    """
    if chance <= 0:
        return 0
    if chance >= 1:
        return trials
    certain = 0
    while trials > _MAX_SINGLE_ROLLS:
        middle = (trials + 1) // 2
        value = rng.betavariate(middle, trials + 1 - middle)
        if value < chance:
            certain += middle
            chance = (chance - value) / (1 - value)
            trials -= middle
        else:
            chance /= value
            trials = middle - 1
    return certain + sum(rng.random() < chance for _ in range(trials))


def rolls(rng: Random, times: int) -> list[float]:
    """As from `rng.random()`, all random bits at once."""
    return [(word >> _SPARE_BITS) * _FINEST for word in array("Q", rng.randbytes(times * _WORD_BITS // 8))]


def total(rng: Random, times: int, lowest: int, highest: int) -> int:
    """The sum of so many whole numbers, each of them equally likely between both ends, inclusive."""
    return times * lowest + sum(_random_below(rng, times, highest - lowest + 1))


def _random_below(rng: Random, times: int, bound: int) -> list[int]:
    """Whole numbers from 0 to `bound` - 1. All random bits at once; the few words that would favour the lower
    numbers are rolled again."""
    if bound == 1:
        return []
    fair = (1 << _WORD_BITS) // bound * bound
    found: list[int] = []
    while missing := times - len(found):
        words = array("Q", rng.randbytes(missing * _WORD_BITS // 8))
        found += [word % bound for word in words if word < fair]
    return found
