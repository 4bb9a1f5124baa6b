"""SQL about how much a post is shared: for the feed and the weekly digest."""

from __future__ import annotations

from typing import LiteralString

ENGAGEMENT: LiteralString = """
    LEFT JOIN personas.engagement_totals t ON t.battle_id = p.post_id
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE kind = 'share') AS shares, count(*) FILTER (WHERE kind = 'remix') AS remixes
        FROM personas.engagements
        WHERE battle_id = p.post_id AND created_at <= %(now)s::timestamptz - interval '14 days'
    ) AS expired
"""
"""Joins to `p`: its totals `t`, and how much of them the clock has yet to forget, `expired`."""
