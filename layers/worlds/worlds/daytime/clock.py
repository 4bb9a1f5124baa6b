"""The clock's chore for worlds: once a minute, people are told what has changed with the time of day or the season.

A world without people costs nothing: nothing is told there, and nothing of it is made up for when someone comes back,
who reads what time it is. Its own time is computed, so it is as late as if someone had been there all along.
"""

from __future__ import annotations

from typing import Final, LiteralString

from kernel.database import Tx
from worlds.daytime.news import NEWS

DUE: LiteralString = "EXISTS (SELECT FROM worlds.worlds AS w WHERE " + NEWS + ")"
"""SQL expression: whether someone is to be told something. Its parameter is the current time."""

AT_ONCE: Final = 20
"""Worlds in one transaction."""


def tell_due(tx: Tx) -> int:
    """Tell people in worlds of what has changed.

    Returns:
        In how many worlds.
    """
    from worlds.daytime import service  # needs pydantic, and the clock mostly has nothing to do

    return service.tell(tx, AT_ONCE)
