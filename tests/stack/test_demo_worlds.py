"""`make demo ARGS="--worlds"`: three people meet in Temperate, and leave nothing behind but what they moved."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import closing
from time import monotonic
from uuid import uuid4

import psycopg
import pytest

from local.demo.chat import Chat
from local.demo.game import GameUnavailable
from local.stack.postgres import Postgres
from local.stack.process import StackProcess
from local.worlds.demo import play


@pytest.fixture(scope="module")
def stack(postgres: Postgres) -> Iterator[tuple[StackProcess, str]]:
    """A stack whose database is empty at first, because Temperate is made at the first start only."""
    name = f"demo_worlds_{uuid4().hex}"
    url = postgres.create_database(name)
    with pytest.MonkeyPatch.context() as patch:
        for limit in ("SIGN_INS_PER_MINUTE", "SIGN_UPS_PER_FIVE_MINUTES"):
            patch.setenv(limit, "25")
        with StackProcess(url) as running:
            yield running, url
    postgres.drop_database(name)


@pytest.mark.slow
def test_three_people_meet_walk_talk_trade_and_part_within_a_minute(stack: tuple[StackProcess, str]):
    running, url = stack
    assert played(running)[0]  # which waits until Temperate is made
    began = monotonic()

    went_well, printed = played(running)

    assert went_well, printed
    assert monotonic() - began < 60
    assert "Temperate is still being made" not in printed
    headings = ("Three newcomers in the lobby", "Three bodies in Temperate", "A trade", "Hints are enough", "They part")
    for heading in headings:
        assert f"\n{heading}" in printed
    assert re.search(r"Bob reads: Ann-\w+ says: What a place to be!", printed)
    assert not re.search(r"Cleo reads: .*What a place to be!", printed)
    assert re.search(r"Cleo reads: Ann-\w+ tells you: Is it nice over there\?", printed)
    assert printed.count("reads: The trade is done.") == 2
    assert re.search(r"Cleo types: hint\n[^$]*Cleo types: (go|gather|talk) ", printed)
    assert printed.count("reads: You leave for the lobby.") == 3
    assert printed.count("You say: Hello! Who comes along") == 1  # though it is sent again to those who come back
    assert rows(url, "SELECT user_name FROM kernel.accounts") == []
    dropped = re.findall(r"(?:Ann|Bob) types: drop (.+) all", printed)
    assert len(dropped) == printed.count("reads: You put down ") == 2, printed


@pytest.mark.slow
def test_what_does_not_go_as_planned_is_said_and_the_accounts_are_deleted_all_the_same(
    stack: tuple[StackProcess, str],
):
    running, url = stack
    assert played(running)[0]  # which waits until Temperate is made
    change(url, "UPDATE worlds.entities SET locked = true WHERE item IS NOT NULL")

    went_well, printed = played(running)

    change(url, "UPDATE worlds.entities SET locked = false WHERE item IS NOT NULL")
    assert not went_well
    assert "It did not go as planned: nothing lies around that Ann could take" in printed
    assert rows(url, "SELECT user_name FROM kernel.accounts") == []


def test_without_a_running_game_it_says_how_to_start_one():
    with pytest.raises(GameUnavailable, match="make dev"):
        play("http://127.0.0.1:9", Chat(io.StringIO(), 0))


def played(stack: StackProcess) -> tuple[bool, str]:
    out = io.StringIO()
    return play(stack.url, Chat(out, 0)), out.getvalue()


def rows(url: str, statement: str) -> list[tuple[object, ...]]:
    with closing(psycopg.connect(url)) as conn:
        return conn.execute(statement).fetchall()  # pyright: ignore[reportArgumentType, reportCallIssue]


def change(url: str, statement: str) -> None:
    with closing(psycopg.connect(url, autocommit=True)) as conn:
        conn.execute(statement)  # pyright: ignore[reportArgumentType, reportCallIssue]
