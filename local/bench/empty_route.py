"""A route with a body to validate and an answer to serialise, but without a use case."""

from __future__ import annotations

from typing import Any

from fastapi import Response

from doors.call import Call
from doors.fields import Message
from functions.community.economy.app import TradeRequest, app, handler
from local.bench import requests


@app.post("/api/v1/economy/nothing", response_model=Message)
async def nothing(body: TradeRequest, call: Call) -> Response:
    return call.respond(Message(message=f"{body.username} did nothing."))


def event() -> dict[str, Any]:
    body = {"platform": "twitch", "platform_id": "1", "username": "alice", "item_name": "spade", "quantity": 1}
    return requests.event("POST", "/api/v1/economy/nothing", body)


def do(event: dict[str, Any]) -> None:
    answer = handler(event, None)
    assert answer["statusCode"] == 200, answer
