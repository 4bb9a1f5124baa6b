"""Requests and answers about accounts. Source: worlds 2.2, personas 4.3."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from doors.bodies import StrictBody, Text
from doors.fields import Timestamp, storable
from doors.nulls import WithNulls
from kernel.accounts.leaving import AccountExport
from kernel.accounts.models import AccountDetails, AccountSession

Password = Annotated[str, AfterValidator(storable), Field(json_schema_extra={"format": "password"})]
"""A password as it was typed: never trimmed, cut, stored or logged."""
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$", max_length=35, examples=["tr"])]


class SignUpRequest(StrictBody):
    """A sign-up. `share_slug` is the public profile that led here, if one did."""

    email: Text
    password: Password
    share_slug: Text | None = None


class LogInRequest(StrictBody):
    email: Text
    password: Password


class SignedIn(BaseModel):
    """The token of a new session. It is also in a cookie that only our own pages send."""

    token: str
    user_id: UUID


class NewUserRequest(StrictBody):
    email: Text
    username: Text
    password: Password


class OwnAccount(WithNulls):
    """An account, as its owner sees it."""

    user_id: UUID
    email: str
    username: str | None
    created_at: Timestamp
    last_login: Timestamp | None
    last_world_id: UUID | None

    @classmethod
    def of(cls, account: AccountDetails) -> OwnAccount:
        return cls(
            user_id=account.account_id,
            email=account.email,
            username=account.user_name,
            created_at=account.created_at,
            last_login=account.last_log_in_at,
            last_world_id=None,
        )


class LoggedIn(BaseModel):
    token: str
    user: OwnAccount


class Me(OwnAccount):
    """Who is signed in.

    Attributes:
        token: in place of the one that the request was made with, when that is older than twelve hours.
    """

    language: str | None
    roles: list[str]
    token: str | None = None

    @classmethod
    def of_account(cls, account: AccountDetails, token: str | None = None) -> Me:
        user = OwnAccount.of(account).model_dump()
        return cls(**user, language=account.language, roles=list(account.roles), token=token)


class ProfileRequest(StrictBody):
    """What is to be changed of an account."""

    username: Text | None = None
    language: Language | None = None


class SessionOfAccount(BaseModel):
    """An open session. `current` is the one that asks."""

    session_id: UUID
    began_at: Timestamp
    expires_at: Timestamp
    address: str
    user_agent: str
    current: bool

    @classmethod
    def of(cls, session: AccountSession) -> SessionOfAccount:
        return cls(
            session_id=session.session_id,
            began_at=session.began_at,
            expires_at=session.expires_at,
            address=session.address,
            user_agent=session.user_agent,
            current=session.is_current,
        )


class SessionList(BaseModel):
    sessions: list[SessionOfAccount]


class EndedSessions(BaseModel):
    """How many sessions have ended."""

    ended: int


class PasswordRequest(StrictBody):
    current_password: Password
    password: Password


class ForgottenRequest(StrictBody):
    email: Text


class ResetRequest(StrictBody):
    """`token`: of the link in the mail."""

    token: Text
    password: Password


class DeleteRequest(StrictBody):
    password: Password


class User(WithNulls):
    """An account, as administrators see it."""

    user_id: UUID
    email: str
    username: str | None
    roles: list[str]
    created_at: Timestamp
    last_login: Timestamp | None

    @classmethod
    def of_account(cls, account: AccountDetails) -> User:
        return cls(
            user_id=account.account_id,
            email=account.email,
            username=account.user_name,
            roles=list(account.roles),
            created_at=account.created_at,
            last_login=account.last_log_in_at,
        )


class UserList(BaseModel):
    """Accounts, a page at a time."""

    users: list[User]


class Done(BaseModel):
    message: str


class ExportedAccount(BaseModel):
    """What is stored about an account: {product: {table: rows}}.

    Attributes:
        more: {table: where the next answer begins}: of these tables there are more rows than fit into one answer.
    """

    data: dict[str, dict[str, list[dict[str, Any]]]]
    more: dict[str, str]

    @classmethod
    def of(cls, export: AccountExport) -> ExportedAccount:
        data = {product: {name: list(rows) for name, rows in tables.items()} for product, tables in export.data.items()}
        return cls(data=data, more=dict(export.more))
