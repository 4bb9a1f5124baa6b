"""SQL of the home feed, on the tables of posts, battles, templates, follows, mutes and engagement."""

from __future__ import annotations

from typing import LiteralString
from uuid import UUID

from kernel.database import Cursor, Tx
from personas.feed.expressions import ENGAGEMENT
from personas.mutes.expressions import IS_NOT_MUTED, MUTED
from personas.posts.expressions import AUTHOR_SLUG, SIDES
from personas.templates.expressions import fair
from personas.templates.rules import OFFERED_PER_AUTHOR

# The limits are written out: for a limit that is a parameter, Postgres plans as if it were a tenth of all rows.

_BATTLE: LiteralString = (
    """
    p.post_id AS battle_id, p.room_id, r.name AS room_name, p.persona_id, persona.name AS persona_name,
    coalesce(b.topic, p.content) AS content, p.created_at, p.published_at,
    template.template_id, template.name AS template_name,
    coalesce(t.shares, 0) - expired.shares AS shares, coalesce(t.remixes, 0) - expired.remixes AS remixes,
    """
    + AUTHOR_SLUG
    + " AS persona_slug, "
    + SIDES
    + " AS sides"
)

_OTHERS: LiteralString = (
    """
    JOIN personas.rooms r ON r.room_id = p.room_id
    LEFT JOIN personas.personas persona ON persona.persona_id = p.persona_id
    LEFT JOIN personas.templates template
        ON template.template_id = p.template_id AND (template.is_public OR template.account_id = %(me)s)
"""
    + ENGAGEMENT
)

_FOLLOWED: LiteralString = (
    "WITH "
    + MUTED
    + """, followed AS MATERIALIZED (
        SELECT persona_id FROM personas.follows f JOIN personas.personas persona USING (persona_id), muted
        WHERE f.account_id = %(me)s
            AND NOT persona_id = ANY(muted.personas) AND NOT persona.account_id = ANY(muted.accounts)
    ), newest AS (
        SELECT DISTINCT post_id, published_at FROM (
            SELECT newest.post_id, newest.published_at FROM followed CROSS JOIN LATERAL (
                SELECT post_id, published_at FROM personas.posts
                WHERE persona_id = followed.persona_id AND status = 'PUBLISHED'
                ORDER BY published_at DESC, post_id DESC LIMIT 20
            ) AS newest
            UNION ALL
            SELECT newest.post_id, newest.created_at FROM followed CROSS JOIN LATERAL (
                SELECT post_id, created_at FROM personas.battles
                WHERE pro_persona_id = followed.persona_id ORDER BY created_at DESC LIMIT 20
            ) AS newest
            UNION ALL
            SELECT newest.post_id, newest.created_at FROM followed CROSS JOIN LATERAL (
                SELECT post_id, created_at FROM personas.battles
                WHERE con_persona_id = followed.persona_id ORDER BY created_at DESC LIMIT 20
            ) AS newest
        ) AS found
        ORDER BY published_at DESC, post_id DESC LIMIT 60
    )
    SELECT """
    + _BATTLE
    + """
    FROM newest JOIN personas.public_posts p USING (post_id)
    LEFT JOIN personas.battles b USING (post_id) CROSS JOIN muted
    """
    + _OTHERS
    + " WHERE p.account_id <> %(me)s AND "
    + IS_NOT_MUTED
    + " ORDER BY p.published_at DESC, p.post_id DESC LIMIT 20"
)

_TRENDING: LiteralString = (
    "WITH "
    + MUTED
    + """, best AS MATERIALIZED (
        SELECT post_id, 2 * totals.shares + 4 * totals.remixes AS rank
        FROM personas.engagement_totals totals JOIN personas.public_posts p ON p.post_id = totals.battle_id
        LEFT JOIN personas.battles b USING (post_id) CROSS JOIN muted
        WHERE p.account_id <> %(me)s AND """
    + IS_NOT_MUTED
    + """
        ORDER BY 2 * totals.shares + 4 * totals.remixes DESC, totals.published_at DESC, totals.battle_id
        LIMIT 20
    )
    SELECT """
    + _BATTLE
    + """
    FROM best JOIN personas.posts p USING (post_id) LEFT JOIN personas.battles b USING (post_id)
    """
    + _OTHERS
    + " ORDER BY best.rank DESC, p.published_at DESC, p.post_id"
)

_TEMPLATES: LiteralString = (
    "WITH "
    + MUTED
    + """, newest AS MATERIALIZED (
        SELECT t.template_id, t.name, t.prompt_rules, t.turn_count, t.word_limit, t.created_at
        FROM """
    + fair(
        "(t.account_id = ANY ((SELECT accounts FROM muted)::uuid[])) IS NOT TRUE",
        per_author="%(per_author)s",
        per_person="4",
        most="12",
    )
    + """ AS found JOIN personas.templates t USING (template_id)
    )
    SELECT newest.*, (
        SELECT count(*) FROM personas.posts p
        WHERE p.template_id = newest.template_id AND p.created_at > %(now)s::timestamptz - interval '30 days'
            AND p.status = 'PUBLISHED'
    ) AS usage_count
    FROM newest ORDER BY created_at DESC, template_id DESC
    """
)


def list_followed(tx: Tx, account_id: UUID) -> Cursor:
    """Return the 20 newest posts of personas that the account follows, and battles in which they speak."""
    return tx.execute(_FOLLOWED, {"me": account_id, "now": tx.now})


def list_trending(tx: Tx, account_id: UUID) -> Cursor:
    """Return the 20 posts that others share and remix most."""
    return tx.execute(_TRENDING, {"me": account_id, "now": tx.now})


def list_new_templates(tx: Tx, account_id: UUID) -> Cursor:
    """Return the 12 newest public templates, newest first, at most 3 of each author; the product is none.

    The accounts that one address has signed up have 4 together.
    """
    return tx.execute(_TEMPLATES, {"me": account_id, "now": tx.now, "per_author": OFFERED_PER_AUTHOR})
