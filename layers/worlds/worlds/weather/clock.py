"""The clock's chore for the weather: once a minute, people are told what has changed in the sky above them.

A world without people costs nothing. After a pause all updates that it has missed are paid at once.
"""

from __future__ import annotations

from typing import Final, LiteralString

from kernel.database import Tx
from worlds.weather.news import NEWS

DUE: LiteralString = "EXISTS (SELECT FROM worlds.worlds AS w WHERE " + NEWS + ")"
"""SQL expression: whether the weather was updated where people are. Its parameter is the current time."""

AT_ONCE: Final = 20
"""Worlds in one transaction."""


def tell_due(tx: Tx) -> int:
    """Tell people in worlds how the weather has changed.

    Returns:
        In how many worlds it was updated.
    """
    from worlds.weather import service  # needs pydantic, and the clock mostly has nothing to do

    return service.tell(tx, AT_ONCE)
