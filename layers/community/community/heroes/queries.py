"""SQL on hero_feats and followed_hero."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

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


def lock_followed(tx: Tx, account_id: UUID) -> Cursor:
    """Lock the followed hero if they are an account's; return their `user_id`, `username`, `sighting` and `seen_at`."""
    return tx.execute(
        """
        SELECT u.user_id, u.username, f.sighting, f.seen_at
        FROM followed_hero f JOIN player_accounts USING (account_id) JOIN users u USING (user_id)
        WHERE f.account_id = %s FOR UPDATE OF f
        """,
        (account_id,),
    )


def find_followed(tx: Tx) -> Cursor:
    """Return a row with the `user_id`, `username`, `sighting` and `seen_at` of the hero who is followed, if one is."""
    return tx.execute(
        """
        SELECT u.user_id, u.username, f.sighting, f.seen_at
        FROM followed_hero f JOIN player_accounts USING (account_id) JOIN users u USING (user_id)
        """
    )


def save_sighting(tx: Tx, account_id: UUID, sighting: Mapping[str, Any] | None, seen_at: datetime | None) -> None:
    """Note how the followed hero was seen; None for no longer."""
    tx.execute(
        "UPDATE followed_hero SET sighting = %s, seen_at = %s WHERE account_id = %s",
        (None if sighting is None else Jsonb(sighting), seen_at, account_id),
    )


def delete_followed(tx: Tx) -> Cursor:
    """Follow no one any more; returns a row if someone was followed."""
    return tx.execute("DELETE FROM followed_hero RETURNING account_id")


def insert_followed(tx: Tx, user_id: UUID) -> Cursor:
    """Follow the hero of a player; returns a row if they have an account. No one else is followed."""
    return tx.execute(
        """
        INSERT INTO followed_hero (account_id, chosen_at) SELECT account_id, %s FROM player_accounts WHERE user_id = %s
        RETURNING account_id
        """,
        (tx.now, user_id),
    )
