"""The log as the outer ring gets it."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from functions.shared.feed import app
from kernel.database import Connection, transaction
from kernel.events import service as events
from kernel.events.frames import Frame
from kernel.keys import service as keys


def say(conn: Connection, *payloads: Any) -> None:
    with transaction(conn) as tx:
        for payload in payloads:
            events.broadcast(tx, "said", payload)


def said(answer: dict[str, Any]) -> list[Any]:
    return [Frame.from_json(frame).payload for frame in json.loads(json.dumps(answer))["frames"]]


def ask(after: str | None = None, **more: Any) -> dict[str, Any]:
    return app.handler({"after": after, **more}, None)


def test_it_begins_at_the_end_and_goes_on_from_place_to_place(environment: Connection):
    say(environment, 0)
    begin = ask()
    say(environment, 1, 2, 3)
    first = ask(begin["place"], limit=2)
    second = ask(first["place"], limit=2)
    third = ask(second["place"])

    assert (said(begin), begin["full"], begin["known"]) == ([], False, True)
    assert (said(first), first["full"]) == ([1, 2], True)
    assert (said(second), second["full"]) == ([3], False)
    assert (said(third), third["full"], third["known"]) == ([], False, True)


def test_after_an_event_comes_what_followed_it(environment: Connection):
    begin = ask()
    say(environment, 1, 2)
    first = ask(begin["place"])

    assert said(ask(first["frames"][0]["id"])) == [2]


def test_an_unknown_id_gets_the_end(environment: Connection):
    say(environment, 1)

    answer = ask(str(uuid4()))

    assert (said(answer), answer["known"]) == ([], False)
    say(environment, 2)
    assert said(ask(answer["place"])) == [2]


def test_an_answer_is_never_longer_than_a_function_may_give(environment: Connection, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(app, "MAX_BYTES", 10_000)
    begin = ask()
    say(environment, "ü" * 1500, "x" * 20_000, *["y" * 3000] * 4)

    answers = [ask(begin["place"])]
    while answers[-1]["full"]:
        answers.append(ask(answers[-1]["place"]))

    assert [[len(text) for text in said(answer)] for answer in answers] == [[1500], [20_000], [3000] * 3, [3000]]


def test_it_knows_whose_keys_have_been_revoked(environment: Connection):
    with transaction(environment) as tx:
        for name in ("overlay", "bot", "spare"):
            keys.create(tx, name, "viewer")
        keys.revoke(tx, "overlay", "admin")
        keys.revoke(tx, "spare", "admin")

    assert app.handler({"holders": ["bot", "overlay", "unknown"], "listeners": 3}, None) == {"revoked": ["overlay"]}
