"""What the people of a world want of its ground, as an interview says it. Source: worlds 10.4."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

Good = Literal[
    "stone",
    "wood",
    "food",
    "iron",
    "coal",
    "copper",
    "energy crystals",
    "rare metals",
    "quantum materials",
    "basic",
    "advanced",
]
"""Goods that a ground can have. Oil and synthetic food are none of them: no one has found either in it."""

GoodShares = tuple[tuple[str, float], ...]
"""(good, its share of all that is wanted); none where no one has said so."""


def share_of(goods: Collection[str], shares: GoodShares) -> float:
    """Return which share of all that is wanted counts as some of these goods."""
    return sum(share for good, share in shares if good in goods)
