"""Reactions that award experience to authors."""

from __future__ import annotations

from datetime import datetime
from random import Random

from community.jobs.content import Written, jobs
from community.jobs.reactions import earn_xp
from community.players.models import Player
from community.writing.models import PlayerDebateWon, PlayerPostApproved


def award_post_xp(event: PlayerPostApproved, player: Player, now: datetime, rng: Random) -> Player:
    return _award(player, "post_approved", event.type, now, rng)


def award_victory_xp(event: PlayerDebateWon, player: Player, now: datetime, rng: Random) -> Player:
    return _award(player, "debate_won", event.type, now, rng)


def _award(player: Player, written: Written, source: str, now: datetime, rng: Random) -> Player:
    """Award what the content says, in each job in which it is worth something."""
    for job in jobs.by_key.values():
        if xp := job.writing.get(written):
            player = earn_xp(player, job.key, xp, source, now, rng)
    return player
