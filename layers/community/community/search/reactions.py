"""Reactions to searches: experience and statistics."""

from __future__ import annotations

from datetime import datetime
from random import Random

from community.jobs.reactions import earn_xp
from community.players.models import Player
from community.search.models import Luck, SearchPerformed
from community.stats.reactions import add_stat

_STATS = {
    Luck.CRITICAL_SUCCESS: "search_critical_success",
    Luck.NEAR_MISS: "search_near_miss",
    Luck.CRITICAL_FAIL: "search_critical_fail",
}


def award_search_xp(event: SearchPerformed, player: Player, now: datetime, rng: Random) -> Player:
    return earn_xp(player, "explorer", event.outcome.xp, event.type, now, rng)


def count_notable_outcome(event: SearchPerformed, player: Player, now: datetime, rng: Random) -> Player:
    """Count critical successes, near misses and critical fails, in addition to the search itself."""
    stat = _STATS.get(event.outcome.luck)
    return add_stat(player, now, stat) if stat else player
