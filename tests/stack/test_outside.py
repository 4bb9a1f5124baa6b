"""Requests to the outside on a running stack, from the row to the answer."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from uuid import uuid4

from kernel.database import connect, transaction
from local.demo.game import Game, Request
from local.stack.process import StackProcess
from tests.support.people import make_account

PATIENCE = 20


def test_a_mail_is_written_soon_after_it_was_asked_for(shared: tuple[StackProcess, str]):
    """Route -> event -> relay -> rule -> queue -> outer function -> desk -> outer function -> desk."""
    stack, url = shared
    folder = Path(stack.state, "mail")
    name = f"ann{uuid4().hex}"
    with closing(connect(url)) as conn, Game(stack.url, "") as game:
        with transaction(conn) as tx:
            make_account(tx, name)
        answer = game.ask(Request("POST", "/api/auth/password/forgot", {"email": f"{name}@example.org"}))
        assert answer.status == 202, answer.text
        ends_at = time.monotonic() + PATIENCE
        while not (found := [file for file in folder.glob("*.eml") if name in file.read_text()]):
            assert time.monotonic() < ends_at, stack.output()
            time.sleep(0.05)

    assert len(found) == 1


def test_a_consultation_goes_through_the_outer_door(shared: tuple[StackProcess, str]):
    """Gateway -> outer function -> desk, whose refusal is the answer."""
    with Game(shared[0].url, "") as game:
        answer = game.ask(Request("POST", f"/api/personas/rooms/{uuid4()}/posts/draft", {}))

    assert (answer.status, answer.body["code"]) == (401, "auth_missing")
