"""What the dashboard shows of a room: its posts, one's own drafts among them, and a thread."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from functions.personas.pages.battle_views import sides
from functions.personas.pages.views import Shown, as_id
from kernel.accounts.models import Identity
from kernel.database import Tx
from personas.mutes.models import Blocked
from personas.posts import service as posts
from personas.posts.models import Post, PostNotFound
from personas.threads import service as threads
from personas.threads.models import PostReply, Thread

FIRST_SHOWN: Final = 15
"""How many posts a room shows before someone asks for all of them."""


def in_room(tx: Tx, me: Identity, room: Shown | None, thread_id: str | None, *, all_of_them: bool) -> dict[str, Any]:
    """Return a room's posts, and the thread that is open."""
    if room is None:
        return {"posts": [], "thread": None, "has_more": False}
    found = posts.list_in_room(tx, UUID(room["id"]), me.account_id)
    shown = found if all_of_them else found[:FIRST_SHOWN]
    return {
        "posts": [_post(each, me) for each in shown],
        "thread": _thread(tx, me, as_id(thread_id)),
        "has_more": len(shown) < len(found),
    }


def _thread(tx: Tx, me: Identity, post_id: UUID | None) -> Shown | None:
    if post_id is None:
        return None
    try:
        found = threads.read_thread(tx, me.account_id, post_id)
    except (PostNotFound, Blocked):
        return None  # deleted or blocked meanwhile; the page shows what is there
    return _shown_thread(found, me)


def _shown_thread(found: Thread, me: Identity) -> Shown:
    return {
        "post": _post(found.post, me),
        "replies": [_reply(each) for each in found.replies],
        "ai_summary": found.state.summary,
    }


def _post(found: Post, me: Identity) -> Shown:
    return {
        "id": str(found.post_id),
        "persona_id": found.persona_id and str(found.persona_id),
        "persona_name": found.persona_name,
        "persona_slug": found.persona_slug,
        "sides": sides(found.sides),
        "authored_by": found.authored_by,
        "status": found.status,
        "is_battle": found.kind == "BATTLE",
        "is_mine": found.account_id == me.account_id,
        "is_hidden": found.hidden_at is not None,
        "content": found.content,
        "created_at": found.created_at,
        "published_at": found.published_at,
        "edited_at": found.edited_at,
    }


def _reply(found: PostReply) -> Shown:
    return {
        "id": str(found.reply_id),
        "persona_id": found.persona_id and str(found.persona_id),
        "persona_name": found.persona_name,
        "persona_slug": found.persona_slug,
        "authored_by": found.authored_by,
        "content": found.content,
        "created_at": found.created_at,
    }
