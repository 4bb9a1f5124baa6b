"""Accounts and their sessions. Passwords arrive here as hashes: those are made and compared outside any transaction.

A door that asks for a password looks first (`begin_log_in`, `begin_confirmation`), then compares, then acts. What it
acts on carries the hash that was compared, so that a password that was changed in between opens nothing.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from math import ceil
from typing import Any
from uuid import UUID, uuid4

from kernel.accounts import leaving, mails, queries, rules, sessions
from kernel.accounts.key_ring import ring
from kernel.accounts.leaving import AccountExport, Export
from kernel.accounts.models import (
    ADMINISTRATOR,
    AccountDetails,
    AccountSession,
    AccountUnknown,
    AdministratorStays,
    Attempt,
    BadCredentials,
    Device,
    EmailTaken,
    Identity,
    InvalidReset,
    LockedOut,
    NoSuchSession,
    UnknownEmail,
    UserNameTaken,
    WrongPassword,
)
from kernel.accounts.settings import settings
from kernel.accounts.switches import SIGN_UPS
from kernel.database import Cursor, Tx
from kernel.errors import DomainError
from kernel.rate_limits import RateLimit, limited, network_of
from kernel.switches.service import require_on
from kernel.texts import ENGLISH

NO_PASSWORD = "-"
"""In place of a hash: no password fits."""

OWN_TABLES = (
    Export("kernel.accounts", ("account_id",), row="to_jsonb(t) - 'password_hash' - 'user_name_key'"),
    Export("kernel.sessions", ("session_id",)),
)
"""What the kernel itself stores about an account, as far as it says something about its owner."""


def require_free(tx: Tx, email: str, user_name: str | None, address: str, *limits: RateLimit) -> None:
    """Count a sign-up, and refuse it before its password is hashed if the address or the name is taken.

    Raises:
        RateLimited, EmailTaken, UserNameTaken, SignUpsOff
    """
    require_on(tx, SIGN_UPS)
    with _limited(tx, limits, address):
        _refuse_taken(queries.find_taken(tx, email, user_name))


def sign_up(
    tx: Tx, email: str, password_hash: str, language: str, device: Device, user_name: str | None = None
) -> tuple[AccountDetails, Identity]:
    """Create an account, and log in to it.

    Raises:
        EmailTaken, UserNameTaken
    """
    inserting = queries.insert_account(
        tx, uuid4(), email, user_name, password_hash, language, _hash_of_network(device.address)
    )
    taken = queries.find_taken(tx, email, user_name)  # sees what another sign-up has just committed
    row = inserting.fetchone()
    if row is None:
        _refuse_taken(taken)
        raise EmailTaken
    account = AccountDetails(**row)
    return account, _begin_session(tx, account, device)


def ensure_account(tx: Tx, account_id: UUID, name: str) -> None:
    """Store an account of the installation's own, unless it is there: it owns things, and no one can log in to it.

    Args:
        name: in place of an e-mail address; unlike one, it has no @.
    """
    queries.insert_account(tx, account_id, name, None, NO_PASSWORD, ENGLISH)


def begin_log_in(tx: Tx, email: str, address: str, *limits: RateLimit) -> Attempt:
    """Count a log-in, and return what its password is to be compared with.

    Args:
        limits: of requests, each per address; one whose scope ends in `log_in` per account and address.

    Raises:
        RateLimited, LockedOut
    """
    key = rules.account_key(email)
    with _limited(tx, limits, address, key):
        found = queries.find_by_email(tx, email)
        _count_try(tx, key, address)
        row = found.fetchone()
        return Attempt(key, address, row["account_id"], row["password_hash"]) if row else Attempt(key, address)


def log_in(tx: Tx, attempt: Attempt, device: Device) -> tuple[AccountDetails, Identity]:
    """Begin a session, after the password was right.

    Raises:
        BadCredentials: the account is gone, or its password was changed in between.
    """
    if attempt.account_id is None or attempt.password_hash is None:
        raise BadCredentials
    row = queries.log_in(tx, attempt.account_id, attempt.password_hash).fetchone()
    if row is None:
        raise BadCredentials
    queries.forget_tries(tx, attempt.account_key, attempt.address)
    account = AccountDetails(**row)
    return account, _begin_session(tx, account, device)


def begin_confirmation(tx: Tx, me: Identity, address: str, *limits: RateLimit) -> Attempt:
    """Count a try of one's own password, and return what it is to be compared with.

    Args:
        limits: of what is confirmed, per account: a right password forgets the tries.

    Raises:
        RateLimited, LockedOut
    """
    with _limited(tx, limits, str(me.account_id)):
        found = queries.find_by_id(tx, me.account_id)
        _count_try(tx, me.account_id, address)
        row = found.fetchone()
        if row is None:  # the session's refusal takes its place
            raise WrongPassword
        return Attempt(rules.account_key(row["email"]), address, me.account_id, row["password_hash"])


def change_password(tx: Tx, me: Identity, attempt: Attempt, new_hash: str) -> int:
    """Change one's password, and end one's other sessions; return how many those were.

    The link of a mail for a forgotten password stays: the owner is who reads the mailbox, and a stranger who signed
    up with the address must not keep them out.

    Raises:
        WrongPassword: it was changed in between.
    """
    assert attempt.password_hash is not None
    updating = queries.update_password(tx, me.account_id, new_hash, attempt.password_hash)
    ending = queries.end_sessions(tx, me.account_id, but=me.session_id)
    queries.forget_tries(tx, attempt.account_key, attempt.address)
    if updating.fetchone() is None:
        raise WrongPassword
    return len(ending.fetchall())


def delete_account(tx: Tx, me: Identity, attempt: Attempt) -> None:
    """Delete one's account, and with it everything that products store for it.

    Raises:
        WrongPassword: it was changed in between.
    """
    assert attempt.password_hash is not None
    deleting = queries.delete_account(tx, me.account_id, attempt.password_hash)
    queries.forget_tries(tx, attempt.account_key)
    if deleting.fetchone() is None:
        raise WrongPassword


def require_reset(tx: Tx, token: str, address: str, *limits: RateLimit) -> None:
    """Count a use of a link for a forgotten password, and refuse it before the new password is hashed.

    Raises:
        RateLimited, InvalidReset
    """
    with _limited(tx, limits, address):
        if queries.find_reset(tx, mails.digest(token)).fetchone() is None:
            raise InvalidReset


def reset_password(tx: Tx, token: str, new_hash: str) -> None:
    """Choose a new password with the token of a mail: it ends all sessions, and unlocks the account.

    Raises:
        InvalidReset
    """
    row = queries.take_reset(tx, mails.digest(token)).fetchone()
    if row is None:
        raise InvalidReset
    account_id = row["account_id"]
    queries.update_password(tx, account_id, new_hash)
    queries.end_sessions(tx, account_id)
    queries.forget_resets(tx, account_id)
    queries.forget_tries(tx, account_id)


def get_account(tx: Tx, me: Identity) -> AccountDetails:
    """Return one's account."""
    row = queries.find_by_id(tx, me.account_id).fetchone()
    if row is None:  # the session's refusal takes its place
        raise BadCredentials
    return _account(row)


def ask_language(tx: Tx, account_id: UUID) -> Callable[[], str | None]:
    """Ask which language an account has chosen; it comes with the next round trip."""
    found = queries.find_by_id(tx, account_id)

    def language() -> str | None:
        row = found.fetchone()
        return row["language"] if row else None

    return language


def update_profile(tx: Tx, me: Identity, user_name: str | None, language: str | None) -> AccountDetails:
    """Set one's user name, language, or both.

    Raises:
        UserNameTaken
    """
    row = queries.update_profile(tx, me.account_id, user_name, language).fetchone()
    if row is None:
        raise UserNameTaken
    return AccountDetails(**row)


def list_sessions(tx: Tx, me: Identity) -> list[AccountSession]:
    """Return one's open sessions, the latest first."""
    rows = queries.list_open_sessions(tx, me.account_id).fetchall()
    return [AccountSession(**row, is_current=row["session_id"] == me.session_id) for row in rows]


def end_session(tx: Tx, me: Identity, session_id: UUID) -> None:
    """End one of one's sessions, at once.

    Raises:
        NoSuchSession
    """
    if queries.end_session(tx, me.account_id, session_id).fetchone() is None:
        raise NoSuchSession


def end_other_sessions(tx: Tx, me: Identity) -> int:
    """End one's sessions but for the one that asks; return how many those were."""
    return len(queries.end_sessions(tx, me.account_id, but=me.session_id).fetchall())


def end_all_sessions(tx: Tx, me: Identity) -> int:
    """End one's sessions, also the one that asks; return how many those were."""
    return len(queries.end_sessions(tx, me.account_id).fetchall())


def export(
    tx: Tx, me: Identity, exports: Mapping[str, Sequence[Export]], table: str | None = None, after: str = ""
) -> AccountExport:
    """Return everything that is stored about one's account, as much of it as fits into one answer.

    Args:
        exports: {product: its tables}.
        table: the only one that is wanted, with its rows from `after` on; None for all.

    Raises:
        NoSuchExport, InvalidExportCursor
    """
    return leaving.read(tx, me.account_id, {"account": OWN_TABLES, **exports}, table, after)


def set_role(tx: Tx, email: str, role: str, *, granted: bool) -> AccountDetails:
    """Give an account a role, or take it. It holds from the account's next request on.

    Raises:
        UnknownEmail
    """
    row = queries.update_role(tx, email, role, granted=granted).fetchone()
    if row is None:
        raise UnknownEmail(email=email)
    return AccountDetails(**row)


def list_administrators(tx: Tx) -> list[AccountDetails]:
    """Return the accounts that administer the installation."""
    return [AccountDetails(**row) for row in queries.list_with_role(tx, ADMINISTRATOR).fetchall()]


def list_accounts(tx: Tx, after: UUID | None, limit: int) -> list[AccountDetails]:
    """Return accounts, newest first; for administrators.

    Args:
        after: the last one of the page before.
    """
    return [AccountDetails(**row) for row in queries.list_accounts(tx, after, limit).fetchall()]


def export_of(
    tx: Tx, account_id: UUID, exports: Mapping[str, Sequence[Export]], table: str | None = None, after: str = ""
) -> AccountExport:
    """Return everything that is stored about someone, as `export`; for administrators.

    Raises:
        AccountUnknown, NoSuchExport, InvalidExportCursor
    """
    found = queries.find_by_id(tx, account_id)
    exported = leaving.read(tx, account_id, {"account": OWN_TABLES, **exports}, table, after)
    if found.fetchone() is None:
        raise AccountUnknown
    return exported


def require_removable(tx: Tx, account_id: UUID) -> None:
    """Refuse to remove an account that is not there, or that administers the installation; else lock it.

    Raises:
        AccountUnknown, AdministratorStays
    """
    row = queries.lock_account(tx, account_id).fetchone()
    if row is None:
        raise AccountUnknown
    if ADMINISTRATOR in row["roles"]:
        raise AdministratorStays


def remove_account(tx: Tx, account_id: UUID) -> None:
    """Delete someone's account, and with it everything that products store for it; for administrators."""
    queries.forget_tries(tx, account_id)
    queries.remove_account(tx, account_id)


def _account(row: Mapping[str, Any]) -> AccountDetails:
    return AccountDetails(**{name: value for name, value in row.items() if name != "password_hash"})


def _identity(account: AccountDetails, session_id: UUID) -> Identity:
    return Identity(account.account_id, session_id, account.user_name or "", frozenset(account.roles))


def _begin_session(tx: Tx, account: AccountDetails, device: Device) -> Identity:
    identity = _identity(account, uuid4())
    queries.insert_session(tx, identity.session_id, account.account_id, device, tx.now + sessions.LIFE)
    return identity


def _hash_of_network(address: str) -> str | None:
    """Return a name for what counts as one address, which says nothing without our key; None if it is not known."""
    network = network_of(address)
    return hmac.digest(ring("sign-ups")[0].signing, network.encode(), "sha256").hex()[:32] if network else None


def _refuse_taken(taken: Cursor) -> None:
    row = taken.fetchone()
    assert row is not None
    if row["email"]:
        raise EmailTaken
    if row["user_name"]:
        raise UserNameTaken


def _count_try(tx: Tx, account: str | UUID, address: str) -> None:
    """Count a try of a password; it counts also if this refuses.

    Raises:
        LockedOut
    """
    counting, lock = queries.count_try(tx, account, address, settings.failures, settings.locked_for)
    if counting.fetchone() is not None:
        return
    row = lock.fetchone()
    left = row["locked_until"] - tx.now if row and row["locked_until"] else settings.locked_for
    raise LockedOut(seconds=max(1, ceil(left / timedelta(seconds=1))))


@contextmanager
def _limited(tx: Tx, limits: Sequence[RateLimit], caller: str, account_key: str = "") -> Generator[None]:
    """Count a request against limits per caller, and those of log-ins per account as well; also if it is refused.

    Args:
        caller: an address, or the id of the account that is signed in.

    Raises:
        RateLimited
    """
    with ExitStack() as counted:
        for limit in limits:
            key = f"{account_key} {caller}" if limit.scope == settings.worlds_log_ins.scope else caller
            counted.enter_context(limited(tx, limit, key))
        try:
            yield
        except DomainError as refusal:
            refusal.keeps_writes = True
            raise
