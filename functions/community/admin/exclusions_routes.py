"""/api/v1/admin/excluded-accounts: who takes no part in the game."""

from __future__ import annotations

from fastapi import Response
from pydantic import BaseModel

from community.exclusions import service as exclusions
from community.exclusions import texts
from community.exclusions.models import ExcludedAccount, ListedAccount, Source
from doors.call import Call
from doors.fields import Body, Message
from doors.routes import Router
from functions.community.shapes.fields import Platform, PlatformId, Username
from kernel.database import Tx

router = Router()


class ExclusionRequest(Body):
    """An account: by its id there, or else by its name."""

    platform: Platform
    platform_id: PlatformId | None = None
    username: Username | None = None

    @property
    def account(self) -> ListedAccount:
        return ListedAccount(self.platform, self.platform_id or "", (self.username or "").removeprefix("@").strip())


class ExcludedAccountView(BaseModel):
    """An account on the list.

    Attributes:
        platform_id: absent when the account is known by its name.
        username: absent when only the id is known.
        source: who put it on the list.
        excluded: false for an account of the content or the setting that an administrator lets play.
    """

    platform: str
    platform_id: str | None = None
    username: str | None = None
    source: Source
    excluded: bool

    @classmethod
    def of(cls, listed: ExcludedAccount) -> ExcludedAccountView:
        account = listed.account
        return cls(
            platform=account.platform,
            platform_id=account.platform_id or None,
            username=account.username or None,
            source=listed.source,
            excluded=listed.excluded,
        )


@router.get("/api/v1/admin/excluded-accounts", response_model=list[ExcludedAccountView])
async def list_accounts(call: Call) -> Response:
    """The accounts that take no part in the game: common bots, the community's own, and those that were added."""
    return call.look(lambda tx: [ExcludedAccountView.of(each) for each in exclusions.list_accounts(tx)])


@router.post("/api/v1/admin/excluded-accounts", response_model=Message)
async def exclude_account(body: ExclusionRequest, call: Call) -> Response:
    """Exclude an account: from now on it earns nothing, joins nothing and is not hit."""

    def use_case(tx: Tx) -> Message:
        exclusions.exclude(tx, body.account)
        return Message(message=texts.excluded(body.account))

    return call.act(use_case)


@router.post("/api/v1/admin/excluded-accounts/remove", response_model=Message)
async def include_account(body: ExclusionRequest, call: Call) -> Response:
    """Let an excluded account play."""

    def use_case(tx: Tx) -> Message:
        exclusions.include(tx, body.account)
        return Message(message=texts.included(body.account))

    return call.act(use_case)
