"""SQL on personas.posts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final, LiteralString
from uuid import UUID

from kernel.database import Cursor, Tx
from personas.mutes.expressions import IS_NOT_MUTED, MUTED
from personas.paging import LAST_ID, LATEST
from personas.posts.expressions import AUTHOR_SLUG, SIDES

if TYPE_CHECKING:
    from personas.posts.models import Post, PostKind, PostStatus

_COLUMNS: Final[LiteralString] = """
    p.post_id, p.room_id, p.persona_id, s.name AS persona_name, p.account_id, p.kind, p.authored_by, p.status,
    p.content, p.template_id, p.published_at, p.edited_at, p.hidden_at, p.created_at, p.updated_at
"""
_FROM: Final[LiteralString] = """
    FROM personas.posts p LEFT JOIN personas.personas s ON s.persona_id = p.persona_id
"""


def insert_post(tx: Tx, post: Post) -> None:
    tx.execute(
        """
        INSERT INTO personas.posts (
            post_id, room_id, persona_id, account_id, kind, authored_by, status, content, template_id, published_at,
            created_at, updated_at
        ) VALUES (
            %(post_id)s, %(room_id)s, %(persona_id)s, %(account_id)s, %(kind)s, %(authored_by)s, %(status)s,
            %(content)s, %(template_id)s, %(published_at)s, %(now)s, %(now)s
        )
        """,
        {
            "post_id": post.post_id,
            "room_id": post.room_id,
            "persona_id": post.persona_id,
            "account_id": post.account_id,
            "kind": post.kind,
            "authored_by": post.authored_by,
            "status": post.status,
            "content": post.content,
            "template_id": post.template_id,
            "published_at": post.published_at,
            "now": post.created_at,
        },
    )


def find_post(tx: Tx, post_id: UUID) -> Cursor:
    return tx.execute("SELECT " + _COLUMNS + _FROM + " WHERE p.post_id = %s", (post_id,))


def lock_post(tx: Tx, post_id: UUID) -> Cursor:
    return tx.execute("SELECT " + _COLUMNS + _FROM + " WHERE p.post_id = %s FOR NO KEY UPDATE OF p", (post_id,))


_SHOWN: Final[LiteralString] = _COLUMNS + ", " + AUTHOR_SLUG + " AS persona_slug, " + SIDES + " AS sides"
"""What someone reads of a post."""


# The limit is written out: for a limit that is a parameter, Postgres plans as if it were a tenth of all rows.
_PUBLISHED_IN_ROOM: Final[LiteralString] = (
    "SELECT "
    + _SHOWN
    + _FROM
    + """
    LEFT JOIN personas.battles b ON b.post_id = p.post_id CROSS JOIN muted
    WHERE p.room_id = %(room_id)s AND p.status = 'PUBLISHED' AND (p.published_at, p.post_id) < (%(moment)s, %(post_id)s)
        AND (p.account_id = %(me)s OR (p.hidden_at IS NULL AND """
    + IS_NOT_MUTED
    + "))"
)
_DRAFTS_IN_ROOM: Final[LiteralString] = (
    "SELECT "
    + _SHOWN
    + _FROM
    + """
    WHERE p.room_id = %(room_id)s AND p.account_id = %(me)s AND p.status = 'DRAFT'
        AND (p.created_at, p.post_id) < (%(moment)s, %(post_id)s)
    """
)
_OF_KIND: Final[Mapping[PostKind | None, LiteralString]] = {
    "POST": " AND p.kind = 'POST'",
    "BATTLE": " AND p.kind = 'BATTLE'",
    None: "",
}


def list_in_room(
    tx: Tx,
    room_id: UUID,
    reader_id: UUID,
    kind: PostKind | None,
    status: PostStatus | None,
    mine: bool,
    after: tuple[datetime | None, UUID | None],
    limit: int,
) -> Cursor:
    """Return what a reader may see in a room, newest first: what is public and not muted, and all that is theirs.

    Args:
        kind, status: only such posts; None for all.
        mine: only the reader's own.
        after: the moment and the id of the post before the first one; None and None to begin with the newest.
        limit: 101 at most.
    """
    filtered: LiteralString = _OF_KIND[kind] + (" AND p.account_id = %(me)s" if mine else "")
    published: LiteralString = (
        "(" + _PUBLISHED_IN_ROOM + filtered + " ORDER BY p.published_at DESC, p.post_id DESC LIMIT 101)"
    )
    drafts: LiteralString = "(" + _DRAFTS_IN_ROOM + filtered + " ORDER BY p.created_at DESC, p.post_id DESC LIMIT 101)"
    wanted: Mapping[PostStatus | None, LiteralString] = {
        "PUBLISHED": published,
        "DRAFT": drafts,
        None: published + " UNION ALL " + drafts,
    }
    return tx.execute(
        "WITH "
        + MUTED
        + " SELECT * FROM ("
        + wanted[status]
        + ") AS found ORDER BY coalesce(published_at, created_at) DESC, post_id DESC LIMIT %(limit)s",
        {
            "room_id": room_id,
            "me": reader_id,
            "moment": after[0] or LATEST,
            "post_id": after[1] or LAST_ID,
            "limit": limit,
        },
    )


def publish(tx: Tx, post_id: UUID, content: str) -> None:
    tx.execute(
        """
        UPDATE personas.posts
        SET status = 'PUBLISHED', authored_by = 'AI_DRAFT_APPROVED', content = %(content)s,
            published_at = %(now)s, updated_at = %(now)s
        WHERE post_id = %(post_id)s AND status = 'DRAFT'
        """,
        {"post_id": post_id, "content": content, "now": tx.now},
    )


def update_content(tx: Tx, post: Post) -> None:
    tx.execute(
        "UPDATE personas.posts SET content = %s, edited_at = %s, updated_at = %s WHERE post_id = %s",
        (post.content, post.edited_at, post.updated_at, post.post_id),
    )


def delete_post(tx: Tx, post_id: UUID) -> None:
    tx.execute("DELETE FROM personas.posts WHERE post_id = %s", (post_id,))


def set_hidden(tx: Tx, post_id: UUID, *, hidden: bool) -> None:
    tx.execute(
        "UPDATE personas.posts SET hidden_at = %s, updated_at = %s WHERE post_id = %s",
        (tx.now if hidden else None, tx.now, post_id),
    )
