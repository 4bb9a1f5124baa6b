"""In which worlds there is something to tell."""

from __future__ import annotations

from typing import Final, LiteralString

NEWS: Final[LiteralString] = """
    w.status = 'ready' AND NOT w.is_paused AND w.world_id <> '00000000-0000-0000-0000-000000000000'
    AND worlds.part_of_time(
            worlds.game_time(w.game_anchor, w.real_anchor, w.dilation, w.is_paused, w.owed, %s), w.hours_per_day)
        > worlds.part_of_time(w.told_until, w.hours_per_day)
    AND EXISTS (SELECT FROM worlds.characters AS c
                WHERE c.world_id = w.world_id AND c.is_present AND c.account_id IS NOT NULL)
"""
"""Condition: people are in a world who have not been told what time it is now. Its parameter is the current time."""
