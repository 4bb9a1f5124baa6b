"""Reactions that award experience to heroes."""

from __future__ import annotations

from datetime import datetime
from random import Random

from community.heroes.models import HeroFeat
from community.jobs.content import jobs
from community.jobs.reactions import earn_xp
from community.players.models import Player


def award_feat_xp(event: HeroFeat, player: Player, now: datetime, rng: Random) -> Player:
    """Award what the content says, in each job in which the feat is worth something."""
    for job in jobs.by_key.values():
        if xp := job.feats.get(event.feat):
            player = earn_xp(player, job.key, xp, event.type, now, rng)
    return player
