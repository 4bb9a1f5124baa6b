"""The authorizer: turns a key or a ticket into a caller and a role. API Gateway caches its answer for five minutes.

A good key is accepted, no matter what else its address has sent, and a wrong one costs the database nothing: see
`key_ring`.
"""

from __future__ import annotations

from doors.start import ready  # first: see there

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import psycopg
from msgspec import Struct

from doors.answers import headers_of
from doors.front import address_of
from functions.shared.authorizer.key_ring import KeyRing
from functions.shared.authorizer.settings import settings
from functions.shared.authorizer.ticket_keys import TicketKeys
from functions.shared.authorizer.wrong_keys import TO_WARN, WrongKeys
from kernel.action import Budget, look
from kernel.database import STATEMENT_SECONDS
from kernel.errors import TryAgain
from kernel.keys import service as keys
from kernel.keys.models import KEY_REVOKED, KeyHolder, StoredKey
from kernel.realtime import tickets

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

STREAM = ("GET/api/v1/events", "HEAD/api/v1/events")
CONNECT = "$connect"
KEY_SECONDS = 300
"""How long an environment remembers the keys that sign tickets."""
HURRIED_SECONDS = 0.5
"""How long a key that may be new waits for a connection: a flood of wrong ones must not make many functions wait."""
EXPLAINED_FOR = timedelta(days=1)
"""How long after its end a ticket still opens a WebSocket that says so. Source: docs/listening.md."""


class Refusal(Struct, frozen=True):
    """Why a caller who was once let in is not any more.

    Attributes:
        code: as in the message that closes a WebSocket.
    """

    code: str
    name: str


def _read_keys(*, hurried: bool) -> Mapping[str, StoredKey]:
    now = monotonic()
    return look(keys.read_all, budget=Budget(STATEMENT_SECONDS, now + HURRIED_SECONDS, now) if hurried else None)


key_ring = KeyRing(_read_keys)
ticket_keys = TicketKeys(KEY_SECONDS, lambda: look(tickets.find_keys))
wrong_keys = WrongKeys()

ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Return the policy for a caller."""
    try:
        caller = identify(event)
    except (TryAgain, psycopg.OperationalError) as error:
        log.warning("database unavailable", extra={"error": str(error)})
        raise Exception("Unavailable") from error  # AUTHORIZER_FAILURE, which the template makes a 503
    if isinstance(caller, Refusal) and is_websocket(event):
        # A browser cannot read why a handshake was refused, so this one is accepted, told why, and closed.
        return explaining_policy(caller, event["methodArn"])
    if caller is None or isinstance(caller, Refusal):
        raise Exception("Unauthorized")  # API Gateway turns exactly this text into 401
    return policy(caller, event["methodArn"], credentials_of(event)[0])


def identify(event: dict[str, Any]) -> KeyHolder | Refusal | None:
    """Return who calls; None for a stranger. Only a wrong key counts as a guess: no key and no ticket does."""
    key, ticket = credentials_of(event)
    if not key:
        return check_ticket(ticket) if ticket else None
    found = key_ring.find(keys.digest(key))
    if found is None:
        count_wrong_key(event)
        return None
    return Refusal(KEY_REVOKED, found.holder.name) if found.is_revoked(datetime.now(UTC)) else found.holder


def count_wrong_key(event: dict[str, Any]) -> None:
    """Count a wrong key, and warn once per address, environment and window."""
    address = address_of(event, headers_of(event)) or "unknown"
    if wrong_keys.count(address) == TO_WARN:
        log.warning("repeated wrong API keys", extra={"remote_addr": address, "failures": TO_WARN})


def credentials_of(event: dict[str, Any]) -> tuple[str, str]:
    """Return the caller's key and ticket, each "" if missing.

    A browser cannot send headers with an EventSource or a WebSocket, and neither can Streamer.bot. For the latter,
    whose address is not public, a WebSocket's query may contain the key.
    """
    headers = headers_of(event)
    query = event.get("queryStringParameters") or {}
    key = headers.get("x-api-key") or (query.get("key") if is_websocket(event) else None)
    return key or "", query.get("ticket") or ""


def check_ticket(ticket: str) -> KeyHolder | Refusal | None:
    """Check a ticket, mostly without the database: all listeners of a channel may reconnect in the same second."""
    if not ticket_keys.have_signed(ticket):
        return None
    now = datetime.now(UTC)
    if tickets.is_current(ticket, now):
        return tickets.HOLDER
    lately = timedelta(0) <= now - tickets.expiry_of(ticket) < EXPLAINED_FOR
    return Refusal("ticket_expired", tickets.HOLDER.name) if lately else None


def is_websocket(event: dict[str, Any]) -> bool:
    """Tell whether the request opens a WebSocket."""
    return event["requestContext"].get("routeKey") == CONNECT


def policy(holder: KeyHolder, method_arn: str, key: str) -> dict[str, Any]:
    """Return a policy that allows a key's holder everything, and a ticket only the stream and the WebSocket.

    The answer is cached for all methods; the doors check the roles. What only administrators may do asks the database
    once more about the key, by its hash.
    """
    opened = ("*",) if holder is not tickets.HOLDER else (*STREAM, CONNECT)
    return {
        "principalId": holder.name,
        "policyDocument": _document(method_arn, opened),
        "context": {"role": holder.role}
        | ({"ticket": "true"} if holder is tickets.HOLDER else {"key_hash": keys.digest(key)}),
        "usageIdentifierKey": settings.usage_key_prefix + holder.role,
    }


def explaining_policy(refusal: Refusal, method_arn: str) -> dict[str, Any]:
    """Return a policy that opens a WebSocket which is told why it is closed, and nothing else."""
    return {
        "principalId": refusal.name,
        "policyDocument": _document(method_arn, (CONNECT,)),
        "context": {"refusal": refusal.code},
    }


def _document(method_arn: str, opened: tuple[str, ...]) -> dict[str, Any]:
    api, stage = method_arn.split("/")[:2]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{api}/{stage}/{path}"} for path in opened
        ],
    }
