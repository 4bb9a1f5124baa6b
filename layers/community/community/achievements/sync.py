"""What becomes of players' achievements when one is renamed or missing."""

from __future__ import annotations

from community.achievements import queries
from community.achievements.content import AchievementsSection, achievements
from community.stored_names import missing
from kernel.database import Tx


def move_renamed_achievements(tx: Tx) -> None:
    """Move players' progress with renamed achievements to the new keys, so that no reward is given twice.

    Raises:
        ContentError: players have unlocked an achievement that the content lacks.
    """
    rows = achievements.document.achievements
    known = {row.key for row in rows}
    new_keys = {old: row.key for row in rows for old in row.renamed_from}
    for row in queries.list_keys(tx).fetchall():
        key = row["achievement_key"]
        if new_key := new_keys.get(key):
            queries.lock_players_who_began(tx, key)
            queries.rename_achievement(tx, key, new_key)
        elif key not in known and row["is_unlocked"]:
            raise missing(AchievementsSection.file, "achievement", key, "is unlocked by players")
