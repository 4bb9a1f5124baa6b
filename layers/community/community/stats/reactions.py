"""Reactions that count stats."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from random import Random
from typing import Any

from community.players.models import Player
from community.stats import streaks
from community.stats.models import NewStats, Stat, Streak

STREAK = "daily_streak"


def count_stat(
    event_type: str, data: Callable[[Any], Mapping[str, Any]] | None = None
) -> Callable[[Any, Player, datetime, Random], Player]:
    """Return a reaction that counts an event as a stat of this type, with `data` of the event."""

    def count(event: Any, player: Player, now: datetime, rng: Random) -> Player:
        return add_stat(player, now, event_type, data and data(event))

    return count


def add_stat(player: Player, now: datetime, event_type: str, data: Mapping[str, Any] | None = None) -> Player:
    """Add a stat; the first of a day also continues or starts the player's streak.

    The stat of the streak itself is counted at most once per day: adding it means that the player was active.
    """
    if event_type != STREAK:
        player = player.having(player[NewStats].plus(Stat(event_type, data)))
    streak = streaks.continued(player[Streak], now)
    if streak == player[Streak]:
        return player
    return player.having(streak).having(player[NewStats].plus(Stat(STREAK)))
