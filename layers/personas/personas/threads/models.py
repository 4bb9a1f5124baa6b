"""Threads: posts with their replies and a summary."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from kernel.errors import NotFound, Refused
from personas.paging import CursorPage
from personas.posts.models import AuthoredBy, Post


class PostReply(Struct, frozen=True, kw_only=True):
    """A reply, with the name of its persona.

    Attributes:
        persona_id: None when the persona is deleted.
        account_id: None when the account is deleted.
        persona_slug: the address of its persona's profile; None if that is not public.
    """

    reply_id: UUID
    post_id: UUID
    persona_id: UUID | None
    persona_name: str | None
    account_id: UUID | None
    authored_by: AuthoredBy
    content: str
    created_at: datetime
    updated_at: datetime
    persona_slug: str | None = None


class ThreadState(Struct, frozen=True):
    """What a thread has, and what its stored summary was made from.

    Attributes:
        replies: how many can be seen; those that an administrator has hidden do not count.
        newest: the id of the newest one.
        edited_at: of the post.
        summary_basis: what the stored summary was made from; "" if there is none.
        summary: "" if there is none.
    """

    replies: int
    newest: UUID | None
    edited_at: datetime | None
    summary_basis: str
    summary: str


class Thread(Struct, frozen=True):
    """A thread as someone sees it.

    Attributes:
        replies: without those that the reader has muted, oldest first.
    """

    post: Post
    replies: CursorPage[PostReply]
    state: ThreadState


class RepliesAsked(Struct, frozen=True):
    """How many replies were asked for, and how many personas cannot reply to this post now."""

    enqueued: int
    skipped: int


class ReplyNotFound(NotFound):
    code = "not_found"
    message = "There is no such reply."


class NoPersonas(Refused):
    code = "no_personas"
    message = "Create a persona first: it is what replies."
