"""Merging players keeps the cooldown that ends later. Source: rules 1.1."""

from __future__ import annotations

from community.cooldowns import queries
from community.players.part import Limit, Rows

_LIMIT = Limit(
    queries.REMEMBERED,
    """
    (SELECT jsonb_agg(to_jsonb(c) - 'user_id') FROM cooldowns c WHERE user_id = u.user_id AND expires_at > %(now)s)
    """,
    """
    INSERT INTO cooldowns AS held (user_id, action_key, created_at, expires_at)
    SELECT DISTINCT ON (action_key) %(user_id)s, action_key, created_at, expires_at
    FROM kept, jsonb_to_record(entry) AS running (action_key text, created_at timestamptz, expires_at timestamptz)
    ORDER BY action_key, expires_at DESC
    ON CONFLICT ON CONSTRAINT cooldowns_one_per_action DO UPDATE
    SET created_at = excluded.created_at, expires_at = excluded.expires_at
    WHERE held.expires_at < excluded.expires_at
    """,
)

COOLDOWNS = Rows(("cooldowns",), queries.move_cooldowns, limit=_LIMIT)
