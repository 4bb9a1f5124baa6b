"""Frames: exactly what clients split on, under the names they ask for. Source: rules 17."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.event_aliases import ALIASES
from kernel.events.frames import Filter, Frame, connected, keepalive
from tests.support.event_source import parse

ID = UUID("9d3f7e5c-1b2a-4c6d-8e9f-0a1b2c3d4e5f")


def frame(type_: str, payload: Any = None) -> Frame:
    return Frame(ID, type_, 1_700_000_000, payload)


def names(wanted: str | None, *frames: Frame) -> list[str]:
    """Under which names a listener gets them."""
    return [message.type for message in parse([Filter.of(wanted, ALIASES).text(frames).encode()])]


def test_a_frame_has_one_line_for_each_field_and_one_space_behind_the_colon():
    assert frame("gamble.complete", {"total_value": 5, "note": "a\nb ü"}).text == (
        "id: 9d3f7e5c-1b2a-4c6d-8e9f-0a1b2c3d4e5f\n"
        "event: gamble.complete\n"
        'data: {"id":"9d3f7e5c-1b2a-4c6d-8e9f-0a1b2c3d4e5f","type":"gamble.complete","timestamp":1700000000,'
        '"payload":{"total_value":5,"note":"a\\nb ü"}}\n\n'
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(JSON.filter(lambda payload: "\\ud" not in json.dumps(payload)))
def test_whatever_the_payload_a_client_reads_it_back(payload: Any):
    sent = frame("said", payload)

    (message,) = parse([sent.text.encode()])

    assert (message.type, message.last_id) == ("said", str(ID))
    assert Frame.from_json(message.json) == sent
    assert sent.text.count("\n") == 4


def test_the_first_frame_tells_the_listener_who_it_is():
    first = connected(ID, 1, "me", Filter.of("a, b,,a", ALIASES))

    assert (first.type, first.payload) == ("connected", {"client_id": "me", "filters": ["a", "b"]})
    assert keepalive(ID, 1).as_json() == {"id": str(ID), "type": "keepalive", "timestamp": 1, "payload": None}


OVER = frame("gamble.complete", {})
CYCLE = frame("progression.cycle.completed", {})


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        (None, ["gamble.complete", "progression.cycle.completed"]),
        ("", ["gamble.complete", "progression.cycle.completed"]),
        ("gamble.complete", ["gamble.complete"]),
        ("gamble.completed", ["gamble.completed"]),
        ("gamble.completed,gamble.complete", ["gamble.complete"]),
        ("progression.cycle_completed", ["progression.cycle_completed"]),
        ("gamble.completed, progression.cycle.completed", ["gamble.completed", "progression.cycle.completed"]),
        ("job.level_up", []),
    ],
)
def test_a_listener_gets_an_event_under_the_name_it_asked_for(wanted: str | None, got: list[str]):
    assert names(wanted, OVER, CYCLE) == got


def test_the_name_is_the_same_on_the_line_and_in_the_data():
    (message,) = parse([Filter.of(["gamble.completed"], ALIASES).text([OVER]).encode()])

    assert message.json["type"] == message.type == "gamble.completed"


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        ("progression.voting_started", ["progression.voting_started"]),
        ("progression.target.set", ["progression.target.set", "progression.target.set"]),
        ("progression.target.set,progression.voting_started", ["progression.target.set", "progression.target.set"]),
        (None, ["progression.target.set", "progression.target.set"]),
    ],
)
def test_who_waits_for_a_vote_hears_of_a_target_that_chose_itself(wanted: str | None, got: list[str]):
    chosen = frame("progression.target.set", {"node_key": "a", "auto_selected": True})
    voted = frame("progression.target.set", {"node_key": "b", "auto_selected": False})

    assert names(wanted, chosen, voted) == got
