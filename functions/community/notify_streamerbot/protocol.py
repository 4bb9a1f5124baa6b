"""Streamer.bot's WebSocket protocol, as its client speaks it. Source: rules 18."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import struct
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

from doors.outbound import Rejected, Unavailable
from doors.secrets import forget_secrets

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

OPEN_SECONDS = 3.0
HELLO_SECONDS = 2.0
WRITE_SECONDS = 10.0
REPLY_SECONDS = 10.0
FRESH_SECONDS = 5.0
"""A connection used this recently is assumed to be alive."""
PONG_SECONDS = 2.0

Password = Callable[[], str]
"""Called only when Streamer.bot demands a password."""


def authentication(password: str, salt: str, challenge: str, *, raw: bool = False) -> str:
    """The proof of knowing the password without sending it.

    Args:
        raw: as in the original: the first hash goes into the second as bytes, not as base64.
    """
    secret = hashlib.sha256((password + salt).encode()).digest()
    if not raw:
        secret = base64.b64encode(secret)
    return base64.b64encode(hashlib.sha256(secret + challenge.encode()).digest()).decode()


class AuthenticatedSession:
    """An open, authenticated connection."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._used_at = time.monotonic()

    @classmethod
    def open(cls, url: str, password: Password, *, seconds: float, raw: bool = False) -> Self:
        """Connect and authenticate.

        Args:
            seconds: the time limit.

        Raises:
            Unavailable: no Streamer.bot answers, or it does not accept the password.
        """
        until = time.monotonic() + seconds
        with _failures():
            session = cls(_connect(url, min(OPEN_SECONDS, seconds)))
        try:
            with _failures():
                session._authenticate(password, until, raw=raw)
        except BaseException:
            session.close()
            raise
        return session

    def do_action(self, id: str, name: str, args: Mapping[str, str], *, seconds: float = REPLY_SECONDS) -> None:
        """Run one of the streamer's actions.

        Args:
            seconds: the time to wait for the answer.

        Raises:
            Unavailable: no answer. The action may have run nevertheless.
            Rejected: Streamer.bot has no such action, or does not allow it.
        """
        request = {"request": "DoAction", "id": id, "action": {"name": name}, "args": dict(args)}
        with _failures():
            self._ask(request, time.monotonic() + min(REPLY_SECONDS, seconds))

    def is_alive(self) -> bool:
        """Whether the other end is still there, which a frozen process may not have noticed."""
        if self._connection.close_code is not None:
            return False
        if time.monotonic() - self._used_at < FRESH_SECONDS:
            return True
        try:
            with _failures():
                return self._connection.ping().wait(PONG_SECONDS)
        except Unavailable:
            return False

    def close(self) -> None:
        self._connection.close()

    def _authenticate(self, password: Password, until: float, *, raw: bool) -> None:
        try:
            hello = self._next(min(until, time.monotonic() + HELLO_SECONDS))
        except TimeoutError:
            return  # an old Streamer.bot sends no greeting and demands no password
        wanted = _challenge(hello)
        if not wanted:
            return
        secret = password()
        if not secret:
            return  # Streamer.bot has a setting to accept clients without one
        proof = authentication(secret, wanted["salt"], wanted["challenge"], raw=raw)
        try:
            self._ask({"request": "Authenticate", "id": str(uuid4()), "authentication": proof}, until)
        except Rejected as error:
            forget_secrets()
            raise Unavailable(f"Streamer.bot does not accept the password: {error}") from error

    def _ask(self, request: Mapping[str, Any], until: float) -> None:
        """Send a request and wait for its answer.

        Raises:
            Rejected: the answer is not "ok".
        """
        self._connection.send(json.dumps(request))
        reply = self._next(until)
        while reply.get("id") != request["id"]:
            reply = self._next(until)  # Streamer.bot's own events may come in between
        self._used_at = time.monotonic()
        if reply.get("status") != "ok":
            raise Rejected(str(reply.get("error") or "no reason given"))

    def _next(self, until: float) -> Mapping[str, Any]:
        """The next message; empty if it is not a JSON object."""
        message = self._connection.recv(timeout=max(0.0, until - time.monotonic()))
        try:
            found = json.loads(message)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def _challenge(hello: Mapping[str, Any]) -> Mapping[str, str]:
    """The salt and challenge in Streamer.bot's greeting; empty if there are none."""
    inside = hello.get("info")
    for place in (hello, inside if isinstance(inside, dict) else {}):  # Streamer.bot's; the original's
        wanted = place.get("authentication")
        if isinstance(wanted, dict) and {"salt", "challenge"} <= wanted.keys():
            return wanted
    return {}


def _connect(url: str, seconds: float) -> ClientConnection:
    from websockets.sync.client import connect  # takes half as long to import as all the rest

    connection = connect(
        url,
        open_timeout=seconds,
        close_timeout=1,
        ping_interval=None,  # the process is frozen between invocations and could not answer; see is_alive
        max_queue=None,  # unread messages must not block the pong
        proxy=None,
        legacy=True,  # it outlives any `with` block
    )
    # Whole seconds and microseconds, as in C's struct timeval.
    limit = struct.pack("@ll", int(WRITE_SECONDS), int(WRITE_SECONDS % 1 * 1_000_000))
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
    return connection


@contextmanager
def _failures() -> Generator[None]:
    """Turn all network errors into Unavailable."""
    from websockets.exceptions import WebSocketException

    try:
        yield
    except (OSError, EOFError, WebSocketException) as error:
        raise Unavailable(f"{type(error).__name__}: {error}") from error
