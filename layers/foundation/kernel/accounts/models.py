"""Who is signed in, and the refusals when no one is."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct, field

from kernel.errors import Conflict, NotAllowed, NotFound, Refused, TooSoon, Unauthenticated

ADMINISTRATOR = "admin"
"""The role of accounts that administer the installation."""


class Identity(Struct, frozen=True):
    """Someone who is signed in, as their token says; the session's row decides whether it still holds.

    Attributes:
        user_name: "" until the account has one.
    """

    account_id: UUID
    session_id: UUID
    user_name: str = ""
    roles: frozenset[str] = field(default_factory=frozenset)

    @property
    def is_admin(self) -> bool:
        return ADMINISTRATOR in self.roles


class SignInMissing(Unauthenticated):
    """The request has no token."""

    code = "auth_missing"
    capital_code = "UNAUTHORIZED"
    message = "Log in first."


class SignInMalformed(Unauthenticated):
    """The Authorization header is not of the form "Bearer <token>"."""

    code = "auth_malformed"
    capital_code = "UNAUTHORIZED"
    message = "The Authorization header must be: Bearer <token>."


class SignInInvalid(Unauthenticated):
    """The token is not ours, has expired, or its session has ended."""

    code = "auth_invalid"
    capital_code = "AUTH_TOKEN_INVALID"
    message = "Your session has ended. Log in again."


class ForeignOrigin(NotAllowed):
    """A page of another site sent a request with our cookie."""

    code = "forbidden"
    message = "This request did not come from our own pages."


class NotAnAdministrator(NotAllowed):
    """The account may not administer this installation."""

    refuses_caller = True
    code = "forbidden"
    message = "Only an administrator may do this."


class SignInExpired(SignInInvalid):
    """The token was ours, and is too old."""

    capital_code = "AUTH_TOKEN_EXPIRED"


class SessionEnded(SignInInvalid):
    """The token is ours, and its session has ended: by a log-out, a new password, or because the account is gone."""

    capital_code = "SESSION_EXPIRED"


class BadCredentials(Unauthenticated):
    """The address and the password belong to no account: which of the two is wrong, the caller does not learn."""

    code = "bad_credentials"
    capital_code = "AUTH_INVALID_CREDENTIALS"
    message = "This address and password belong to no account."


class LockedOut(TooSoon):
    """Too many wrong passwords for this account have come from this address."""

    code = "rate_limited"
    capital_code = "AUTH_RATE_LIMITED"
    message = "Too many wrong passwords. Try again in {seconds} seconds, or reset your password."
    keeps_writes = True


class EmailTaken(Conflict):
    """There is an account with this address."""

    code = "email_taken"
    capital_code = "USER_EXISTS"
    message = "There is an account with this address already. Log in, or reset your password."


class UserNameTaken(Conflict):
    """Another account has this user name."""

    code = "user_name_taken"
    capital_code = "USER_EXISTS"
    message = "This user name is taken. Choose another one."


class InvalidEmail(Refused):
    """This is no e-mail address."""

    code = "invalid_field"
    capital_code = "EMAIL_INVALID"
    message = "This is not an e-mail address."


class InvalidPassword(Refused):
    """The new password is too short or too long."""

    code = "invalid_field"
    capital_code = "PASSWORD_WEAK"
    message = "A password needs {shortest} to {longest} bytes. A plain letter is one byte."


class WeakPassword(Refused):
    """The new password lacks one of the kinds of characters that are asked for."""

    code = "invalid_field"
    capital_code = "PASSWORD_WEAK"
    message = "A password needs an upper-case letter, a lower-case letter and a digit."


class InvalidUserName(Refused):
    """The user name is empty, too long, or has characters that names may not have."""

    code = "invalid_field"
    capital_code = "INVALID_INPUT"
    message = "A user name has 1 to {longest} characters that can be seen, no @ and no link."


class WrongPassword(NotAllowed):
    """The password that confirms a change is wrong."""

    code = "wrong_password"
    message = "That is not your password."


class InvalidReset(Refused):
    """The token of a forgotten password is unknown, used or too old."""

    code = "reset_invalid"
    capital_code = "AUTH_TOKEN_INVALID"
    message = "This link has been used or is too old. Ask for a new one."


class NoSuchSession(NotFound):
    """The account has no open session with this id."""

    code = "not_found"
    capital_code = "SESSION_NOT_FOUND"
    message = "There is no such session to end."


class UnknownEmail(NotFound):
    """No account has this e-mail address."""

    code = "not_found"
    capital_code = "USER_NOT_FOUND"
    message = "There is no account with the address {email}."


class AccountUnknown(NotFound):
    """No account has this id."""

    code = "not_found"
    capital_code = "USER_NOT_FOUND"
    message = "There is no account with this id."


class AdministratorStays(Conflict):
    """The account administers the installation."""

    code = "conflict"
    message = "This account administers the installation. Take that role from it first."


class Device(Struct, frozen=True):
    """What a session was begun with, so that people recognise it in the list."""

    address: str
    user_agent: str


class AccountDetails(Struct, frozen=True):
    """What an account says about its owner; never the hash of the password."""

    account_id: UUID
    email: str
    user_name: str | None
    roles: tuple[str, ...]
    language: str | None
    created_at: datetime
    last_log_in_at: datetime | None


class AccountSession(Struct, frozen=True):
    """An open session of an account.

    Attributes:
        is_current: the one that asks.
    """

    session_id: UUID
    began_at: datetime
    expires_at: datetime
    address: str
    user_agent: str
    is_current: bool


class Attempt(Struct, frozen=True):
    """A try of a password, counted before the password is looked at.

    Attributes:
        account_id: None when there is no such account.
        password_hash: the stored one; None when there is no such account.
        address: that the try came from.
    """

    account_key: str
    address: str
    account_id: UUID | None = None
    password_hash: str | None = None
