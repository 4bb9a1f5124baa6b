"""The WebSocket of Worlds: connecting, playing and leaving. Answers to commands go back on the same connection.

What others are told, and what comes first after connecting, is posted and sent by the pusher (functions.worlds.push).
"""

from __future__ import annotations

from doors.start import ready  # first: see there

import logging
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import Any
from uuid import UUID

import psycopg

from doors.answers import error_body
from doors.cookies import SESSION_COOKIE, read_cookie
from doors.error_objects import as_object
from doors.front_headers import HOST
from doors.settings import settings
from kernel import log_fields, metrics, texts
from kernel.accounts import tokens
from kernel.accounts.key_ring import ring
from kernel.accounts.models import ForeignOrigin, Identity, SignInMissing
from kernel.accounts.tokens import InvalidToken
from kernel.action import run_action
from kernel.database import Tx
from kernel.errors import (
    Conflict,
    DomainError,
    NotAllowed,
    OutcomeUnknown,
    Refused,
    Suspended,
    TooSoon,
    TryAgain,
    Unauthenticated,
)
from worlds.acting.models import InvalidCommand
from worlds.play import frames, leaving
from worlds.play import service as play
from worlds.posts import envelopes
from worlds.posts.envelopes import Envelope
from worlds.tickets import service as tickets

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

OK = {"statusCode": 200}
STATUS: Mapping[type[DomainError], int] = {
    Unauthenticated: 401,
    Refused: 400,
    NotAllowed: 403,
    Conflict: 409,
    TooSoon: 429,
    Suspended: 503,
}
"""As `doors.errors` has them, without what that imports; all others are 404."""

ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle an event of a connection."""
    about = event["requestContext"]
    connection_id: str = about["connectionId"]
    log_fields.set_request_id(about.get("requestId", ""))
    match about["eventType"]:
        case "CONNECT":
            return connect(event, connection_id, about["requestId"])
        case "DISCONNECT":
            run_action(lambda tx: leaving.go(tx, connection_id), name="left", while_frozen=True)
            return OK
        case _:
            return {**OK, "body": answer(connection_id, event.get("body") or "", about["requestId"])}


def connect(event: Mapping[str, Any], connection_id: str, request_id: str) -> dict[str, Any]:
    """Let a connection in as one of the caller's characters, or refuse it before it opens."""
    query: Mapping[str, str] = event.get("queryStringParameters") or {}
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    origins = _own_origins(event, headers)
    try:
        character_id = _character_id(query)

        def come(tx: Tx) -> None:
            me = _identity(tx, query, headers, origins)
            play.come(tx, connection_id, me, character_id)

        with texts.speaking(query.get("language", "") or headers.get("accept-language", "")):
            run_action(come, name="connect")
    except DomainError as error:
        status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), 404)
        body = error_body(error.capital_code or error.code.upper(), str(error))
        return {"statusCode": status, "body": as_object(body, request_id)}
    except (TryAgain, psycopg.OperationalError):
        return {"statusCode": 503, "body": ""}
    return OK


def answer(connection_id: str, body: str, request_id: str) -> str:
    """Return what a client reads after a frame: a document per line."""
    now = datetime.now(UTC)
    try:
        sent = frames.read(body)
    except InvalidCommand as error:
        metrics.add({("hub_messages_processed_total", "invalid"): 1})
        return envelopes.frame([envelopes.refusal(error, now)])
    answers: list[Envelope] = []
    for frame in sent:
        room = envelopes.ROOM - envelopes.size(answers)
        answers += _play(connection_id, frame, request_id, room)
    return envelopes.frame(answers)


def _play(connection_id: str, frame: frames.ClientFrame, request_id: str, room: int) -> list[Envelope]:
    now = datetime.now(UTC)
    log_fields.set_request_id(request_id)  # the log line of the frame before has taken it
    metrics.add({("hub_messages_processed_total", frame.kind): 1})
    began = monotonic()
    try:
        if frame.kind == "invalid":
            raise InvalidCommand(problem=frame.text)
        if frame.kind == "ping":
            return run_action(lambda tx: play.ping(tx, connection_id, room), name="ping", while_frozen=True)
        return run_action(partial(play.play, connection_id=connection_id, frame=frame, room=room), name="command")
    except DomainError as error:
        return [{**envelopes.refusal(error, now), "command_id": frame.command_id}]
    except (TryAgain, OutcomeUnknown, psycopg.OperationalError):
        data = {"code": "DATABASE_ERROR", "message": "The world does not answer. Send the same again in a moment."}
        return [{**envelopes.other("error", data, now), "command_id": frame.command_id}]
    finally:
        if frame.kind == "command":
            metrics.observe("hub_command_duration_seconds", [monotonic() - began])


def _character_id(query: Mapping[str, str]) -> UUID:
    try:
        return UUID(query.get("character_id", ""))
    except ValueError:
        raise InvalidCommand(problem="character_id: the id of one of your characters.") from None


def _identity(tx: Tx, query: Mapping[str, str], headers: Mapping[str, str], own_origins: Collection[str]) -> Identity:
    """Return who connects: by a ticket, or by a token in the cookie, the header or the query.

    Raises:
        Unauthenticated, ForeignOrigin
    """
    if "ticket" in query:
        return tickets.redeem(tx, query["ticket"])
    cookie = read_cookie(headers, SESSION_COOKIE)
    if cookie and headers.get("origin") not in (*settings.cors_origins, *own_origins):
        raise ForeignOrigin
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    text = cookie or (bearer.strip() if scheme.lower() == "bearer" else "") or query.get("token", "")
    if not text:
        raise SignInMissing
    try:
        return tokens.read_access(ring(tokens.ACCESS), text, tx.now).identity
    except InvalidToken as error:
        raise SignInMissing from error


def _own_origins(event: Mapping[str, Any], headers: Mapping[str, str]) -> Collection[str]:
    """Return the origins of our own pages. Browsers send the cookie with WebSockets that any site opens.

    Pages cannot set headers of a WebSocket, so the front's may be relied on without its secret.
    """
    hosts = (event["requestContext"].get("domainName"), headers.get(HOST))
    scheme = headers.get("x-forwarded-proto", "https")  # of the request itself: http on the local stack only
    own = {f"{scheme}://{host}" for host in hosts if host}
    return own | {settings.public_url} if settings.public_url else own
