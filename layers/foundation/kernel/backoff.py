"""Pauses between the attempts at something that fails for a while."""

from __future__ import annotations

import math
from collections.abc import Iterator


def pauses(first: float, longest: float = math.inf) -> Iterator[float]:
    """Seconds to wait after the first failure, the second and so on: doubling up to the longest, without end."""
    while True:
        yield min(first, longest)
        first *= 2
