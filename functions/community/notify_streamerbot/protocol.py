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

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

OPEN_SECONDS = 3.0
HELLO_SECONDS = 2.0
WRITE_SECONDS = 10.0
REPLY_SECONDS = 10.0
FRESH_SECONDS = 5.0
"""A connection that was used so recently is taken for good without asking."""
PONG_SECONDS = 2.0

Password = Callable[[], str]
"""Looked up only when Streamer.bot wants one."""


def authentication(password: str, salt: str, challenge: str, *, raw: bool = False) -> str:
    """Proves that one knows the password without sending it.

    Args:
        raw: as the original did it: the first hash goes into the second as bytes, not as base64.
    """
    secret = hashlib.sha256((password + salt).encode()).digest()
    if not raw:
        secret = base64.b64encode(secret)
    return base64.b64encode(hashlib.sha256(secret + challenge.encode()).digest()).decode()


class Session:
    """An open connection that has said what it had to say to be listened to."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._used_at = time.monotonic()

    @classmethod
    def open(cls, url: str, password: Password, *, seconds: float, raw: bool = False) -> Self:
        """
        Args:
            seconds: all that this may take.

        Raises:
            Unavailable: nobody there, or nobody who knows us.
        """
        until = time.monotonic() + seconds
        with _failures():
            session = cls(_connect(url, min(OPEN_SECONDS, seconds)))
        try:
            with _failures():
                session._introduce(password, until, raw=raw)
        except BaseException:
            session.close()
            raise
        return session

    def do_action(self, id: str, name: str, args: Mapping[str, str], *, seconds: float = REPLY_SECONDS) -> None:
        """Run one of the streamer's actions.

        Args:
            seconds: to wait for the answer.

        Raises:
            Unavailable: no answer. It may have been done all the same.
            Rejected: Streamer.bot has no such action, or does not let us.
        """
        request = {"request": "DoAction", "id": id, "action": {"name": name}, "args": dict(args)}
        with _failures():
            self._ask(request, time.monotonic() + min(REPLY_SECONDS, seconds))

    def is_alive(self) -> bool:
        """Whether somebody is still at the other end: while nothing happened, this process may not have been awake to
        hear them leave."""
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

    def _introduce(self, password: Password, until: float, *, raw: bool) -> None:
        try:
            hello = self._next(min(until, time.monotonic() + HELLO_SECONDS))
        except TimeoutError:
            return  # an old Streamer.bot says nothing and takes everything
        wanted = _challenge(hello)
        if not wanted:
            return
        secret = password()
        if not secret:
            return  # it may do without: that is a switch of its own there
        proof = authentication(secret, wanted["salt"], wanted["challenge"], raw=raw)
        try:
            self._ask({"request": "Authenticate", "id": str(uuid4()), "authentication": proof}, until)
        except Rejected as error:
            raise Unavailable(f"Streamer.bot does not take the password: {error}") from error

    def _ask(self, request: Mapping[str, Any], until: float) -> None:
        """
        Raises:
            Rejected: the answer is no.
        """
        self._connection.send(json.dumps(request))
        reply = self._next(until)
        while reply.get("id") != request["id"]:
            reply = self._next(until)  # what Streamer.bot tells everybody comes in between
        self._used_at = time.monotonic()
        if reply.get("status") != "ok":
            raise Rejected(str(reply.get("error") or "no reason given"))

    def _next(self, until: float) -> Mapping[str, Any]:
        """The next message; without content if it is none of Streamer.bot's own."""
        message = self._connection.recv(timeout=max(0.0, until - time.monotonic()))
        try:
            found = json.loads(message)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def _challenge(hello: Mapping[str, Any]) -> Mapping[str, str]:
    """Empty if there is none."""
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
        ping_interval=None,  # between two invocations nobody is awake to answer; see is_alive
        max_queue=None,  # what nobody has read must not keep the pong from coming
        proxy=None,
        legacy=True,  # not for one `with`: it is kept
    )
    # Whole seconds and microseconds, as the C library has them.
    limit = struct.pack("@ll", int(WRITE_SECONDS), int(WRITE_SECONDS % 1 * 1_000_000))
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
    return connection


@contextmanager
def _failures() -> Generator[None]:
    """Whatever goes wrong on the way, as one kind of error."""
    from websockets.exceptions import WebSocketException

    try:
        yield
    except (OSError, EOFError, WebSocketException) as error:
        raise Unavailable(f"{type(error).__name__}: {error}") from error
