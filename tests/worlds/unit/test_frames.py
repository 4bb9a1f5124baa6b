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


@pytest.mark.parametrize("command_id", ["a\0b", "\ud800", "", "x" * 65])
def test_an_id_that_cannot_be_stored_is_none(command_id: str):
    with pytest.raises(InvalidCommand, match="id"):
        frames.read(command("look", command_id))


def test_characters_beyond_the_first_plane_are_text():
    [frame] = frames.read('{"type":"command","data":{"text":"say \\ud83d\\ude00"}}')

    assert frame == ClientFrame("command", None, "say 😀")
