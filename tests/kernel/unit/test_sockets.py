"""The door of the WebSocket API: who comes and goes, and what a listener may say."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from functools import partial
from operator import add
from typing import Any
from uuid import uuid4

import pytest

from functions.shared.sockets.app import handler
from tests.support.listeners import FakeSockets, fake_sockets


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSockets]:
    with fake_sockets(monkeypatch) as made:
        yield made


def test_who_connects_is_remembered_until_it_leaves(here: FakeSockets):
    here.connect("a=", types="gamble.completed, job.level_up")
    here.connect("b=")

    items = here.items()
    assert {id: item["types"]["S"] for id, item in items.items()} == {"a=": "gamble.completed,job.level_up", "b=": ""}
    assert abs(float(items["a="]["expires_at"]["N"]) - time.time() - 7800) < 60
    assert [json.loads(each["body"]) for each in here.wake_ups()] == [{}, {}]

    here.leave("a=")
    assert list(here.items()) == ["b="]


def test_a_passive_client_says_in_its_address_where_it_goes_on(here: FakeSockets):
    last_id = str(uuid4())

    here.connect("a=", last_event_id=last_id)

    assert here.items()["a="]["place"]["S"] == last_id


def test_a_place_that_cannot_be_one_is_refused_before_the_connection_opens(here: FakeSockets):
    event = {"requestContext": here.about("a=", "CONNECT"), "queryStringParameters": {"last_event_id": "yesterday"}}

    answer = handler(event, None)

    assert answer["statusCode"] == 400
    assert json.loads(answer["body"]) == {"error": "last_event_id: the id of a frame.", "code": "validation"}
    assert here.items() == {}


@pytest.mark.parametrize("types", [["a", " b"], "a, b"])
def test_a_client_may_want_something_else_later(here: FakeSockets, types: Any):
    here.connect("a=", types="c")
    last_id = str(uuid4())

    here.say("a=", json.dumps({"action": "subscribe", "types": types, "last_event_id": last_id}))

    item = here.items()["a="]
    assert (item["types"]["S"], item["place"]["S"], item["turn"]["N"]) == ("a,b", last_id, "2")
    assert len(here.wake_ups()) == 2


def test_no_types_are_all_types(here: FakeSockets):
    here.connect("a=", types="c")

    here.say("a=", '{"action": "subscribe"}')

    assert here.items()["a="]["types"]["S"] == ""


def test_who_is_behind_and_names_no_place_goes_on_from_where_it_is(here: FakeSockets):
    last_id = str(uuid4())
    here.connect("a=", last_event_id=last_id)

    here.say("a=", '{"action": "subscribe", "types": "b"}')

    assert here.items()["a="]["place"]["S"] == last_id


def test_a_listener_may_name_a_place_again_after_a_while(here: FakeSockets, monkeypatch: pytest.MonkeyPatch):
    end = here.connect("a=", last_event_id=str(uuid4()))
    asks = [json.dumps({"action": "subscribe", "types": [type], "last_event_id": str(uuid4())}) for type in "bcd"]
    here.say("a=", asks[0])
    before = here.items()["a="]
    here.wake_ups()

    here.say("a=", asks[1])

    assert [json.loads(message)["code"] for message in end.messages] == ["rate_limited"]
    assert here.items()["a="] == before
    assert here.wake_ups() == []

    here.say("a=", '{"action": "subscribe", "types": "e"}')
    assert here.items()["a="]["types"]["S"] == "e"

    monkeypatch.setattr(time, "time", partial(add, time.time(), 6))
    here.say("a=", asks[2])
    assert here.items()["a="]["types"]["S"] == "d"


def test_a_ping_is_answered(here: FakeSockets):
    end = here.connect("a=")

    here.say("a=", '{"action":"ping"}')

    assert end.messages == ['{"action": "pong"}']


@pytest.mark.parametrize(
    ("body", "code", "error"),
    [
        ("hello", "bad_json", "A message is a JSON object."),
        ("", "bad_json", "A message is a JSON object."),
        ("[1]", "bad_json", "A message is a JSON object."),
        ("[" * 100_000, "bad_json", "A message is a JSON object."),
        ("{}", "validation", 'action: "subscribe" or "ping".'),
        ('{"action":"unsubscribe"}', "validation", 'action: "subscribe" or "ping".'),
        ('{"action":["ping"]}', "validation", 'action: "subscribe" or "ping".'),
        (
            '{"action":"subscribe","types":[1]}',
            "validation",
            "types: a list of names, or the names with commas between them.",
        ),
        (
            '{"action":"subscribe","types":["\\ud800"]}',
            "validation",
            "types: a list of names, or the names with commas between them.",
        ),
        (
            '{"action":"subscribe","types":["a,b"]}',
            "validation",
            "types: a list of names, or the names with commas between them.",
        ),
        (
            '{"action":"subscribe","types":{"a":1}}',
            "validation",
            "types: a list of names, or the names with commas between them.",
        ),
        ('{"action":"subscribe","types":"%s"}' % ("x" * 4000), "validation", "types: at most 4000 characters."),
        ('{"action":"subscribe","last_event_id":7}', "validation", "last_event_id: the id of a frame."),
        ('{"action":"subscribe","last_event_id":"7"}', "validation", "last_event_id: the id of a frame."),
    ],
)
def test_whatever_else_is_said_gets_an_error_and_changes_nothing(here: FakeSockets, body: str, code: str, error: str):
    end = here.connect("a=", types="c")
    before = here.items()

    here.say("a=", body)

    assert [json.loads(message) for message in end.messages] == [{"error": error, "code": code}]
    assert here.items() == before


def test_who_has_gone_before_the_answer_does_no_harm(here: FakeSockets):
    here.connect("a=").open = False

    here.say("a=", '{"action":"ping"}')


def test_a_message_in_bytes_is_no_message(here: FakeSockets):
    end = here.connect("a=")

    handler({"requestContext": here.about("a=", "MESSAGE"), "body": "eyJ9", "isBase64Encoded": True}, None)

    assert json.loads(end.messages[0])["code"] == "bad_json"
