"""Merging players keeps the cooldown that ends later. Source: rules 1.1."""

from __future__ import annotations

from community.cooldowns import queries
from community.players.part import Outlives, Rows

_OUTLIVES = Outlives(
    "cooldowns",
    """
    (SELECT jsonb_agg(to_jsonb(c) - 'user_id') FROM cooldowns c WHERE user_id = %(user_id)s AND expires_at > %(now)s)
    """,
    """
    INSERT INTO cooldowns AS held (user_id, action_key, created_at, expires_at)
    SELECT %(user_id)s, action_key, min(created_at), max(expires_at)
    FROM forgotten_accounts f, jsonb_to_recordset(f.limits -> 'cooldowns')
        AS kept (action_key text, created_at timestamptz, expires_at timestamptz)
    WHERE f.account_hash = ANY (%(hashes)s)
    GROUP BY action_key
    ON CONFLICT ON CONSTRAINT cooldowns_one_per_action DO UPDATE
    SET expires_at = greatest(held.expires_at, excluded.expires_at)
    """,
)

COOLDOWNS = Rows(("cooldowns",), queries.move_cooldowns, outlives=_OUTLIVES)
