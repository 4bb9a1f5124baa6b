"""SQL on hero_feats, account_feats and followed_hero.

Of another product's tables it reads one, `worlds.followed`: to end being followed must not wait for an event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from community.ranking import EXCLUDED
from kernel.database import Cursor, Tx, declare_race


def list_rewarded(tx: Tx, user_id: UUID) -> Cursor:
    """Return the `feat`, `day` and `xp` of each feat that a player was rewarded for."""
    return tx.execute("SELECT feat, day, xp FROM hero_feats WHERE user_id = %s", (user_id,))


def list_rewarded_of_account(tx: Tx, account_id: UUID) -> Cursor:
    """Return the `feat` of each that counts once, and for which an account has earned a player something."""
    return tx.execute("SELECT feat FROM account_feats WHERE account_id = %s", (account_id,))


def add_rewarded_of_account(tx: Tx, account_id: UUID, feats: Iterable[str]) -> None:
    """Note for which feats an account has earned a player something."""
    tx.execute(
        "INSERT INTO account_feats (account_id, feat) SELECT %s, unnest(%s::text[]) ON CONFLICT DO NOTHING",
        (account_id, list(feats)),
    )


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
    """Lock the followed hero if they are an account's; return a row as `find_followed` does."""
    return tx.execute(_HERO + "WHERE f.account_id = %s FOR UPDATE OF f", (account_id,))


def find_followed(tx: Tx) -> Cursor:
    """Return a row about the hero who is followed, if one is.

    It has `user_id`, `username`, `sighting` and `seen_at` as stored, `agrees` (they still let the community follow
    them) and `is_excluded`.
    """
    return tx.execute(_HERO)


_HERO: Final[LiteralString] = (
    "WITH "
    + EXCLUDED
    + """
    SELECT u.user_id, u.username, f.sighting, f.seen_at,
        EXISTS (SELECT FROM worlds.followed AS a WHERE a.account_id = f.account_id) AS agrees,
        u.user_id IN (SELECT user_id FROM excluded) AS is_excluded
    FROM followed_hero f JOIN player_accounts USING (account_id) JOIN users u USING (user_id)
    """
)

declare_race("followed_hero_is_one", "followed_hero_pkey")  # two administrators choose at once: the later one remains


def save_sighting(tx: Tx, account_id: UUID, sighting: Mapping[str, Any] | None, seen_at: datetime) -> None:
    """Note how the followed hero was seen; None for one who hid."""
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
