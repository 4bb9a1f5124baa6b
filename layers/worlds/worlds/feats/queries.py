"""SQL on worlds.feats."""

from __future__ import annotations

from typing import Final, LiteralString

ACCOUNT: Final[LiteralString] = "SELECT account_id FROM kernel.accounts WHERE account_id = %s"
CHARACTERS: Final[LiteralString] = (
    "SELECT account_id FROM worlds.characters WHERE character_id = %s AND account_id IS NOT NULL"
)
"""Whose feats they are, by the account or by a character of it; no row for one of the game's own people."""


def steps(whose: LiteralString) -> LiteralString:
    """Return the steps for `announce_each`: feats are noted as far as they still count.

    Its parameters are whose, the day, the keys, and how often each counts on a day.
    """
    return (
        "someone AS ("
        + whose
        + """),
        noted AS (
            INSERT INTO worlds.feats AS f (account_id, feat, most_a_day, day, times)
            SELECT account_id, feat, most, %s::date, 1
            FROM someone, unnest(%s::text[], %s::int[]) AS achieved (feat, most)
            ORDER BY feat
            ON CONFLICT (account_id, feat) DO UPDATE
            SET most_a_day = excluded.most_a_day, day = excluded.day,
                times = CASE WHEN f.day = excluded.day THEN f.times + 1 ELSE 1 END
            WHERE excluded.most_a_day > 0 AND (f.day < excluded.day OR f.times < excluded.most_a_day)
            RETURNING account_id, feat, most_a_day
        ),
        earlier (feats) AS (
            SELECT coalesce(jsonb_agg(f.feat ORDER BY f.feat), '[]')
            FROM worlds.feats f JOIN someone USING (account_id) WHERE f.most_a_day = 0
        )
        """
    )


NOTED: Final[LiteralString] = """
    SELECT jsonb_agg(
        jsonb_build_object(
            'account_id', account_id, 'feat', feat, 'once', most_a_day = 0, 'earlier', earlier.feats - feat
        ) ORDER BY feat
    )
    FROM noted, earlier
"""
