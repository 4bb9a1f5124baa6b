"""/api/v1/link and /api/auth/player: links and unlinks the accounts of one person."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

from typing import Annotated, Any

from fastapi import Response
from msgspec.structs import replace
from pydantic import AliasChoices, BaseModel, Field

from community.linking import service as linking
from community.linking import texts
from community.linking.events import WaitingItem
from community.linking.models import LinkedAccounts, LinkState, LinkStatus, LinkToken
from community.linking.rules import TOKEN_LIFE
from community.players.models import PlayerRef
from doors.app import Answer as GatewayAnswer
from doors.app import Event, create_app, create_handler
from doors.call import Call
from doors.errors import HOUSE
from doors.fields import ChatLine, Timestamp, is_whole_number
from doors.people import check_demand
from functions.community.linking.player_routes import router as player
from functions.community.shapes.fields import Platform, PlatformId, Username
from functions.community.shapes.player_selector import Account
from kernel.database import Tx

app = create_app("Linking", player, dialect=replace(HOUSE, before_invalid=check_demand))


class AccountToLink(Account):
    """An account with an optional name, which is used when the account is new to the game."""

    username: Username | None = None

    @property
    def player(self) -> PlayerRef:
        return PlayerRef(self.platform, self.platform_id, self.username)


class ClaimLinkRequest(AccountToLink):
    # Kept as written: a code of the wrong shape is simply unknown.
    token: PlatformId = Field(validation_alias=AliasChoices("token", "code"))


class ConfirmLinkRequest(Account):
    """`number`: which account is meant, where several have claimed the code; it was told its number."""

    number: Annotated[int, Field(ge=1), is_whole_number] | None = None


class UnlinkRequest(Account):
    target_platform: Platform
    confirm: bool = False


class InitiateResponse(BaseModel):
    token: str
    expires_in: int
    message: ChatLine

    @classmethod
    def of(cls, token: LinkToken) -> InitiateResponse:
        return cls(token=token.token, expires_in=TOKEN_LIFE.seconds, message=texts.started(token))


class ClaimLinkResponse(BaseModel):
    source_platform: str
    awaiting_confirmation: bool = True
    number: int
    message: ChatLine

    @classmethod
    def of(cls, token: LinkToken) -> ClaimLinkResponse:
        return cls(source_platform=token.source.platform, number=token.claims[0].number, message=texts.claimed(token))


class ConfirmResponse(BaseModel):
    """The linked accounts.

    Attributes:
        waiting: what did not fit into full stacks and is delivered as soon as there is room; absent when all fitted.
    """

    success: bool = True
    linked_platforms: list[str]
    waiting: list[WaitingItem] | None = None
    message: ChatLine

    @classmethod
    def of(cls, linked: LinkedAccounts) -> ConfirmResponse:
        return cls(
            linked_platforms=list(linked.platforms),
            waiting=list(linked.waiting) or None,
            message=texts.linked(linked),
        )


class UnlinkResponse(BaseModel):
    """The answer to either call: `awaiting_confirmation` for the first, `success` for the second."""

    awaiting_confirmation: bool | None = None
    success: bool | None = None
    message: ChatLine


class PendingToken(BaseModel):
    """The account's open code.

    Attributes:
        token: the code itself; absent for keys of viewers, who could show it to those who would claim it.
    """

    token: str | None = None
    state: LinkState
    expires_at: Timestamp


class LinkStatusResponse(BaseModel):
    linked_platforms: list[str]
    is_linked: bool
    pending_token: PendingToken | None = None
    message: ChatLine

    @classmethod
    def of(cls, status: LinkStatus, *, with_code: bool) -> LinkStatusResponse:
        token = status.token
        return cls(
            linked_platforms=list(status.platforms),
            is_linked=len(status.platforms) >= 2,
            pending_token=token
            and PendingToken(token=token.token if with_code else None, state=token.state, expires_at=token.expires_at),
            message=texts.status(status),
        )


@app.post("/api/v1/link/initiate", response_model=InitiateResponse)
async def initiate(body: AccountToLink, call: Call) -> Response:
    """First step: get a code for this account. Its player is the one that stays; earlier codes become invalid."""
    return call.act(lambda tx: InitiateResponse.of(linking.start_link(tx, body.player)))


@app.post("/api/v1/link/claim", response_model=ClaimLinkResponse)
async def claim(body: ClaimLinkRequest, call: Call) -> Response:
    """Second step: the other account claims the code. Nothing is linked yet."""
    return call.act(lambda tx: ClaimLinkResponse.of(linking.claim_link(tx, body.token, body.player, call.address)))


@app.post("/api/v1/link/confirm", response_model=ConfirmResponse)
async def confirm(body: ConfirmLinkRequest, call: Call) -> Response:
    """Third step, on the first account: merge both players into one, with everything both had."""
    return call.act(lambda tx: ConfirmResponse.of(linking.confirm_link(tx, body.player, number=body.number)))


@app.post("/api/v1/link/unlink", response_model=UnlinkResponse)
async def unlink(body: UnlinkRequest, call: Call) -> Response:
    """Unlink the player's account on a platform: call once, then again with `confirm` within 60 seconds."""
    platform = body.target_platform

    def use_case(tx: Tx) -> UnlinkResponse:
        if not body.confirm:
            linking.request_unlink(tx, body.player, platform)
            question = texts.unlink_asked(platform, own=platform == body.platform)
            return UnlinkResponse(awaiting_confirmation=True, message=question)
        linking.confirm_unlink(tx, body.player, platform)
        return UnlinkResponse(success=True, message=texts.unlinked(platform))

    return call.act(use_case)


@app.get("/api/v1/link/status", response_model=LinkStatusResponse)
async def status(platform: Platform, platform_id: PlatformId, call: Call) -> Response:
    """The platforms that the account's player is linked on, and the account's own code while it is valid.

    `message` names the account that has claimed the code. A viewer's key does not get the code itself.
    """
    account, with_code = PlayerRef(platform, platform_id), call.role != "viewer"
    return call.look(lambda tx: LinkStatusResponse.of(linking.link_status(tx, account), with_code=with_code))


_with_key = create_handler(app)
_signed_in = create_handler(app, public=True)


def handler(event: Event, context: Any) -> GatewayAnswer:
    """Answer a caller with an API key or, about their own account, someone who is signed in."""
    return (_signed_in if event["path"].startswith("/api/auth/") else _with_key)(event, context)


ready()
