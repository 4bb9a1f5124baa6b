"""Reactions to gambles: experience and statistics. Source: rules 11."""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import Any

from community.gambles.events import GambleJoined, GamblePlayed, GambleStarted
from community.jobs.reactions import earn_xp
from community.players.models import Player
from community.stats.reactions import add_stat

XP_PER_BOX = 20
XP_FOR_WINNING = 20


def award_gambling_xp(event: GambleStarted | GambleJoined, player: Player, now: datetime, rng: Random) -> Player:
    """Award experience for staking boxes."""
    return earn_xp(player, "gambler", XP_PER_BOX * event.boxes, event.type, now, rng)


def award_win_xp(event: GamblePlayed, player: Player, now: datetime, rng: Random) -> Player:
    return earn_xp(player, "gambler", XP_FOR_WINNING, "gamble.won", now, rng) if event.won else player


def count_notable_outcome(event: GamblePlayed, player: Player, now: datetime, rng: Random) -> Player:
    """Count near misses, critical fails and lost tie-breaks, in addition to the participation."""
    stats = {
        "gamble_near_miss": event.near_miss,
        "gamble_critical_fail": event.critical_fail,
        "gamble_tie_break_lost": event.tie_break_lost,
    }
    for stat in (stat for stat, applies in stats.items() if applies):
        player = add_stat(player, now, stat, outcome_data(event))
    return player


def outcome_data(event: GamblePlayed) -> dict[str, Any]:
    return {"gamble_id": str(event.gamble_id), "score": event.score}
