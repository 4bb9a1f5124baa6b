"""The authorizer: turns a key or a ticket into a caller and a role. API Gateway caches its answer for five minutes.

An environment also remembers the keys that it has accepted, so only strangers need a connection to the database.
"""

from __future__ import annotations

from doors.start import ready  # first: see there

import logging
from datetime import UTC, datetime
from functools import lru_cache
from time import monotonic
from typing import Any

import psycopg

from doors.answers import headers_of
from functions.shared.authorizer.known_keys import KnownKeys
from functions.shared.authorizer.settings import settings
from kernel.action import look, run_action
from kernel.errors import TryAgain
from kernel.keys import service as keys
from kernel.keys.models import KeyHolder
from kernel.realtime import tickets

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

STREAM = ("GET/api/v1/events", "HEAD/api/v1/events")
CONNECT = "$connect"
KEY_SECONDS = 300
"""How long an environment remembers an accepted key, and the key that signs tickets."""

known_keys = KnownKeys(KEY_SECONDS)

ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Return the policy for a caller."""
    try:
        holder = identify(event)
    except (TryAgain, psycopg.OperationalError) as error:
        log.warning("database unavailable", extra={"error": str(error)})
        raise Exception("Unavailable") from error  # AUTHORIZER_FAILURE, which the template makes a 503
    if holder is None:
        raise Exception("Unauthorized")  # API Gateway turns exactly this text into 401
    return policy(holder, event["methodArn"])


def identify(event: dict[str, Any]) -> KeyHolder | None:
    """Return who calls; None for a stranger."""
    key, ticket = credentials_of(event)
    if ticket and not key and is_valid_ticket(ticket):
        return tickets.HOLDER
    key_hash = keys.digest(key)
    holder = known_keys.find(key_hash)
    if holder is not None:
        return holder
    address = event["requestContext"].get("identity", {}).get("sourceIp") or "unknown"
    # A missing key and an invalid ticket both count as a wrong key.
    result = run_action(lambda tx: keys.authenticate(tx, key, address))
    if result.failures >= keys.FAILURES_TO_WARN:
        log.warning("repeated wrong API keys", extra={"remote_addr": address, "failures": result.failures})
    if result.holder is not None:
        known_keys.add(key_hash, result.holder)
    return result.holder


def credentials_of(event: dict[str, Any]) -> tuple[str, str]:
    """Return the caller's key and ticket, each "" if missing.

    A browser cannot send headers with an EventSource or a WebSocket, and neither can Streamer.bot. For the latter,
    whose address is not public, a WebSocket's query may contain the key.
    """
    headers = headers_of(event)
    query = event.get("queryStringParameters") or {}
    key = headers.get("x-api-key") or (query.get("key") if is_websocket(event) else None)
    return key or "", query.get("ticket") or ""


def is_valid_ticket(ticket: str) -> bool:
    """Check a ticket, mostly without the database: all listeners of a channel may reconnect in the same second."""
    expires_at = tickets.read_ticket(_signing_key(int(monotonic() // KEY_SECONDS)), ticket)
    return expires_at is not None and expires_at > datetime.now(UTC)


@lru_cache(maxsize=1)
def _signing_key(period: int) -> bytes:
    return look(tickets.find_key)


def is_websocket(event: dict[str, Any]) -> bool:
    """Tell whether the request opens a WebSocket."""
    return event["requestContext"].get("routeKey") == CONNECT


def policy(holder: KeyHolder, method_arn: str) -> dict[str, Any]:
    """Return a policy that allows a key's holder everything, and a ticket only the stream and the WebSocket.

    The answer is cached for all methods; the doors check the roles.
    """
    api, stage = method_arn.split("/")[:2]
    opened = ("*",) if holder is not tickets.HOLDER else (*STREAM, CONNECT)
    return {
        "principalId": holder.name,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{api}/{stage}/{path}"}
                for path in opened
            ],
        },
        "context": {"role": holder.role},
        "usageIdentifierKey": settings.usage_key_prefix + holder.role,
    }
