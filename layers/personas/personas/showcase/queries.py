"""SQL of lists of battles, on the tables of posts, battles, replies and profiles."""

from __future__ import annotations

from typing import LiteralString
from uuid import UUID

from kernel.database import Cursor, Tx
from personas.posts.expressions import SIDES

_SHOWN: LiteralString = (
    """
    SELECT p.post_id AS battle_id, p.room_id, r.name AS room_name, b.topic, p.published_at, b.status, b.turn_count,
        b.next_turn - 1 AS turns_done, b.verdict ->> 'winner' AS winner,
        p.account_id, reply.replies, remix.remixes, reply.of_others + remix.of_others AS echo,
    """
    + SIDES
    + """ AS sides
    FROM newest JOIN personas.public_posts AS p USING (post_id)
    JOIN personas.battles AS b USING (post_id) JOIN personas.rooms AS r USING (room_id)
    CROSS JOIN LATERAL (
        SELECT count(*) AS replies, count(*) FILTER (WHERE a.account_id IS DISTINCT FROM p.account_id) AS of_others
        FROM personas.replies AS a WHERE a.post_id = p.post_id AND a.hidden_at IS NULL
    ) AS reply
    CROSS JOIN LATERAL (
        SELECT count(*) AS remixes, count(*) FILTER (WHERE y.account_id <> p.account_id) AS of_others
        FROM personas.battles AS x JOIN personas.public_posts AS y USING (post_id)
        WHERE x.source_battle_id = p.post_id
    ) AS remix
    ORDER BY p.published_at DESC, p.post_id DESC
    """
)
"""Of `newest`, the ids of public battles."""


# The limit of a room is written out: for one that is a parameter, Postgres plans as if it were a tenth of all rows.
_NEWEST: LiteralString = (
    """
    WITH newest AS MATERIALIZED (
        SELECT post_id FROM (
            SELECT seen.post_id, seen.published_at, row_number() OVER (
                PARTITION BY seen.account_id ORDER BY seen.published_at DESC, seen.post_id DESC
            ) AS place
            FROM personas.rooms AS q CROSS JOIN LATERAL (
                SELECT post_id, account_id, published_at FROM personas.public_posts
                WHERE room_id = q.room_id AND kind = 'BATTLE' ORDER BY published_at DESC, post_id DESC LIMIT 200
            ) AS seen
            WHERE %(room_id)s::uuid IS NULL OR q.room_id = %(room_id)s
        ) AS placed
        WHERE place <= %(per_author)s ORDER BY published_at DESC, post_id DESC LIMIT %(limit)s
    )
    """
    + _SHOWN
)


def list_newest(tx: Tx, room_id: UUID | None, limit: int, per_author: int) -> Cursor:
    """Return the newest battles of a room or of all, newest first, and only the newest ones of each author.

    It looks at a bounded number of each room, so that many in one room hide nothing in another.
    """
    return tx.execute(_NEWEST, {"room_id": room_id, "limit": limit, "per_author": per_author})


def list_newest_of(tx: Tx, slug: str, limit: int) -> Cursor:
    """Return the newest battles in which a public persona speaks, newest first."""
    return tx.execute(
        """
        WITH speaker AS MATERIALIZED (
            SELECT persona_id FROM personas.public_profiles WHERE slug = %(slug)s AND is_public
        ), newest AS MATERIALIZED (
            SELECT found.post_id FROM (
                (SELECT b.post_id, b.created_at FROM personas.battles AS b JOIN personas.public_posts USING (post_id)
                 WHERE b.pro_persona_id = (SELECT persona_id FROM speaker)
                 ORDER BY b.created_at DESC LIMIT %(limit)s)
                UNION
                (SELECT b.post_id, b.created_at FROM personas.battles AS b JOIN personas.public_posts USING (post_id)
                 WHERE b.con_persona_id = (SELECT persona_id FROM speaker)
                 ORDER BY b.created_at DESC LIMIT %(limit)s)
            ) AS found
            ORDER BY found.created_at DESC LIMIT %(limit)s
        )
        """
        + _SHOWN,
        {"slug": slug, "limit": limit},
    )
