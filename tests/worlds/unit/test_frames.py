"""What clients send is read, or refused with a sentence. Source: worlds 4.1."""

from __future__ import annotations

import json
from typing import Any

import pytest

from worlds.acting.models import InvalidCommand
from worlds.commands.parsing import parse
from worlds.play.frames import MAX_ID, ClientFrame, read


def command(**data: Any) -> str:
    return json.dumps({"type": "command", "data": data})


def test_the_text_of_a_command_is_read_with_the_id_that_its_client_made():
    assert read('{"type": "command", "id": "7", "data": {"text": "n"}}') == [ClientFrame("command", "7", "n")]
    assert read(command(text="n", id="7")) == [ClientFrame("command", "7", "n")]
    assert read(command(text="n")) == [ClientFrame("command", None, "n")]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ({"action": "north"}, "n"),
        ({"action": "get", "target": "arrows", "quantity": 5}, "get arrows 5"),
        ({"action": "get", "target": "arrows", "quantity": "all"}, "get arrows all"),
        ({"action": "tell", "recipient": "Ana", "message": "hi there"}, "tell Ana hi there"),
        ({"action": "say", "message": "hello"}, "say hello"),
        ({"action": "give", "target": "arrows", "quantity": 5, "recipient": "Ana"}, "give arrows 5 to Ana"),
        ({"action": "look", "target": None, "quantity": None, "message": None, "recipient": None}, "look"),
        ({"action": "look", "target": "", "quantity": "", "message": "", "recipient": ""}, "look"),
    ],
)
def test_the_older_form_means_the_same(data: dict[str, Any], line: str):
    [frame] = read(command(**data))

    found, wanted = parse(frame.text), parse(line)
    assert (found.command, found.target, found.quantity, found.recipient) == (
        wanted.command,
        wanted.target,
        wanted.quantity,
        wanted.recipient,
    )


def test_an_answer_of_an_interview_is_told_to_the_statue_and_a_ping_has_no_text():
    assert read('{"type": "interview_response", "data": {"text": "a mild world"}}') == [
        ClientFrame("command", None, "tell statue a mild world")
    ]
    assert read('{"type": "ping", "data": {}}') == read('{"type": "ping"}') == [ClientFrame("ping", None)]


def test_documents_may_be_joined_by_newlines_or_written_over_several():
    joined = f"{command(text='n')}\n\n{command(text='s')}\n"

    assert [each.text for each in read(joined)] == ["n", "s"]
    assert [each.text for each in read(json.dumps(json.loads(command(text="n")), indent=2))] == ["n"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "  \n ",
        "look",
        "{",
        "[" * 100_000,
        "[]",
        "null",
        '"look"',
        "{}",
        '{"type": "dance"}',
        '{"type": ["command"]}',
        '{"type": "command"}',
        '{"type": "command", "data": []}',
        '{"type": "command", "data": "look"}',
        '{"type": "command", "data": {"text": 1}}',
        '{"type": "command", "data": {"text": null}}',
        '{"type": "command", "data": {"action": 1}}',
        '{"type": "command", "data": {"action": "get", "target": ["lamp"]}}',
        '{"type": "command", "data": {"action": "get", "target": "lamp", "quantity": true}}',
        '{"type": "command", "data": {"action": "get", "target": "lamp", "quantity": {}}}',
        '{"type": "interview_response", "data": {}}',
        command(text="look", id=""),
        command(text="look", id=7),
        command(text="look", id="x" * (MAX_ID + 1)),
        f"{command(text='n')}\n{{",
    ],
)
def test_what_is_no_message_is_refused(body: str):
    with pytest.raises(InvalidCommand):
        read(body)


def sent(text: str, command_id: str | None = "a") -> str:
    return json.dumps({"type": "command", "id": command_id, "data": {"text": text}})


def test_eight_messages_are_a_frame_and_nine_are_none():
    assert read("\n".join([sent("look")] * 8)) == [ClientFrame("command", "a", "look")] * 8
    with pytest.raises(InvalidCommand, match="at most 8"):
        read("\n".join(['{"type": "ping"}'] * 9))


@pytest.mark.parametrize("text", ["say a\0b", "say \ud800", "say \udfff!"])
def test_what_cannot_be_stored_is_refused_and_the_others_are_not(text: str):
    unreadable, fine = read(sent(text) + "\n" + sent("look", "b"))

    assert (unreadable.kind, unreadable.command_id) == ("invalid", "a")
    assert fine == ClientFrame("command", "b", "look")


def test_what_is_longer_than_a_line_may_be_is_refused_before_anything_is_asked_of_the_database():
    [fine, too_long] = read(sent("x" * 1_024) + "\n" + sent("x" * 1_025, "b"))

    assert (fine.kind, too_long.kind, too_long.command_id) == ("command", "invalid", "b")
    assert "1,024" in too_long.text


@pytest.mark.parametrize(
    "kind", [7, None, ["x"] * 9_000, json.loads("[" * 900 + "]" * 900)], ids=["number", "none", "list", "deep"]
)
def test_a_type_that_is_none_is_refused_in_few_words(kind: object):
    with pytest.raises(InvalidCommand) as refused:
        read(json.dumps({"type": kind}))

    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("command_id", ["a\0b", "\ud800", "", "x" * 65])
def test_an_id_that_cannot_be_stored_is_none(command_id: str):
    with pytest.raises(InvalidCommand, match="id"):
        read(sent("look", command_id))


def test_characters_beyond_the_first_plane_are_text():
    [frame] = read('{"type":"command","data":{"text":"say \\ud83d\\ude00"}}')

    assert frame == ClientFrame("command", None, "say 😀")
