"""The WebSocket's own function: refused handshakes, and answers that fit into a message. Source: worlds 3."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from functions.worlds.play import app
from kernel.database import Connection, transaction
from kernel.rate_limits import RateLimit
from tests.support.worlds import Player, come_to_lobby
from worlds.play import service as play
from worlds.posts import envelopes
from worlds.tickets import service as tickets

DAY = timedelta(days=1)


@pytest.fixture
def player(environment: Connection) -> Player:
    with transaction(environment) as tx:
        return come_to_lobby(tx, "Ann")


def commands(*lines: str) -> str:
    return "\n".join(
        json.dumps({"type": "command", "id": str(place), "data": {"text": line}}) for place, line in enumerate(lines)
    )


def documents(answer: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.split("\n")]


def test_who_connects_too_often_is_told_so(environment: Connection, player: Player, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(play, "CONNECTS_OF_ADDRESS", RateLimit("world_connects_address_day", 1, DAY, per="ip"))
    with transaction(environment) as tx:
        ticket = tickets.issue(tx, player.me)
    query = {"character_id": str(player.character_id), "ticket": ticket}
    context = {"connectionId": "late", "eventType": "CONNECT", "requestId": "r"}

    refused = app.handler({"requestContext": context, "queryStringParameters": query}, None)

    assert (refused["statusCode"], json.loads(refused["body"])["error"]["code"]) == (429, "AUTH_RATE_LIMITED")


def test_what_a_message_does_not_hold_is_posted_and_no_command_of_the_frame_is_lost(
    environment: Connection, player: Player, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(envelopes, "ROOM", 2_000)

    answer = app.answer(player.connection_id, commands(*["help"] * 4, "say hi"), "r")

    assert len(answer.encode()) <= envelopes.ROOM
    with transaction(environment) as tx:
        posted = tx.execute("SELECT envelope FROM worlds.posts WHERE envelope ? 'command_id'").fetchall()
    answered = {each["command_id"] for each in documents(answer)} if answer else set[str]()
    assert {"0", "1", "2", "3", "4"} == answered | {row["envelope"]["command_id"] for row in posted}
    assert posted
