"""What clients send over a socket. Source: worlds 4.1."""

from __future__ import annotations

import json

import pytest

from worlds.acting.models import InvalidCommand
from worlds.play import frames
from worlds.play.frames import ClientFrame


def command(text: str, command_id: str | None = "a") -> str:
    return json.dumps({"type": "command", "id": command_id, "data": {"text": text}})


def test_eight_messages_are_a_frame_and_nine_are_none():
    assert frames.read("\n".join([command("look")] * 8)) == [ClientFrame("command", "a", "look")] * 8
    with pytest.raises(InvalidCommand, match="at most 8"):
        frames.read("\n".join(['{"type": "ping"}'] * 9))


@pytest.mark.parametrize("text", ["say a\0b", "say \ud800", "say \udfff!"])
def test_what_cannot_be_stored_is_refused_and_the_others_are_not(text: str):
    unreadable, fine = frames.read(command(text) + "\n" + command("look", "b"))

    assert (unreadable.kind, unreadable.command_id) == ("invalid", "a")
    assert fine == ClientFrame("command", "b", "look")


def test_what_is_longer_than_a_line_may_be_is_refused_before_anything_is_asked_of_the_database():
    [fine, too_long] = frames.read(command("x" * 1_024) + "\n" + command("x" * 1_025, "b"))

    assert (fine.kind, too_long.kind, too_long.command_id) == ("command", "invalid", "b")
    assert "1,024" in too_long.text


@pytest.mark.parametrize(
    "kind", [7, None, ["x"] * 9_000, json.loads("[" * 900 + "]" * 900)], ids=["number", "none", "list", "deep"]
)
def test_a_type_that_is_none_is_refused_in_few_words(kind: object):
    with pytest.raises(InvalidCommand) as refused:
        frames.read(json.dumps({"type": kind}))

    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("command_id", ["a\0b", "\ud800", "", "x" * 65])
def test_an_id_that_cannot_be_stored_is_none(command_id: str):
    with pytest.raises(InvalidCommand, match="id"):
        frames.read(command("look", command_id))


def test_characters_beyond_the_first_plane_are_text():
    [frame] = frames.read('{"type":"command","data":{"text":"say \\ud83d\\ude00"}}')

    assert frame == ClientFrame("command", None, "say 😀")
