"""Reactions that record engagement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any

from community.engagement import rules
from community.engagement.models import Engagement, NewEngagements
from community.engagement.settings import settings
from community.jobs.models import Jobs
from community.jobs.reactions import earn_xp
from community.players.models import Player
from community.recent_activity import rules as recent
from community.recent_activity.models import RecentActivity
from community.recent_activity.settings import settings as flood_limits

SOURCE = "engagement"


def record_engagement(
    metric: str, value: Callable[[Any], int] = lambda event: 1
) -> Callable[[Any, Player, datetime, Random], Player]:
    """Return a reaction that records an event as engagement of this metric."""

    def engage(event: Any, player: Player, now: datetime, rng: Random) -> Player:
        return add_engagement(player, metric, value(event), now, rng)

    return engage


def record_command(event: Any, player: Player, now: datetime, rng: Random) -> Player:
    """Record the event as a command too, if commands count as engagement in this installation."""
    return add_engagement(player, "command", 1, now, rng) if settings.commands_engage else player


def add_engagement(player: Player, metric: str, value: int, now: datetime, rng: Random) -> Player:
    """Weigh and record engagement; if it scores, it also earns experience.

    Of engagement that exceeds the player's limit of points per minute, only as much is recorded as there is room for.
    """
    level, limit = player[Jobs].level("scholar"), flood_limits.points_per_minute
    score = rules.score(player.state, metric, value, level)
    if limit:
        room = recent.room(player[RecentActivity], now, limit)
        if score > room:
            value = rules.most_within(room, player.state, metric, value, level)
            score = rules.score(player.state, metric, value, level) if value else 0
        if not (room and value):
            return player
        player = player.having(recent.earned(player[RecentActivity], now, score))
    player = player.having(player[NewEngagements].plus(Engagement(metric, value, score)))
    return earn_xp(player, "scholar", rules.SCHOLAR_XP, SOURCE, now, rng) if score > 0 else player
