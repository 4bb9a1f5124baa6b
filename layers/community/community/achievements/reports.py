"""Reports on achievements."""

from __future__ import annotations

from collections.abc import Mapping

from community.achievements.models import AchievementProgress, Achievements
from community.players import service as players
from community.players.models import NoSuchPlayer, PlayerRef
from kernel.database import Tx


def achieved_by(tx: Tx, ref: PlayerRef) -> Mapping[str, AchievementProgress]:
    """Return {achievement key: progress} of all that the player has started, perhaps including removed achievements.

    Raises:
        NoSuchPlayer
    """
    player, _ = players.peek(tx, ref)
    if player is None:
        raise NoSuchPlayer(name=ref.label)
    return player[Achievements].progress
