"""In which worlds there may be something to tell of the weather."""

from __future__ import annotations

from typing import Final, LiteralString

NEWS: Final[LiteralString] = """
    w.status = 'ready' AND NOT w.is_paused AND w.generation ? 'digest'
    AND worlds.game_time(w.game_anchor, w.real_anchor, w.dilation, w.is_paused, w.owed, %s) / 1800000
        > coalesce((SELECT t.told_until / 1800000 FROM worlds.weather_told AS t WHERE t.world_id = w.world_id), -1)
    AND EXISTS (SELECT FROM worlds.characters AS c
                WHERE c.world_id = w.world_id AND c.is_present AND c.account_id IS NOT NULL)
"""
"""Condition: people are in a world where the weather has been updated since they were told of it, as it is each half
hour (`weather.models.SLOT`). Its parameter is the current time."""
