"""What names the present content of a card."""

from __future__ import annotations

from uuid import UUID

from kernel.database import Cursor, Tx


def find_version(tx: Tx, battle_id: UUID) -> Cursor:
    """Return when a published post, or anything on its card, last changed, its language and its number of parts.

    `changed` is in microseconds. Hiding a part is a change, and one that was deleted is missing from the number.
    """
    return tx.execute(
        """
        SELECT (1000000 * extract(epoch FROM greatest(p.updated_at, b.updated_at, turns.changed_at, replies.changed_at))
               )::bigint AS changed,
               turns.number + replies.number AS parts,
               (SELECT CASE WHEN bool_and(s.preferred_language = 'tr') THEN 'tr' ELSE 'en' END
                FROM personas.personas AS s
                WHERE s.persona_id IN (b.pro_persona_id, b.con_persona_id, p.persona_id)) AS language
        FROM personas.public_posts AS p
        LEFT JOIN personas.battles AS b USING (post_id)
        CROSS JOIN LATERAL (
            SELECT max(t.created_at) AS changed_at, count(*) AS number
            FROM personas.battle_turns AS t WHERE t.post_id = p.post_id
        ) AS turns
        CROSS JOIN LATERAL (
            SELECT max(greatest(r.updated_at, r.hidden_at)) AS changed_at,
                   count(*) FILTER (WHERE r.hidden_at IS NULL) AS number
            FROM personas.replies AS r WHERE r.post_id = p.post_id
        ) AS replies
        WHERE p.post_id = %s
        """,
        (battle_id,),
    )
