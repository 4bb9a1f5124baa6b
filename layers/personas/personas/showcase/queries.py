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
        (SELECT count(*) FROM personas.replies AS a WHERE a.post_id = p.post_id AND a.hidden_at IS NULL) AS replies,
        (SELECT count(*) FROM personas.battles AS x JOIN personas.public_posts USING (post_id)
         WHERE x.source_battle_id = p.post_id) AS remixes,
    """
    + SIDES
    + """ AS sides
    FROM newest JOIN personas.public_posts AS p USING (post_id)
    JOIN personas.battles AS b USING (post_id) JOIN personas.rooms AS r USING (room_id)
    ORDER BY p.published_at DESC, p.post_id DESC
    """
)
"""Of `newest`, the ids of public battles."""


def list_newest(tx: Tx, limit: int) -> Cursor:
    """Return the newest battles of all rooms, newest first."""
    return tx.execute(
        """
        WITH newest AS MATERIALIZED (
            SELECT post_id FROM personas.public_posts WHERE kind = 'BATTLE'
            ORDER BY published_at DESC, post_id DESC LIMIT %s
        )
        """
        + _SHOWN,
        (limit,),
    )


def list_newest_in_room(tx: Tx, room_id: UUID, limit: int) -> Cursor:
    """Return the newest battles of a room, newest first."""
    return tx.execute(
        """
        WITH newest AS MATERIALIZED (
            SELECT post_id FROM personas.public_posts WHERE room_id = %s AND kind = 'BATTLE'
            ORDER BY published_at DESC, post_id DESC LIMIT %s
        )
        """
        + _SHOWN,
        (room_id, limit),
    )


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
