"""Sentences that a bot posts as they are, with names that players have chosen."""

from __future__ import annotations

import json

import pytest

from doors.answers import chat_line, error_body
from doors.fields import Message

COMMANDS = ["/ban alice", ".timeout bob", "!give me", " \u3000/ban", "\\x", "?", "$5", "#a", "+1", "-", "*"]
SENTENCES = ["Alice starts a gamble!", '"spade" is no item.', "@bob: 5 / 7", "𝓐lice", "(forgotten) left.", ""]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_sentence_that_begins_with_a_name_is_no_command(name: str) -> None:
    assert chat_line(f"{name} starts a gamble.") == f"\u2060{name} starts a gamble."


@pytest.mark.parametrize(
    ("text", "posted"),
    [
        ("@everyone starts a gamble.", "@\u2060everyone starts a gamble."),
        ("You hit @Here.", "You hit @\u2060Here."),
        ("You hit <@&123>.", "You hit <@\u2060&123>."),
    ],
)
def test_a_sentence_calls_no_one(text: str, posted: str) -> None:
    assert chat_line(text) == posted


@pytest.mark.parametrize("text", SENTENCES)
def test_other_sentences_stay_as_they_are(text: str) -> None:
    assert chat_line(text) == text


def test_answers_and_refusals_are_such_sentences() -> None:
    assert Message(message="/ban alice").message == "\u2060/ban alice"
    assert json.loads(error_body("not_found", "/ban is unknown."))["error"] == "\u2060/ban is unknown."
