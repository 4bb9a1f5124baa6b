"""Pauses between retries."""

from __future__ import annotations

import math
from collections.abc import Iterator


def pauses(first: float, longest: float = math.inf) -> Iterator[float]:
    """Yield, without end, the seconds to wait after each failure in a row: doubling, up to the longest."""
    while True:
        yield min(first, longest)
        first *= 2
