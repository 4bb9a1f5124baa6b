"""Rooms, posts and threads as people who are signed in see them. Source: personas 5, 7, 8."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel

from doors.bodies import StrictBody, Text
from doors.fields import Timestamp
from personas.paging import CursorPage
from personas.posts.models import AuthoredBy, Post, PostKind, PostStatus
from personas.rooms.models import Room
from personas.threads.models import PostReply, RepliesAsked, Thread
from personas.threads.rules import summary_text


class RoomShape(BaseModel):
    """A room."""

    id: UUID
    slug: str
    name: str
    description: str
    created_at: Timestamp

    @classmethod
    def of(cls, room: Room) -> RoomShape:
        return cls(
            id=room.room_id,
            slug=room.slug,
            name=room.name,
            description=room.description,
            created_at=room.created_at,
        )


class RoomsShape(BaseModel):
    """All rooms, by name."""

    rooms: list[RoomShape]


class PostShape(BaseModel):
    """A post. `authored_by` says whether a machine wrote it, and whether a person has approved it.

    Lists name the two speakers of a battle.
    """

    id: UUID
    room_id: UUID
    persona_id: UUID | None = None
    persona_name: str | None = None
    kind: PostKind
    authored_by: AuthoredBy
    status: PostStatus
    content: str
    pro_name: str | None = None
    con_name: str | None = None
    published_at: Timestamp | None = None
    edited_at: Timestamp | None = None
    hidden_at: Timestamp | None = None
    created_at: Timestamp
    updated_at: Timestamp

    @classmethod
    def of(cls, post: Post) -> PostShape:
        return cls(
            id=post.post_id,
            room_id=post.room_id,
            persona_id=post.persona_id,
            persona_name=post.persona_name,
            kind=post.kind,
            authored_by=post.authored_by,
            status=post.status,
            content=post.content,
            pro_name=post.sides.pro_name if post.sides else None,
            con_name=post.sides.con_name if post.sides else None,
            published_at=post.published_at,
            edited_at=post.edited_at,
            hidden_at=post.hidden_at,
            created_at=post.created_at,
            updated_at=post.updated_at,
        )


class PostsShape(BaseModel):
    """The posts of a room, newest first. `next_cursor` is empty on the last page."""

    posts: list[PostShape]
    next_cursor: str

    @classmethod
    def of(cls, page: CursorPage[Post]) -> PostsShape:
        return cls(posts=[PostShape.of(post) for post in page], next_cursor=page.next_cursor)


class ReplyShape(BaseModel):
    """A reply."""

    id: UUID
    post_id: UUID
    persona_id: UUID | None = None
    persona_name: str | None = None
    authored_by: AuthoredBy
    content: str
    created_at: Timestamp
    updated_at: Timestamp

    @classmethod
    def of(cls, reply: PostReply) -> ReplyShape:
        return cls(
            id=reply.reply_id,
            post_id=reply.post_id,
            persona_id=reply.persona_id,
            persona_name=reply.persona_name,
            authored_by=reply.authored_by,
            content=reply.content,
            created_at=reply.created_at,
            updated_at=reply.updated_at,
        )


class ThreadShape(BaseModel):
    """A post with its replies, oldest first. A machine writes `ai_summary`; until it has, a sentence stands there.

    `next_cursor` is that of the replies, and empty on their last page.
    """

    post: PostShape
    replies: list[ReplyShape]
    next_cursor: str
    ai_summary: str

    @classmethod
    def of(cls, thread: Thread) -> ThreadShape:
        return cls(
            post=PostShape.of(thread.post),
            replies=[ReplyShape.of(reply) for reply in thread.replies],
            next_cursor=thread.replies.next_cursor,
            ai_summary=summary_text(thread.state),
        )


class ApproveBody(StrictBody):
    """Blank or left out, the draft's text is published as it is."""

    content: Text | None = None


class EditBody(StrictBody):
    """The new text."""

    content: Text


class RejectedShape(BaseModel):
    """The draft is gone."""

    rejected: bool = True


class GenerateRepliesBody(StrictBody):
    """Left out or empty, the three oldest personas reply."""

    persona_ids: list[Text] | None = None


class RepliesAskedShape(BaseModel):
    """How many replies will come, and how many of the personas cannot reply now."""

    enqueued: int
    skipped: int

    @classmethod
    def of(cls, asked: RepliesAsked) -> RepliesAskedShape:
        return cls(enqueued=asked.enqueued, skipped=asked.skipped)
