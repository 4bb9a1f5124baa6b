"""Pauses between retries."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

# Not a seeded generator: environments restored from one snapshot would all draw the same numbers.
_rng = random.SystemRandom()


def pauses(first: float, longest: float = math.inf) -> Iterator[float]:
    """Yield, without end, the seconds to wait after each failure in a row: doubling, up to the longest."""
    while True:
        yield min(first, longest)
        first *= 2


def jittered_pauses(first: float, longest: float = math.inf, rng: random.Random = _rng) -> Iterator[float]:
    """Yield the same pauses, each shortened by up to a half, so that callers who failed together return one by one."""
    for pause in pauses(first, longest):
        yield pause * rng.uniform(0.5, 1)
