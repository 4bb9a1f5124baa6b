"""What `make letters` prints, and what it does not ask the game."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import Any

import pytest

from local.demo.game import Answer, Game, Request
from local.tools import letters


def letter(attempts: int | None) -> dict[str, Any]:
    at = "2026-11-29T17:40:00Z"
    return {"id": "event:1", "name": "said", "stopped_in": "log", "reason": "no bus", "attempts": attempts, "at": at}


@pytest.mark.parametrize(
    ("attempts", "said"),
    [(1, "after 1 attempt: no bus"), (6, "after 6 attempts: no bus"), (None, "no bus")],
)
def test_attempts_are_said_where_they_are_known(
    attempts: int | None, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def answer(_: Game, request: Request) -> Answer:
        return Answer(200, {"letters": [letter(attempts)], "total": 1}, 0)

    monkeypatch.setattr(Game, "ask", answer)
    letters.list_letters(Game("http://127.0.0.1:1", "key"), Namespace())

    assert capsys.readouterr().out.splitlines()[1] == f"    {said}"


@pytest.mark.parametrize("command", ["show", "redrive", "drop"])
def test_the_first_word_of_an_empty_list_is_no_letter(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(sys, "argv", ["letters", command, "Nothing"])

    assert letters.main() == 1
    assert "There is no dead letter called Nothing: make letters lists them" in capsys.readouterr().err
