"""SQL of lists of battles, on the tables of posts, battles, replies and profiles."""

from __future__ import annotations

from typing import LiteralString
from uuid import UUID

from kernel.database import Cursor, Tx
from personas.people.expressions import PERSON
from personas.posts.expressions import SIDES

_SHOWN: LiteralString = (
    """
    SELECT p.post_id AS battle_id, p.room_id, r.name AS room_name, b.topic, p.published_at, b.status, b.turn_count,
        b.next_turn - 1 AS turns_done, b.verdict ->> 'winner' AS winner,
        p.account_id, reply.replies, remix.remixes, reply.of_others + remix.of_others AS echo,
        a.created_at > %(now)s::timestamptz - interval '1 day' AS is_author_new,
    """
    + PERSON
    + " AS person, "
    + SIDES
    + """ AS sides
    FROM newest JOIN personas.public_posts AS p USING (post_id)
    JOIN personas.battles AS b USING (post_id) JOIN personas.rooms AS r USING (room_id)
    JOIN kernel.accounts AS a ON a.account_id = p.account_id
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


_CANDIDATE: LiteralString = (
    "SELECT p.post_id, p.published_at, "
    + PERSON
    + """ AS person
    FROM personas.public_posts AS p JOIN kernel.accounts AS a USING (account_id)
    WHERE p.kind = 'BATTLE' AND p.room_id = """
)

# It goes from one battle to the next that may be shown, so that those of someone who has many hide no one's.
_NEWEST: LiteralString = (
    """
    WITH RECURSIVE walk AS (
        SELECT q.room_id, first.post_id, first.published_at, ARRAY[first.person] AS people
        FROM personas.rooms AS q CROSS JOIN LATERAL (
    """
    + _CANDIDATE
    + """q.room_id ORDER BY p.published_at DESC, p.post_id DESC LIMIT 1
        ) AS first
        WHERE %(room_id)s::uuid IS NULL OR q.room_id = %(room_id)s
        UNION ALL
        SELECT walk.room_id, next.post_id, next.published_at, walk.people || next.person
        FROM walk CROSS JOIN LATERAL (
    """
    + _CANDIDATE
    + "walk.room_id AND (p.published_at, p.post_id) < (walk.published_at, walk.post_id)"
    + " AND cardinality(array_positions(walk.people, "
    + PERSON
    + """)) < %(per_person)s ORDER BY p.published_at DESC, p.post_id DESC LIMIT 1
        ) AS next
        WHERE cardinality(walk.people) < %(limit)s
    ), newest AS MATERIALIZED (
        SELECT post_id FROM walk ORDER BY published_at DESC, post_id DESC LIMIT %(limit)s
    )
    """
    + _SHOWN
)


def list_newest(tx: Tx, room_id: UUID | None, limit: int, per_person: int) -> Cursor:
    """Return the newest battles of a room or of all, newest first, and only the newest ones of each person in a room.

    It looks at a bounded number of each room, so that many in one room hide nothing in another.
    """
    return tx.execute(_NEWEST, {"room_id": room_id, "limit": limit, "per_person": per_person, "now": tx.now})


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
        {"slug": slug, "limit": limit, "now": tx.now},
    )
