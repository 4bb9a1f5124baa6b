"""Public profiles: read, published, followed. Source: personas 11."""

from __future__ import annotations

from typing import Annotated, NoReturn
from uuid import UUID

from fastapi import Query, Response
from fastapi.exceptions import RequestValidationError

from doors.call import Call
from doors.people import limit_address, maybe_signed_in, requires_account, signed_in
from doors.routes import Router
from functions.personas.door import (
    PUBLIC_READ,
    PUBLIC_WRITE,
    REPORT,
    PageCursor,
    PageSize,
    PathId,
    answered_with,
    kept_for_a_second,
    parse_body,
)
from functions.personas.shapes.moderation import ReportBody, ReportedShape
from functions.personas.shapes.profiles import (
    FollowingShape,
    FollowsShape,
    HiddenProfileShape,
    PostsPageShape,
    ProfileBundleShape,
    PublishBody,
    PublishedProfileShape,
)
from kernel.accounts.models import ForeignOrigin, Identity
from kernel.database import Tx
from kernel.errors import Unauthenticated
from personas import paging
from personas.moderation import reporting
from personas.people import service as people
from personas.profiles import service as profiles
from personas.profiles.models import SignupRequired

router = Router()


@router.get("/api/personas/p/{slug}", response_model=ProfileBundleShape)
async def profile(slug: str, call: Call) -> Response:
    """A public profile, its newest posts, and the rooms that it writes most in."""
    viewer = maybe_signed_in(call)
    counted = limit_address(call, PUBLIC_READ)
    if viewer is not None:
        return call.look(counted(lambda tx: ProfileBundleShape.of(profiles.look_at(tx, slug, viewer.account_id))))
    return kept_for_a_second(call, call.read(counted(lambda tx: ProfileBundleShape.of(profiles.look_at(tx, slug)))))


@router.get("/api/personas/p/{slug}/posts", response_model=PostsPageShape)
async def posts(slug: str, call: Call, cursor: Annotated[str, Query()] = "") -> Response:
    """The posts of a public profile, ten at a time, newest first."""
    counted = limit_address(call, PUBLIC_READ)
    return kept_for_a_second(
        call, call.read(counted(lambda tx: PostsPageShape.of(profiles.list_posts(tx, slug, cursor))))
    )


@router.post("/api/personas/p/{slug}/follow", response_model=FollowingShape)
async def follow(slug: str, call: Call) -> Response:
    """Follow a persona. Whether there is such a profile comes before the question who asks."""
    counted = limit_address(call, PUBLIC_WRITE)

    def use_case(tx: Tx, me: Identity) -> FollowingShape:
        return counted(lambda tx: FollowingShape.of(profiles.follow(tx, me.account_id, slug)))(tx)

    def refuse(tx: Tx) -> NoReturn:
        profiles.require_public(tx, slug)
        raise SignupRequired

    try:
        return signed_in(call).act(use_case)
    except (Unauthenticated, ForeignOrigin):
        return call.look(counted(refuse))


@router.delete("/api/personas/p/{slug}/follow", response_model=FollowingShape)
@requires_account()
async def unfollow(slug: str, call: Call) -> Response:
    """Stop following a persona."""
    return signed_in(call).act(lambda tx, me: FollowingShape.of(profiles.unfollow(tx, me.account_id, slug)))


@router.get("/api/personas/follows", response_model=FollowsShape)
@requires_account()
async def follows(call: Call, cursor: PageCursor = "", limit: PageSize = paging.MOST) -> Response:
    """The personas that you follow, the last one first."""
    return signed_in(call).look(
        lambda tx, me: FollowsShape.of(profiles.list_followed(tx, me.account_id, cursor=cursor, limit=limit))
    )


@router.post("/api/personas/personas/{persona_id}/publish-profile", response_model=PublishedProfileShape)
@requires_account()
async def publish(persona_id: PathId, call: Call) -> Response:
    """Make a persona public under a slug of its own. The body may be left out."""
    body = await parse_body(call, PublishBody)

    def use_case(tx: Tx, me: Identity) -> PublishedProfileShape:
        try:
            wanted = body()
        except RequestValidationError:
            people.owned(
                tx, me.account_id, UUID(persona_id)
            )  # another person's persona is none, even if the body is wrong as well
            raise
        publication = profiles.publish(tx, me.account_id, UUID(persona_id), wanted.slug or "", wanted.bio or "")
        return PublishedProfileShape.of(publication, call.origin)

    return signed_in(call).act(use_case)


@router.post("/api/personas/personas/{persona_id}/unpublish-profile", response_model=HiddenProfileShape)
@requires_account()
async def unpublish(persona_id: PathId, call: Call) -> Response:
    """Hide a profile. Its slug and its followers stay."""
    return signed_in(call).act(
        lambda tx, me: HiddenProfileShape.of(profiles.unpublish(tx, me.account_id, UUID(persona_id)), call.origin)
    )


@router.post("/api/personas/p/{slug}/report", response_model=ReportedShape)
@requires_account(limit=REPORT)
async def report(slug: str, call: Call, body: ReportBody) -> Response:
    """Tell the administrators about a public profile: its name, tone or bio."""
    return signed_in(call).act(
        answered_with(ReportedShape(), lambda tx, me: reporting.report_profile(tx, me.account_id, slug, body.reason))
    )
