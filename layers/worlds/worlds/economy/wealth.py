"""Who has how much, and what is taken from it. Pure. Source: worlds 23.3."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

WEALTH_DUE: Final = 0.01
"""Of the coins that someone has, each day."""
TAX: Final = 0.05
"""Of what a seller takes in on the market."""
REPAIRS: Final = 0.02
"""Of the value of the tools that someone works with, each day."""


def gini(wealths: Iterable[float]) -> float:
    """Return how unequally something is spread: 0 for equally, towards 1 for all of it with one."""
    ascending = sorted(wealths)
    number, total = len(ascending), sum(ascending)
    if total <= 0:
        return 0.0
    weighted = sum(place * each for place, each in enumerate(ascending, start=1))
    return 2 * weighted / (number * total) - (number + 1) / number


def largest_share(wealths: Iterable[float]) -> float:
    """Return the share of the richest one."""
    each = list(wealths)
    total = sum(each)
    return max(each) / total if total > 0 else 0.0
