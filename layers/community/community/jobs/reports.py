"""Reports on a player's jobs. One round trip each."""

from __future__ import annotations

from fractions import Fraction

from community.jobs import rules
from community.jobs.content import Job, jobs
from community.jobs.models import Jobs, JobStanding
from community.players import service as players
from community.players.models import Player, PlayerRef
from kernel.database import Tx


def jobs_of(tx: Tx, ref: PlayerRef) -> tuple[Player, list[JobStanding]]:
    """Return the player and their standing in every unlocked job.

    Raises:
        NoSuchPlayer
    """
    player = players.get_player(tx, ref)
    return player, [
        rules.standing(job, player[Jobs].progress.get(job.key), player.state)
        for job in jobs.by_key.values()
        if player.state.has(job.node_key)
    ]


def bonus(tx: Tx, ref: PlayerRef, job_key: str, bonus_type: str) -> tuple[Job, int, Fraction]:
    """Return the job, the player's level in it, and the bonus of that level; 0 when the job has no such bonus.

    Raises:
        UnknownJob, NoSuchPlayer
    """
    job = rules.find_job(job_key)
    level = players.get_player(tx, ref)[Jobs].level(job.key)
    return job, level, job.bonus(bonus_type, level)
