"""Reports on achievements."""

from __future__ import annotations

from collections.abc import Mapping

from community.achievements.models import AchievementProgress, Achievements
from community.players import service as players
from community.players.models import PlayerRef
from kernel.database import Tx


def achieved_by(tx: Tx, ref: PlayerRef) -> Mapping[str, AchievementProgress]:
    """Return {achievement key: progress} of all that the player has started, perhaps including removed achievements.

    Raises:
        NoSuchPlayer
    """
    return players.get_player(tx, ref)[Achievements].progress
