"""Counting what players do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from random import Random
from typing import Any

from community.players.models import Player
from community.stats import rules
from community.stats.models import NewStats, Stat, Streak

STREAK = "daily_streak"


def count_stat(
    event_type: str, data: Callable[[Any], Mapping[str, Any]] | None = None
) -> Callable[[Any, Player, datetime, Random], Player]:
    """The reaction that counts an event as a stat of this type, with `data` of the event beside it."""

    def count(event: Any, player: Player, now: datetime, rng: Random) -> Player:
        return add_stat(player, now, event_type, data and data(event))

    return count


def add_stat(player: Player, now: datetime, event_type: str, data: Mapping[str, Any] | None = None) -> Player:
    """Count something; the first of a day also continues or begins the player's streak.

    A streak itself is counted as often as there are days: who counts one says that the player was there.
    """
    if event_type != STREAK:
        player = player.having(player[NewStats].plus(Stat(event_type, data)))
    streak = rules.continue_streak(player[Streak], now.date())
    if streak == player[Streak]:
        return player
    return player.having(streak).having(player[NewStats].plus(Stat(STREAK, {"streak": streak.days})))
