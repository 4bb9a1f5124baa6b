"""Whether someone is still signed in: a session that was ended, ends at once."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from psycopg.errors import ForeignKeyViolation

from kernel.accounts import session_queries, tokens
from kernel.accounts.key_ring import ring
from kernel.accounts.models import ADMINISTRATOR, Identity, NotAnAdministrator, SessionEnded
from kernel.database import Cursor, Tx
from kernel.errors import DomainError

LIFE = tokens.LIFETIME
"""How long a session lasts without use; as long as its token, with which it is renewed."""


@contextmanager
def signed_in(tx: Tx, identity: Identity, *, as_administrator: bool = False, held: bool = False) -> Generator[None]:
    """Wrap what someone does, and refuse it at its end if their session was not open.

    The question is sent along with the first query of what is wrapped, so it costs no round trip.

    Args:
        as_administrator: the account must have that role now; the token may be older.
        held: no one can end the session in the meantime, so who ends it afterwards finds what is written here.

    Raises:
        SessionEnded, NotAnAdministrator: also instead of another refusal, and where a deleted account would have become
            the owner of something.
    """
    find = session_queries.hold_open_session if held else session_queries.find_open_session
    session = find(tx, identity.session_id, identity.account_id)
    try:
        yield
    except (DomainError, ForeignKeyViolation):
        _check(session, as_administrator)
        raise
    _check(session, as_administrator)


def issue(tx: Tx, identity: Identity) -> str:
    """Return a token for a session."""
    return tokens.issue_access(ring(tokens.ACCESS)[0], identity, tx.now)


def renew(tx: Tx, identity: Identity) -> str | None:
    """Let a session that is in use last on; return a new token, with what is in the account by now.

    Returns:
        None if the session has ended.
    """
    row = session_queries.extend_session(tx, identity.session_id, identity.account_id, tx.now + LIFE).fetchone()
    if row is None:
        return None
    return issue(tx, Identity(identity.account_id, identity.session_id, row["user_name"], frozenset(row["roles"])))


def _check(session: Cursor, as_administrator: bool) -> None:
    failure: ForeignKeyViolation | None = None
    try:
        row = session.fetchone()
    except ForeignKeyViolation as error:  # of a statement that was sent along; the session's own was before it
        failure = error
        row = session.fetchone()
    if row is None:
        raise SessionEnded
    if as_administrator and ADMINISTRATOR not in row["roles"]:
        raise NotAnAdministrator
    if failure is not None:
        raise failure
