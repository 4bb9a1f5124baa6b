"""Counting durations in buckets, as Prometheus adds them up."""

from __future__ import annotations

from bisect import bisect_left

from msgspec import Struct, field

BUCKETS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds in seconds. Source: rules 21."""


class Histogram(Struct):
    """Durations.

    Attributes:
        buckets: counts per bucket of `BUCKETS`, not cumulative, and one for longer durations.
    """

    count: int = 0
    seconds: float = 0.0
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))

    def add(self, seconds: float) -> None:
        """Count a duration."""
        self.count += 1
        self.seconds += seconds
        self.buckets[bisect_left(BUCKETS, seconds)] += 1
