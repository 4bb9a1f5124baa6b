"""The clock's chore for worlds: once a minute, people are told what has changed with the time of day or the season.

A world without people costs nothing: nothing is told there, and nothing of it is made up for when someone comes back,
who reads what time it is. Its own time is computed, so it is as late as if someone had been there all along.
"""

from __future__ import annotations

from typing import Final, LiteralString

from kernel.database import Tx

NEWS: Final[LiteralString] = """
    w.status = 'ready' AND NOT w.is_paused AND w.world_id <> '00000000-0000-0000-0000-000000000000'
    AND worlds.part_of_time(worlds.game_time(w, %s), w.hours_per_day)
        > worlds.part_of_time(w.told_until, w.hours_per_day)
    AND EXISTS (SELECT FROM worlds.characters AS c WHERE c.world_id = w.world_id AND c.is_present)
"""
"""Condition: people are in a world who have not been told what time it is now. Its parameter is the current time."""

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
