"""Rooms, posts and threads. Source: personas 5, 7, 8."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from doors.call import Call
from doors.people import requires_account, signed_in
from doors.routes import Router
from functions.personas.door import PageCursor, PageSize, PathId, answered_with, parse_body
from functions.personas.shapes.people import DeletedShape
from functions.personas.shapes.posts import (
    ApproveBody,
    EditBody,
    GenerateRepliesBody,
    PostShape,
    PostsShape,
    RejectedShape,
    RepliesAskedShape,
    RoomShape,
    RoomsShape,
    ThreadShape,
)
from kernel import action
from kernel.rate_limits import RateLimit
from kernel.switches.models import GameFrozen
from personas import paging
from personas.battles import forgetting
from personas.posts import service as posts
from personas.posts.models import PersonaUnknown, PostKind, PostStatus
from personas.rooms import service as rooms
from personas.threads import service as threads
from personas.threads.rules import MOST_SHOWN, lacks_summary, named_personas

ThreadSize = Annotated[int, Query(ge=1, le=MOST_SHOWN, description="How many replies, at most.")]
REPLY_ENQUEUE = RateLimit("reply_enqueue", 20)

router = Router()


@router.get("/api/personas/rooms", response_model=RoomsShape)
@requires_account()
async def list_rooms(call: Call) -> Response:
    """All rooms, by name."""
    return signed_in(call).look(lambda tx, me: RoomsShape(rooms=[RoomShape.of(room) for room in rooms.list_all(tx)]))


@router.get("/api/personas/rooms/{room_id}/posts", response_model=PostsShape)
@requires_account()
async def list_posts(
    room_id: PathId,
    call: Call,
    kind: PostKind | None = None,
    status: PostStatus | None = None,
    mine: Annotated[bool, Query(description="Only your own.")] = False,
    cursor: PageCursor = "",
    limit: PageSize = paging.MOST,
) -> Response:
    """The posts of a room, newest first: those that are published, and your own drafts."""
    wanted = partial(posts.list_in_room, kind=kind, status=status, mine=mine, cursor=cursor, limit=limit)
    return signed_in(call).look(lambda tx, me: PostsShape.of(wanted(tx, UUID(room_id), me.account_id)))


@router.post("/api/personas/posts/{post_id}/approve", response_model=PostShape)
@requires_account()
async def approve(post_id: PathId, call: Call) -> Response:
    """Publish a draft of yours, as it is or with a text of your own. The body may be left out."""
    body = await parse_body(call, ApproveBody)
    return signed_in(call).act(
        lambda tx, me: PostShape.of(posts.approve(tx, me.account_id, UUID(post_id), lambda: body().content or ""))
    )


@router.post("/api/personas/posts/{post_id}/reject", response_model=RejectedShape)
@requires_account()
async def reject(post_id: PathId, call: Call) -> Response:
    """Delete a draft of yours."""
    return signed_in(call).act(
        answered_with(RejectedShape(), lambda tx, me: posts.reject(tx, me.account_id, UUID(post_id)))
    )


@router.put("/api/personas/posts/{post_id}", response_model=PostShape)
@requires_account()
async def edit(post_id: PathId, call: Call) -> Response:
    """Replace the text of a draft or a post of yours. A battle's topic stays as it was debated."""
    body = await parse_body(call, EditBody)
    return signed_in(call).act(
        lambda tx, me: PostShape.of(posts.edit(tx, me.account_id, UUID(post_id), lambda: body().content))
    )


@router.delete("/api/personas/posts/{post_id}", response_model=DeletedShape)
@requires_account()
async def delete(post_id: PathId, call: Call) -> Response:
    """Delete a draft, a post or a battle of yours, with its replies."""
    return signed_in(call).act(
        answered_with(DeletedShape(), lambda tx, me: forgetting.delete_post(tx, me.account_id, UUID(post_id)))
    )


@router.post("/api/personas/posts/{post_id}/generate-replies", response_model=RepliesAskedShape)
@requires_account(limit=REPLY_ENQUEUE)
async def generate_replies(post_id: PathId, call: Call) -> Response:
    """Have personas of yours reply to a published post: those that you name, else your three oldest."""
    body = await parse_body(call, GenerateRepliesBody)
    return signed_in(call).act(
        lambda tx, me: RepliesAskedShape.of(threads.ask_replies(tx, me.account_id, UUID(post_id), lambda: _ids(body)))
    )


def _ids(read: Callable[[], GenerateRepliesBody]) -> list[UUID]:
    """Return the personas that a request names.

    Raises:
        InvalidField, PersonaUnknown; RequestValidationError
    """
    try:
        return [UUID(each) for each in named_personas(read().persona_ids or [])]
    except ValueError as error:
        raise PersonaUnknown from error


@router.get("/api/personas/posts/{post_id}/thread", response_model=ThreadShape)
@requires_account()
async def thread(post_id: PathId, call: Call, cursor: PageCursor = "", limit: ThreadSize = MOST_SHOWN) -> Response:
    """A post with its replies, oldest first, and a summary of them."""
    return _thread(post_id, call, cursor, limit)


@router.get("/api/personas/b/{post_id}", response_model=ThreadShape)
@requires_account()
async def thread_of_battle(
    post_id: PathId, call: Call, cursor: PageCursor = "", limit: ThreadSize = MOST_SHOWN
) -> Response:
    """A battle with its replies and a summary of them: the same as its thread."""
    return _thread(post_id, call, cursor, limit)


def _thread(post_id: str, call: Call, cursor: str, limit: int) -> Response:
    person = signed_in(call)
    found = person.read(
        lambda tx, me: threads.read_thread(tx, me.account_id, UUID(post_id), cursor=cursor, limit=limit)
    )
    if lacks_summary(found.state):
        # The first reader asks, and does not wait for the answer.
        with suppress(GameFrozen):
            action.run_action(lambda tx: threads.ask_summary(tx, found, person.identity.account_id))
    return call.respond(ThreadShape.of(found))
