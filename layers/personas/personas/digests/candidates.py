"""The statement that finds what may be in someone's weekly digest.

Of a million posts, only a few can be among the best three: the newest ones, those that are shared and remixed most, and
those of personas that are followed. Each of these is found by an index. The limits are written out, because Postgres
plans for a limit that is a parameter as if it were a tenth of all rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from kernel.database import Cursor, Tx
from personas.feed.expressions import ENGAGEMENT
from personas.mutes.expressions import IS_NOT_MUTED, MUTED

_CANDIDATES: LiteralString = (
    "WITH "
    + MUTED
    + """, followed AS MATERIALIZED (
        SELECT persona_id FROM personas.follows WHERE account_id = %(me)s
    ), seen AS MATERIALIZED (
        SELECT DISTINCT coalesce(source_battle_id, battle_id) AS post_id FROM personas.happenings
        WHERE account_id = %(me)s AND created_at > %(now)s::timestamptz - interval '14 days'
            AND event_name = ANY(%(seen_events)s) AND coalesce(source_battle_id, battle_id) IS NOT NULL
    ), found AS MATERIALIZED (
        SELECT each.post_id FROM (
            (
                SELECT p.post_id, p.published_at, 0 AS bonus
                FROM personas.public_posts p LEFT JOIN personas.battles b USING (post_id) CROSS JOIN muted
                WHERE p.published_at > %(now)s::timestamptz - interval '7 days' AND p.account_id <> %(me)s
                    AND NOT EXISTS (SELECT FROM seen WHERE seen.post_id = p.post_id) AND """
    + IS_NOT_MUTED
    + """
                ORDER BY p.published_at DESC, p.post_id DESC LIMIT 8
            ) UNION ALL (
                SELECT totals.battle_id, totals.published_at, 0 FROM personas.engagement_totals totals
                WHERE totals.published_at > %(now)s::timestamptz - interval '7 days'
                    AND NOT EXISTS (SELECT FROM seen WHERE seen.post_id = totals.battle_id)
                ORDER BY 2 * totals.shares + 3 * totals.remixes + greatest(
                    0, 96 - extract(epoch FROM %(now)s::timestamptz - totals.published_at) / 3600
                ) DESC, totals.published_at DESC LIMIT 200
            ) UNION ALL (
                SELECT p.post_id, p.published_at, 6 FROM followed JOIN personas.posts p USING (persona_id)
                WHERE p.status = 'PUBLISHED' AND p.published_at > %(now)s::timestamptz - interval '7 days'
            ) UNION ALL (
                SELECT b.post_id, b.created_at, 6
                FROM followed JOIN personas.battles b ON b.pro_persona_id = followed.persona_id
                WHERE b.created_at > %(now)s::timestamptz - interval '7 days'
            ) UNION ALL (
                SELECT b.post_id, b.created_at, 6
                FROM followed JOIN personas.battles b ON b.con_persona_id = followed.persona_id
                WHERE b.created_at > %(now)s::timestamptz - interval '7 days'
            )
        ) AS each LEFT JOIN personas.engagement_totals t ON t.battle_id = each.post_id
        WHERE NOT EXISTS (SELECT FROM seen WHERE seen.post_id = each.post_id)
        GROUP BY each.post_id
        ORDER BY max(each.bonus) + coalesce(max(2 * t.shares + 3 * t.remixes), 0) + greatest(
            0, 96 - extract(epoch FROM %(now)s::timestamptz - max(each.published_at)) / 3600
        ) DESC, max(each.published_at) DESC LIMIT 100
    ), counted AS (
        SELECT p.post_id, p.room_id, p.account_id, coalesce(b.topic, p.content) AS content, p.created_at,
            p.published_at, p.edited_at, coalesce(t.shares, 0) - expired.shares AS shares,
            coalesce(t.remixes, 0) - expired.remixes AS remixes,
            (
                p.persona_id IN (SELECT persona_id FROM followed)
                OR b.pro_persona_id IN (SELECT persona_id FROM followed)
                OR b.con_persona_id IN (SELECT persona_id FROM followed)
            ) IS TRUE AS is_followed
        FROM found JOIN personas.public_posts p USING (post_id)
        LEFT JOIN personas.battles b USING (post_id) CROSS JOIN muted
        """
    + ENGAGEMENT
    + """
        WHERE p.account_id <> %(me)s AND """
    + IS_NOT_MUTED
    + """
    ), best AS (
        SELECT * FROM counted
        ORDER BY 6 * is_followed::integer + 2 * shares + 3 * remixes + greatest(
            0, 96 - extract(epoch FROM %(now)s::timestamptz - published_at) / 3600
        ) DESC, published_at DESC, post_id DESC LIMIT 8
    )
    SELECT best.post_id AS battle_id, best.room_id, r.name AS room_name, best.content, best.created_at,
        best.published_at, best.shares, best.remixes, best.is_followed
    FROM best JOIN personas.rooms r USING (room_id)
    """
)


def list_candidates(tx: Tx, account_id: UUID, seen_events: Sequence[str]) -> Cursor:
    """Return the 8 posts of the last 7 days that are best for an account and that it has not seen, in any order.

    Eight, because SQL reckons with less digits than the rules that choose three of them.
    """
    return tx.execute(
        _CANDIDATES,
        {
            "me": account_id,
            "now": tx.now,
            "seen_events": list(seen_events),
        },
    )
