"""SQL on worlds.followed.

Of another product's tables it reads one, `followed_hero`: of those whom the community does not follow it hears nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from kernel.database import Cursor, Tx

SHOWN_AT: Final[LiteralString] = "(SELECT f.shown_at FROM worlds.followed AS f WHERE f.account_id = k.account_id)"
"""SQL expression over `k`, a row of connections: when the community last heard of them; null for those it may not."""
DELETE: Final[LiteralString] = "DELETE FROM worlds.followed WHERE account_id = %s RETURNING '{}'::jsonb"


def find_shown_at(tx: Tx, account_id: UUID) -> Cursor:
    """Return a row with `shown_at` if someone lets the community follow them."""
    return tx.execute("SELECT shown_at FROM worlds.followed WHERE account_id = %s", (account_id,))


def insert(tx: Tx, account_id: UUID, shown_at: datetime) -> None:
    tx.execute(
        "INSERT INTO worlds.followed (account_id, shown_at) VALUES (%s, %s) ON CONFLICT (account_id) DO NOTHING",
        (account_id, shown_at),
    )


SHOWN: Final[LiteralString] = """
    shown AS (
        UPDATE worlds.followed AS f SET shown_at = %s
        WHERE f.account_id = %s AND (f.shown_at <= %s OR f.shown_at > clock_timestamp() + interval '1 minute')
          AND EXISTS (SELECT FROM followed_hero AS h WHERE h.account_id = f.account_id)
        RETURNING f.account_id
    )
"""
"""A step that has a row if the community hears of someone now: it follows them, they let it, and it is time."""
OF_SHOWN: Final[LiteralString] = "SELECT jsonb_agg('{}'::jsonb) FROM shown"
SEEN_IN: Final[LiteralString] = """
    SELECT jsonb_agg(jsonb_build_object('account_id', f.account_id))
    FROM followed_hero AS h JOIN worlds.followed AS f USING (account_id)
    WHERE EXISTS (SELECT FROM worlds.characters AS c WHERE c.account_id = f.account_id AND c.world_id = %s)
"""
"""The hero whom the community follows, if they have a character in a world."""
