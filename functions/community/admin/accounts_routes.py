"""/api/v1/admin/accounts: who administers the installation, of the people with accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, StringConstraints

from doors.call import Call
from doors.fields import Body
from doors.routes import Router
from kernel.accounts import service as accounts
from kernel.accounts.models import ADMINISTRATOR, AccountDetails
from kernel.accounts.rules import clean_email

router = Router()


class RoleRequest(Body):
    """Which account gets a role, or loses it. An e-mail address proves nothing by itself: be sure whose it is."""

    email: Annotated[str, StringConstraints(max_length=254)]
    role: Literal["admin"] = ADMINISTRATOR
    granted: bool = True


class AccountView(BaseModel):
    """An account with a role, and what tells its owner from someone who has taken their address first."""

    account_id: UUID
    email: str
    username: str | None = None
    roles: list[str]
    created_at: datetime
    last_login: datetime | None = None

    @classmethod
    def of(cls, account: AccountDetails) -> AccountView:
        return cls(
            account_id=account.account_id,
            email=account.email,
            username=account.user_name,
            roles=list(account.roles),
            created_at=account.created_at,
            last_login=account.last_log_in_at,
        )


@router.get("/api/v1/admin/accounts/administrators", response_model=list[AccountView])
async def list_administrators(call: Call) -> Response:
    """The accounts that administer the installation."""
    return call.look(lambda tx: [AccountView.of(account) for account in accounts.list_administrators(tx)])


@router.post("/api/v1/admin/accounts/role", response_model=AccountView)
async def set_role(body: RoleRequest, call: Call) -> Response:
    """Make an account an administrator's, or end that. It holds from the account's next request on."""
    email = clean_email(body.email)
    return call.act(lambda tx: AccountView.of(accounts.set_role(tx, email, body.role, granted=body.granted)))
