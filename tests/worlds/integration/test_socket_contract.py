"""The socket keeps what docs/asyncapi-worlds.json promises; `Player.types` checks every answer in all other tests."""

from __future__ import annotations

import json
import re
from typing import Any, get_args

import pytest

from functions.worlds.play.app import answer
from kernel.database import Tx
from local.tools import asyncapi_worlds
from local.tools.worlds_socket import FROM_CLIENT, FROM_SERVER, METADATA
from tests.support.socket_contract import check_frames, validator
from tests.support.worlds import come_to, connect, make_world, place_item
from worlds.play import closing, frames
from worlds.play import service as play
from worlds.posts import envelopes
from worlds.posts.envelopes import MessageKind
from worlds.space.models import Position

DOCUMENT = asyncapi_worlds.document()


def posts(tx: Tx) -> list[dict[str, Any]]:
    rows = tx.execute("SELECT seq, envelope FROM worlds.posts ORDER BY post_id").fetchall()
    return [{**row["envelope"], **({"seq": row["seq"]} if row["seq"] else {})} for row in rows]


def test_the_description_is_what_the_code_says(capsys: pytest.CaptureFixture[str]):
    assert asyncapi_worlds.main(["--check"]) == 0, capsys.readouterr().err


def test_everything_that_two_players_cause_is_described(tx: Tx):
    world = make_world(tx)
    ann, bob = come_to(tx, world.world_id, "Ann"), come_to(tx, world.world_id, "Bob")
    place_item(tx, world, "lamp", Position(50, 60))
    for text in (
        "get lamp",
        "drop lamp",
        "take lamp",
        "look bob",
        "look",
        "ne 2",
        "say hello",
        "whisper bob psst",
        "tell bob hello",
        "emote waves",
        "trade bob",
        "inventory",
        "who",
        "world info",
        "frobnicate",
        "fly",
    ):
        ann.types(tx, text, command_id=text[:64])
    bob.types(tx, "reply hi")
    check_frames(play.ping(tx, ann.connection_id))
    connect(tx, bob.me, bob.character_id)  # what was posted comes again

    posted = posts(tx)
    check_frames(posted)
    assert {each["type"] for each in posted} == {"game_message", "map_update", "state_update"}
    assert {"speech", "whisper", "tell", "emote"} <= {
        each["data"]["type"] for each in posted if each["type"] == "game_message"
    }


@pytest.mark.parametrize("reason", closing.REASONS)
def test_the_last_frame_of_a_connection_is_described(tx: Tx, reason: str):
    check_frames([envelopes.refusal(closing.REASONS[reason](), tx.now)])


def test_what_cannot_be_read_is_answered_as_described():
    answers = [json.loads(answer("connection", body, "request")) for body in ("", "{", "[]", '{"type": "dance"}')]

    check_frames(answers)
    assert {each["data"]["code"] for each in answers} == {"INVALID_COMMAND"}


def test_examples_of_what_clients_send_are_read():
    sent = [DOCUMENT["components"]["messages"][shape.__name__]["examples"][0]["payload"] for shape in FROM_CLIENT]

    assert {frames.read(json.dumps(each))[0].kind for each in sent} == {"command", "ping"}


@pytest.mark.parametrize(
    "document",
    [
        {"type": "command", "data": {}},
        {"type": "command", "data": {"text": 5}},
        {"type": "command", "id": "", "data": {"text": "look"}},
        {"type": "command", "id": "x" * 65, "data": {"text": "look"}},
        {"type": "interview_response", "data": {}},
        {"type": "dance", "data": {}},
    ],
)
def test_what_the_description_forbids_is_refused(document: dict[str, Any]):
    assert not any(validator(shape.__name__).is_valid(document) for shape in FROM_CLIENT)
    assert json.loads(answer("connection", json.dumps(document), "request"))["type"] == "error"


def test_every_kind_of_line_and_frame_is_described():
    schemas = DOCUMENT["components"]["schemas"]

    assert schemas["Line"]["properties"]["type"]["enum"] == list(get_args(MessageKind))
    assert set(METADATA) <= set(get_args(MessageKind))
    assert {DOCUMENT["components"]["messages"][each.__name__]["name"] for each in FROM_SERVER} == {
        "around_update",
        "combat_event",
        "error",
        "game_message",
        "map_update",
        "pong",
        "state_update",
    }
    codes = set(re.findall(r"[A-Z_]{4,}", json.dumps(schemas["Problem"]["properties"]["code"]["enum"])))
    assert {"INVALID_COMMAND", "TARGET_OUT_OF_RANGE", "ALREADY_IN_GAME", "DATABASE_ERROR"} <= codes


def test_examples_of_all_messages_fit_their_schemas():
    for name, message in DOCUMENT["components"]["messages"].items():
        if name in {shape.__name__ for shape in (*FROM_CLIENT, *FROM_SERVER)}:
            assert validator(name).is_valid(message["examples"][0]["payload"]), name
