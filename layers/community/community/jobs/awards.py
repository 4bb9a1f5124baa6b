"""Awards of experience on request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from community.jobs import rules
from community.jobs.content import Job
from community.jobs.reactions import add_xp
from community.players import service as players
from community.players.models import Player, PlayerRef
from kernel.database import Tx


class XpResult(Struct, frozen=True):
    """The result of an award of experience.

    Attributes:
        player: the player after the award.
    """

    player: Player
    job: Job
    award: rules.XpAward


def award_xp(
    tx: Tx, worker: PlayerRef, job_key: str, amount: int, source: str, metadata: Mapping[str, Any] | None = None
) -> XpResult:
    """Add experience to a player's job, under the same rules as for experience earned by playing.

    Args:
        amount: before the community's multiplier, at least 1.
        source: the reason, in the caller's words. The daily cap holds for every reason.
        metadata: for the player's history.

    Raises:
        UnknownJob, UnknownPlayer, FeatureLocked, DailyCapReached
    """
    job = rules.find_job(job_key)
    player = players.load(tx, worker)
    player, award = add_xp(player, job.key, amount, source, tx.now, tx.rng, metadata, requested=True)
    players.save(tx, player)
    return XpResult(player, job, award)
