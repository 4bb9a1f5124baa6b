"""The environment's one database connection: opened on first use, waited for in a crowd, given back when others wait.

Any function may use any free connection of its database role. The role's CONNECTION LIMIT (`kernel.roles`) keeps the
crowd from taking the connections of the clocks. An environment that the server turns away tries again with growing,
jittered pauses. Environments that are done would keep their connection while they are frozen, so each asks now and
then how many are taken, and closes its own when more than three quarters are (ADR 22).
"""

from __future__ import annotations

import select
import threading
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from time import monotonic, sleep
from typing import Final

import psycopg
from msgspec import Struct
from msgspec.structs import replace
from psycopg.conninfo import make_conninfo

from kernel.backoff import jittered_pauses
from kernel.database import STATEMENT_SECONDS, Connection, Cursor, Tx, connect
from kernel.errors import DomainError, NoFreeConnection
from kernel.settings import settings

if settings.database_iam_auth:
    # Import it now, not with the first connection: what is loaded before `ready` is in the SnapStart snapshot.
    import_module("kernel.iam")

IDLE_SECONDS: Final = 30
"""The server closes a connection that was not used for this long: a frozen environment cannot do it itself."""

ASK_EVERY: Final = 10
"""An environment asks whether the database is crowded on the first use of a connection, and on every tenth."""

FIRST_PAUSE: Final = 0.02
LONGEST_PAUSE: Final = 0.3
"""Seconds between attempts to connect. Each attempt costs the server a process, a TLS handshake and a login."""

# libpq reports no SQLSTATE (it is 53300) when a connection fails, so we must read the text.
_FULL = (
    "too many connections for role",
    "too many clients already",
    "remaining connection slots are reserved",
    "too many connections for database",
)


class Login(Struct, frozen=True):
    """How an environment logs in.

    Attributes:
        conninfo: without the password where we log in with IAM.
        patience_seconds: how long it waits for a connection where the action has no budget of its own.
    """

    conninfo: str
    patience_seconds: float

    def as_user(self, user: str) -> Login:
        return replace(self, conninfo=make_conninfo(self.conninfo, user=user))


class _Environment(threading.local):
    """A Lambda environment has one thread, and so has each environment of the local stack.

    Attributes:
        login: None: as the settings say.
        opened: the connection, if we opened it: one that a test has set is never closed in a crowd.
        stays: the connection holds a lock of its session, which would end with it.
    """

    login: Login | None = None
    connection: Connection | None = None
    opened: Connection | None = None
    is_new = False
    uses_until_question = 0
    leaves = False
    stays = False


_environment = _Environment()


def login() -> Login:
    """Return how this environment logs in."""
    return _environment.login or Login(settings.database_url, settings.database_patience_seconds)


def log_in_with(login: Login) -> None:
    """Set how this thread logs in from now on.

    In AWS an environment has its own process, and its settings say it. The local stack runs many functions in one
    process, a thread per environment, and calls this in each. A function that queries the database in a second thread
    passes its login on.
    """
    _environment.login = login


def connection(statement_seconds: int = STATEMENT_SECONDS, *, ends_at: float | None = None) -> Connection:
    """Return the connection of this environment; open a new one if there is none or the old one is closed.

    Args:
        statement_seconds: the limit for each statement; a function always passes the same value.
        ends_at: in time.monotonic(): how long to wait for a new one; the login's patience by default.

    Raises:
        NoFreeConnection: all were taken for all of this time.
        psycopg.OperationalError: the database could not be reached for all of this time, or refused the login.
    """
    conn = _environment.connection
    if conn is not None and not conn.closed and _was_cut(conn):
        conn.close()
    if conn is None or conn.closed:
        until = monotonic() + login().patience_seconds if ends_at is None else ends_at
        conn = _environment.connection = _environment.opened = _open_patiently(statement_seconds, until)
        _environment.is_new = True
        _environment.uses_until_question = 0
        _environment.leaves = False
    else:
        _environment.is_new = False
        _environment.uses_until_question -= 1
    return conn


def is_new() -> bool:
    """Tell whether the connection that was returned last had just been opened."""
    return _environment.is_new


@contextmanager
def leaving_a_crowd(tx: Tx) -> Generator[None]:
    """Ask, with the first queries inside, whether this environment should close its connection when it is done."""
    environment = _environment
    due = environment.uses_until_question <= 0 and environment.connection is environment.opened
    if not due or not settings.database_prepares:  # behind a proxy, connections are the proxy's business
        yield
        return
    answer = _ask_if_crowded(tx)
    try:
        yield
    except DomainError:
        _note(answer)  # a refused player needs the connection no longer either
        raise
    _note(answer)


def _ask_if_crowded(tx: Tx) -> Cursor:
    """Return a row if more than three quarters of this role's connections are taken; never for a role without limit."""
    return tx.execute(
        """
        SELECT 1 AS crowded FROM pg_roles AS role
        WHERE role.rolname = current_user AND role.rolconnlimit > 0
          AND (SELECT count(*) FROM pg_stat_get_backend_idset() AS backend
               WHERE pg_stat_get_backend_userid(backend) = role.oid) * 4 > role.rolconnlimit * 3
        """
    )


def _note(answer: Cursor) -> None:
    _environment.leaves = answer.fetchone() is not None
    _environment.uses_until_question = ASK_EVERY


def leave_if_crowded() -> None:
    """Close the connection if the answer to the last question was that the database is crowded. Call it at the end."""
    if _environment.leaves and not _environment.stays:
        close()


def stay_in_crowds(stays: bool) -> None:
    """Keep the connection, crowded or not, while its session holds a lock."""
    _environment.stays = stays


def is_open() -> bool:
    """Tell whether this environment holds a connection."""
    return _environment.connection is not None and not _environment.connection.closed


def close() -> None:
    """Close the connection of this environment, if it has one."""
    _environment.leaves = False
    conn = _environment.connection
    if conn is not None:
        conn.close()


def address() -> str:
    """Return what to connect to, with a freshly signed token as password when we log in with IAM."""
    return make_conninfo(login().conninfo, password=password())


def password() -> str | None:
    """Return a freshly signed token when we log in with IAM; None when the login's text has the password."""
    if not settings.database_iam_auth:
        return None
    from kernel.iam import token

    return token(login().conninfo)


def _was_cut(conn: Connection) -> bool:
    """Tell whether the server ended an idle connection: nothing else makes one readable."""
    poll = select.poll()
    poll.register(conn.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _open_patiently(statement_seconds: int, until: float) -> Connection:
    for pause in jittered_pauses(FIRST_PAUSE, LONGEST_PAUSE):
        try:
            return _open(statement_seconds)
        except psycopg.OperationalError as error:
            if monotonic() + pause > until:
                if any(text in str(error) for text in _FULL):
                    raise NoFreeConnection from error
                raise
        sleep(pause)
    raise AssertionError("pauses do not end")


def _open(statement_seconds: int) -> Connection:
    return connect(
        login().conninfo,
        prepares=settings.database_prepares,
        statement_seconds=statement_seconds,
        idle_seconds=IDLE_SECONDS,
        password=password(),
    )
