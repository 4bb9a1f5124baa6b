"""SQL on personas.replies and thread_summaries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, LiteralString
from uuid import UUID

from kernel.database import Cursor, Tx
from personas.mutes.expressions import IS_AUTHOR_NOT_MUTED, IS_POST_BLOCKED, MUTED
from personas.paging import EARLIEST, FIRST_ID
from personas.posts.expressions import AUTHOR_SLUG

if TYPE_CHECKING:
    from personas.threads.models import PostReply

_COLUMNS: Final[LiteralString] = (
    """
    p.reply_id, p.post_id, p.persona_id, s.name AS persona_name, p.account_id, p.authored_by, p.content, p.created_at,
    p.updated_at, """
    + AUTHOR_SLUG
    + " AS persona_slug"
)
_FROM: Final[LiteralString] = """
    FROM personas.replies p LEFT JOIN personas.personas s ON s.persona_id = p.persona_id
"""


def list_replies(
    tx: Tx, post_id: UUID, reader_id: UUID, after: tuple[datetime | None, UUID | None], limit: int
) -> Cursor:
    """Return the replies that a reader sees, oldest first, from behind the one that is named."""
    return tx.execute(
        "WITH "
        + MUTED
        + " SELECT "
        + _COLUMNS
        + _FROM
        + """
        CROSS JOIN muted
        WHERE p.post_id = %(post_id)s AND p.hidden_at IS NULL AND (p.created_at, p.reply_id) > (%(moment)s, %(id)s)
            AND """
        + IS_AUTHOR_NOT_MUTED
        + " ORDER BY p.created_at, p.reply_id LIMIT %(limit)s",
        {
            "post_id": post_id,
            "me": reader_id,
            "moment": after[0] or EARLIEST,
            "id": after[1] or FIRST_ID,
            "limit": limit,
        },
    )


def list_to_summarise(tx: Tx, post_id: UUID, limit: int) -> Cursor:
    """Return the newest replies, newest first, as `name, content, language`."""
    return tx.execute(
        """
        SELECT s.name, r.content, s.preferred_language AS language
        FROM personas.replies r LEFT JOIN personas.personas s ON s.persona_id = r.persona_id
        WHERE r.post_id = %s AND r.hidden_at IS NULL
        ORDER BY r.created_at DESC, r.reply_id DESC LIMIT %s
        """,
        (post_id, limit),
    )


def find_state(tx: Tx, post_id: UUID) -> Cursor:
    return tx.execute(
        """
        SELECT
            (SELECT count(*) FROM personas.replies r WHERE r.post_id = p.post_id AND r.hidden_at IS NULL) AS replies,
            (SELECT r.reply_id FROM personas.replies r WHERE r.post_id = p.post_id AND r.hidden_at IS NULL
             ORDER BY r.created_at DESC, r.reply_id DESC LIMIT 1) AS newest,
            p.edited_at, coalesce(s.basis, '') AS summary_basis, coalesce(s.summary, '') AS summary
        FROM personas.posts p LEFT JOIN personas.thread_summaries s ON s.post_id = p.post_id
        WHERE p.post_id = %s
        """,
        (post_id,),
    )


def list_never_summarised(tx: Tx, post_ids: Sequence[UUID]) -> Cursor:
    """Return what those of the posts have that can be seen, have replies, and never had a summary."""
    return tx.execute(
        """
        SELECT p.post_id, p.account_id, p.edited_at, seen.replies, seen.newest
        FROM personas.public_posts p CROSS JOIN LATERAL (
            SELECT count(*) AS replies, (array_agg(reply_id ORDER BY created_at DESC, reply_id DESC))[1] AS newest
            FROM personas.replies r WHERE r.post_id = p.post_id AND r.hidden_at IS NULL
        ) AS seen
        WHERE p.post_id = ANY(%s::uuid[]) AND seen.replies > 0
            AND NOT EXISTS (SELECT FROM personas.thread_summaries s WHERE s.post_id = p.post_id)
        ORDER BY p.post_id
        """,
        (list(post_ids),),
    )


def find_language(tx: Tx, post_id: UUID) -> Cursor:
    """Return the language of the post's persona."""
    return tx.execute(
        """
        SELECT s.preferred_language AS language
        FROM personas.posts p JOIN personas.personas s ON s.persona_id = p.persona_id WHERE p.post_id = %s
        """,
        (post_id,),
    )


def find_standing(tx: Tx, post_id: UUID, persona_id: UUID, account_id: UUID) -> Cursor:
    """Return whether a persona has replied already, and whether its person and the post's have blocked each other."""
    return tx.execute(
        """
        SELECT
            EXISTS (SELECT FROM personas.replies r
                WHERE r.post_id = p.post_id AND r.persona_id = %(persona_id)s) AS has_replied,
        """
        + IS_POST_BLOCKED
        + " AS is_blocked FROM personas.posts p WHERE p.post_id = %(post_id)s",
        {"post_id": post_id, "persona_id": persona_id, "me": account_id},
    )


def find_blocked(tx: Tx, post_id: UUID, account_id: UUID) -> Cursor:
    return tx.execute(
        "SELECT " + IS_POST_BLOCKED + " AS is_blocked FROM personas.posts p WHERE p.post_id = %(post_id)s",
        {"post_id": post_id, "me": account_id},
    )


def list_turns(tx: Tx, post_id: UUID, limit: int) -> Cursor:
    """Return the last turns of a battle, last first."""
    return tx.execute(
        """
        SELECT speaker_name, side, content FROM personas.battle_turns
        WHERE post_id = %s ORDER BY turn_index DESC LIMIT %s
        """,
        (post_id, limit),
    )


_CANDIDATES: Final[LiteralString] = """
    SELECT s.persona_id, s.daily_reply_quota AS quota, %(day)s::date AS day,
        coalesce((SELECT q.used FROM personas.quota_usage q WHERE q.scope = 'persona' AND q.scope_id = s.persona_id
            AND q.quota_type = 'reply' AND q.day = %(day)s), 0) AS used_by_persona,
        coalesce((SELECT q.used FROM personas.quota_usage q WHERE q.scope = 'account' AND q.scope_id = s.account_id
            AND q.quota_type = 'reply' AND q.day = %(day)s), 0) AS used_by_account,
        EXISTS (SELECT FROM personas.replies r
            WHERE r.post_id = %(post_id)s AND r.persona_id = s.persona_id) AS has_replied,
        EXISTS (SELECT FROM kernel.outside_requests o
            WHERE o.dedupe_key = 'reply:' || %(post_id)s::text || ':' || s.persona_id
                AND o.status IN ('pending', 'claimed')) AS is_replying
"""


def list_named_candidates(tx: Tx, post_id: UUID, account_id: UUID, persona_ids: Sequence[UUID], day: date) -> Cursor:
    """Return the account's personas among those that were named, and what keeps each from replying."""
    return tx.execute(
        _CANDIDATES
        + " FROM personas.personas s WHERE s.account_id = %(account_id)s AND s.persona_id = ANY(%(persona_ids)s)",
        {"post_id": post_id, "account_id": account_id, "persona_ids": list(persona_ids), "day": day},
    )


def list_oldest_candidates(tx: Tx, post_id: UUID, account_id: UUID, limit: int, day: date) -> Cursor:
    """Return the account's oldest personas, oldest first, and what keeps each from replying."""
    return tx.execute(
        _CANDIDATES
        + """
        FROM personas.personas s WHERE s.account_id = %(account_id)s
        ORDER BY s.created_at, s.persona_id LIMIT %(limit)s
        """,
        {"post_id": post_id, "account_id": account_id, "limit": limit, "day": day},
    )


def insert_reply(tx: Tx, reply: PostReply) -> None:
    tx.execute(
        """
        INSERT INTO personas.replies (reply_id, post_id, persona_id, account_id, authored_by, content, created_at,
            updated_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (
            reply.reply_id,
            reply.post_id,
            reply.persona_id,
            reply.account_id,
            reply.authored_by,
            reply.content,
            reply.created_at,
            reply.updated_at,
        ),
    )


def store_summary(tx: Tx, post_id: UUID, basis: str, summary: str, asked_at: datetime) -> None:
    """Store a summary, unless one that was asked for later is there, or the post is gone."""
    tx.execute(
        """
        INSERT INTO personas.thread_summaries AS s (post_id, basis, summary, updated_at)
        SELECT post_id, %(basis)s, %(summary)s, %(asked_at)s FROM personas.posts WHERE post_id = %(post_id)s
        ON CONFLICT (post_id) DO UPDATE
            SET basis = excluded.basis, summary = excluded.summary, updated_at = excluded.updated_at
            WHERE s.updated_at <= excluded.updated_at
        """,
        {"post_id": post_id, "basis": basis, "summary": summary, "asked_at": asked_at},
    )


def store_failed_summary(tx: Tx, post_id: UUID, basis: str, asked_at: datetime) -> None:
    """Note that there will be no summary of this; an older one stays."""
    tx.execute(
        """
        INSERT INTO personas.thread_summaries AS s (post_id, basis, summary, updated_at)
        SELECT post_id, %(basis)s, '', %(asked_at)s FROM personas.posts WHERE post_id = %(post_id)s
        ON CONFLICT (post_id) DO UPDATE SET basis = excluded.basis, updated_at = excluded.updated_at
            WHERE s.updated_at <= excluded.updated_at
        """,
        {"post_id": post_id, "basis": basis, "asked_at": asked_at},
    )


def forget_summary(tx: Tx, post_id: UUID) -> None:
    tx.execute("DELETE FROM personas.thread_summaries WHERE post_id = %s", (post_id,))


def set_hidden(tx: Tx, reply_id: UUID, *, hidden: bool) -> None:
    tx.execute(
        "UPDATE personas.replies SET hidden_at = %s, updated_at = %s WHERE reply_id = %s",
        (tx.now if hidden else None, tx.now, reply_id),
    )
