"""SQL on hero_feats."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from kernel.database import Cursor, Tx


def list_rewarded(tx: Tx, user_id: UUID) -> Cursor:
    """Return the `feat`, `day` and `xp` of each feat that a player was rewarded for."""
    return tx.execute("SELECT feat, day, xp FROM hero_feats WHERE user_id = %s", (user_id,))


def add_rewarded(tx: Tx, user_id: UUID, day: date, xp: Mapping[str, int]) -> None:
    """Note what a player is rewarded for.

    Args:
        xp: {feat: experience}.
    """
    tx.execute(
        """
        INSERT INTO hero_feats AS f (user_id, feat, day, xp)
        SELECT %s, feat, %s, xp FROM unnest(%s::text[], %s::int[]) AS rewarded (feat, xp)
        ON CONFLICT (user_id, feat) DO UPDATE
        SET day = excluded.day, xp = excluded.xp + CASE WHEN f.day = excluded.day THEN f.xp ELSE 0 END
        """,
        (user_id, day, list(xp), list(xp.values())),
    )


def move_feats(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """Let a player have been rewarded for what either of two was: together no more on the day of the merge."""
    tx.execute(
        """
        INSERT INTO hero_feats AS f (user_id, feat, day, xp)
        SELECT %s, feat, day, xp FROM hero_feats WHERE user_id = %s
        ON CONFLICT (user_id, feat) DO UPDATE
        SET day = greatest(f.day, excluded.day),
            xp = CASE WHEN f.day = excluded.day THEN f.xp + excluded.xp
                      WHEN f.day > excluded.day THEN f.xp ELSE excluded.xp END
        """,
        (to_id, from_id),
    )
