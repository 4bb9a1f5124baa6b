"""Many dice rolls at once, with the same distribution as single rolls."""

from __future__ import annotations

from array import array
from random import Random

_MAX_SINGLE_ROLLS = 16
_WORD_BITS = 64
_SPARE_BITS = 11  # a float between 0 and 1 has 53
_FINEST = 2.0 ** (_SPARE_BITS - _WORD_BITS)


def successes(rng: Random, trials: int, chance: float) -> int:
    """Return how many of `trials` independent rolls are below `chance`: a binomial draw.

    It takes a logarithmic number of steps: it draws the median of all rolls. Whether that is below the chance decides
    half of the rolls, and only the other half remains to be rolled.

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
    """Return values as from `rng.random()`, drawing all random bits at once."""
    return [(word >> _SPARE_BITS) * _FINEST for word in array("Q", rng.randbytes(times * _WORD_BITS // 8))]


def total(rng: Random, times: int, lowest: int, highest: int) -> int:
    """Return the sum of `times` integers, each uniform between both ends, inclusive."""
    return times * lowest + sum(_random_below(rng, times, highest - lowest + 1))


def _random_below(rng: Random, times: int, bound: int) -> list[int]:
    """Return integers from 0 to `bound` - 1, drawing all random bits at once.

    The few words that would favour lower numbers are drawn again.
    """
    if bound == 1:
        return []
    fair = (1 << _WORD_BITS) // bound * bound
    found: list[int] = []
    while missing := times - len(found):
        words = array("Q", rng.randbytes(missing * _WORD_BITS // 8))
        found += [word % bound for word in words if word < fair]
    return found
