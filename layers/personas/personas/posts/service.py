"""Posts: stored, read, published, edited and deleted."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

from msgspec.structs import asdict, replace

from kernel.database import Cursor, Tx
from kernel.events.service import announce
from personas import paging
from personas.activity import service as activity
from personas.happenings import service as happenings
from personas.paging import CursorPage, page_of
from personas.posts import queries, rules
from personas.posts.models import NewPost, Post, PostApproved, PostKind, PostStatus, Sides
from personas.rooms import service as rooms
from personas.safety.rules import check, cut


def insert_post(tx: Tx, new: NewPost, persona_name: str | None = None) -> Post:
    """Store a post; one that is published is published now.

    Args:
        persona_name: of its persona, for the answer.
    """
    post = Post(
        **asdict(new),
        post_id=uuid4(),
        persona_name=persona_name,
        published_at=tx.now if new.status == "PUBLISHED" else None,
        edited_at=None,
        hidden_at=None,
        created_at=tx.now,
        updated_at=tx.now,
    )
    queries.insert_post(tx, post)
    return post


def ask(tx: Tx, post_id: UUID) -> Callable[[], Post | None]:
    """Ask for a post, without regard to who may see it; the answer comes with the next round trip."""
    return _asked(queries.find_post(tx, post_id))


def ask_locked(tx: Tx, post_id: UUID) -> Callable[[], Post | None]:
    """Ask for a post and lock it until the transaction ends."""
    return _asked(queries.lock_post(tx, post_id))


def list_in_room(
    tx: Tx,
    room_id: UUID,
    account_id: UUID,
    *,
    kind: PostKind | None = None,
    status: PostStatus | None = None,
    mine: bool = False,
    cursor: str = "",
    limit: int = paging.MOST,
) -> CursorPage[Post]:
    """Return what someone may see in a room, newest first: public posts that they have not muted, and all their own.

    Args:
        kind, status: only such posts; None for all.
        mine: only their own.
        cursor: of the page before; "" for the first one.

    Raises:
        InvalidCursor; RoomNotFound
    """
    after = paging.after(cursor)
    room = rooms.ask_existing(tx, room_id)
    found = queries.list_in_room(tx, room_id, account_id, kind, status, mine, after, limit + 1)
    room()
    posts = [Post(**{**row, "sides": Sides.of(row["sides"])}) for row in found]
    return page_of(posts, limit, lambda post: (post.published_at or post.created_at, post.post_id))


def approve(tx: Tx, account_id: UUID, post_id: UUID, read_content: Callable[[], str]) -> Post:
    """Publish a draft. However often this is called at once, only one call succeeds.

    Args:
        read_content: returns the text that replaces the draft's, blank to keep it; or raises what is wrong with its
            form.

    Raises:
        PostNotFound, NotYourPost, NotADraft; what `read_content` raises; UnsafeText
    """
    post = rules.own_draft(ask_locked(tx, post_id)(), account_id)
    written = read_content()
    content = check(written if written.strip() else post.content, rules.MAX_POST)
    post = replace(
        post,
        status="PUBLISHED",
        authored_by="AI_DRAFT_APPROVED",
        content=content,
        published_at=tx.now,
        updated_at=tx.now,
    )
    queries.publish(tx, post_id, content)
    if post.persona_id is not None:
        about = {
            "post_id": str(post_id),
            "room_id": str(post.room_id),
            "post_preview": cut(content, activity.POST_PREVIEW),
        }
        activity.record(tx, post.persona_id, "post_created", about)
        activity.record(tx, post.persona_id, "thread_participated", about)
    announce(tx, PostApproved(account_id=account_id, post_id=post_id, room_id=post.room_id))
    ids = {"post_id": post_id, "room_id": post.room_id, "persona_id": post.persona_id}
    happenings.record(tx, "post_approved", account_id, ids)
    return post


def reject(tx: Tx, account_id: UUID, post_id: UUID) -> None:
    """Delete a draft.

    Raises:
        PostNotFound, NotYourPost, NotADraft
    """
    rules.own_draft(ask_locked(tx, post_id)(), account_id)
    queries.delete_post(tx, post_id)


def edit(tx: Tx, account_id: UUID, post_id: UUID, read_content: Callable[[], str]) -> Post:
    """Replace the text of a draft or a published post of one's own. What says who wrote it stays as it is.

    Args:
        read_content: returns the text, or raises what is wrong with its form.

    Raises:
        PostNotFound, NotYourPost, BattleNotEditable; what `read_content` raises; UnsafeText
    """
    post = rules.editable(ask_locked(tx, post_id)(), account_id)
    content = check(read_content(), rules.MAX_POST)
    edited_at = tx.now if post.status == "PUBLISHED" else None
    post = replace(post, content=content, edited_at=edited_at, updated_at=tx.now)
    queries.update_content(tx, post)
    return post


def lock_own(tx: Tx, account_id: UUID, post_id: UUID) -> Post:
    """Return a post of one's own, and lock it until the transaction ends.

    Raises:
        PostNotFound, NotYourPost
    """
    return rules.own(ask_locked(tx, post_id)(), account_id)


def delete(tx: Tx, post: Post) -> None:
    """Delete a draft, a post or a battle, with its replies. `battles.forgetting` takes it out of the log."""
    queries.delete_post(tx, post.post_id)


def hide(tx: Tx, post_id: UUID, *, hidden: bool) -> None:
    """Take a post down, or put it back; its author still sees it."""
    queries.set_hidden(tx, post_id, hidden=hidden)


def _asked(found: Cursor) -> Callable[[], Post | None]:
    def post() -> Post | None:
        row = found.fetchone()
        return None if row is None else Post(**row)

    return post
