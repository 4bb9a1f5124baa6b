"""The WebSocket API's door: connecting, disconnecting and subscribing. `push` sends the frames."""

from __future__ import annotations

from doors.start import ready  # first: see there

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from doors.answers import error_answer, error_body
from doors.aws import client
from functions.shared.sockets import connections
from functions.shared.sockets.client_messages import Ping, Subscription, read_message, read_query
from functions.shared.sockets.wake_up import wake_up
from kernel.errors import DomainError

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

OK = {"statusCode": 200}
PONG = json.dumps({"action": "pong"})

ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle an event of a connection that the authorizer has accepted."""
    context = event["requestContext"]
    refusal: str | None = (context.get("authorizer") or {}).get("refusal")
    match context["eventType"]:
        case "CONNECT" if refusal:
            return refuse(context, refusal)
        case "CONNECT":
            return connect(context, event.get("queryStringParameters") or {})
        case "DISCONNECT":
            connections.delete(context["connectionId"])
            return OK
        case _ if refusal:
            return OK  # it is about to be closed
        case _:
            return handle_message(context, event.get("body") or "")


def refuse(context: Mapping[str, Any], code: str) -> dict[str, Any]:
    """Open a connection only to say why it is closed, which the pusher does as soon as it is open."""
    connections.refuse(context["connectionId"], context["connectedAt"] / 1000, code)
    wake_up()
    log.info("a listener is refused: %s", code, extra={"connection_id": context["connectionId"]})
    return OK


def connect(context: Mapping[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
    """Subscribe a new connection as its query says."""
    try:
        subscription = read_query(query)
    except DomainError as error:
        return error_answer(400, error.code, str(error))
    subscribe(context, subscription, connections.subscribe)
    return OK


def handle_message(context: Mapping[str, Any], body: str) -> dict[str, Any]:
    """Handle a message from a client."""
    try:
        match read_message(body):
            case Ping():
                reply(context, PONG)
            case Subscription() as subscription:
                subscribe(context, subscription, connections.subscribe_again)
    except DomainError as error:
        reply(context, error_body(error.code, str(error)))
    return OK


def subscribe(context: Mapping[str, Any], subscription: Subscription, store: Callable[..., None]) -> None:
    """Store a subscription and wake the pusher."""
    connected_at = context["connectedAt"] / 1000
    caller = context.get("authorizer") or {}
    holder = "" if caller.get("ticket") else caller.get("principalId", "")
    store(context["connectionId"], connected_at, subscription.wanted, subscription.position, holder=holder)
    wake_up()
    types = ",".join(subscription.wanted.types) or "everything"
    log.info("a listener wants %s", types, extra={"connection_id": context["connectionId"]})


def reply(context: Mapping[str, Any], text: str) -> None:
    """Send a text to a connection, if it is still open."""
    api: Any = client("apigatewaymanagementapi")
    try:
        api.post_to_connection(ConnectionId=context["connectionId"], Data=text.encode())
    except api.exceptions.GoneException:
        log.info("the client has disconnected", extra={"connection_id": context["connectionId"]})
