"""The WebSocket API's door: who comes, who goes, who wants what. The frames are sent by sockets."""

from __future__ import annotations

from doors.start import ready  # first: see there

import json
import logging
from collections.abc import Mapping
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
    """One of three things happens to a connection; the authorizer has let it in before."""
    about = event["requestContext"]
    match about["eventType"]:
        case "CONNECT":
            return connect(about, event.get("queryStringParameters") or {})
        case "DISCONNECT":
            connections.forget(about["connectionId"])
            return OK
        case _:
            return hear(about, event.get("body") or "")


def connect(about: Mapping[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
    try:
        subscription = read_query(query)
    except DomainError as error:
        return error_answer(400, error.code, str(error))
    subscribe(about, subscription)
    return OK


def hear(about: Mapping[str, Any], body: str) -> dict[str, Any]:
    try:
        said = read_message(body)
    except DomainError as error:
        reply(about, error_body(error.code, str(error)))
        return OK
    match said:
        case Ping():
            reply(about, PONG)
        case Subscription():
            subscribe(about, said)
    return OK


def subscribe(about: Mapping[str, Any], subscription: Subscription) -> None:
    connections.subscribe(about["connectionId"], about["connectedAt"] / 1000, subscription.wanted, subscription.place)
    wake_up()
    types = ",".join(subscription.wanted.types) or "everything"
    log.info("a listener wants %s", types, extra={"connection_id": about["connectionId"]})


def reply(about: Mapping[str, Any], text: str) -> None:
    api: Any = client("apigatewaymanagementapi")
    try:
        api.post_to_connection(ConnectionId=about["connectionId"], Data=text.encode())
    except api.exceptions.GoneException:
        log.info("who asked has gone", extra={"connection_id": about["connectionId"]})
