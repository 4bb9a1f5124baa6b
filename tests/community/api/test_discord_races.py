"""Discord's retries and quick fingers, all at the same moment."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier
from typing import Any

import psycopg
import pytest

from kernel import connections as database
from kernel.database import Connection, connect, transaction
from tests.support.discord_client import DiscordAnswer, DiscordClient, Person, command
from tests.support.factories import holdings, make_player, unlock
from tests.support.lost_commits import connect_losing_commits

ALICE = Person("500000000000000001", "alice")
THREADS = 8


@pytest.fixture(autouse=True)
def _opened(environment: Connection) -> None:
    with transaction(environment) as tx:
        unlock(tx, "feature_economy", "feature_gamble")
        items = {"item_spade": 100, "lootbox_tier1": 50}
        make_player(tx, "alice", platform="discord", platform_id=ALICE.id, items=items)
        make_player(tx, "bob", platform="discord", platform_id="2", items=items)


def at_once(database_url: str, deed: Callable[[], DiscordAnswer]) -> list[DiscordAnswer]:
    """In so many environments, each with its connection."""
    barrier = Barrier(THREADS)

    def environment(_: int) -> DiscordAnswer:
        with closing(connect(database_url)) as conn:
            database._environment.connection = conn
            barrier.wait(timeout=30)
            return deed()

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(environment, range(THREADS)))


def have(conn: Connection, item_name: str) -> int:
    with transaction(conn) as tx:
        return holdings(tx, ALICE.player)[item_name]


def test_one_interaction_from_eight_sides_acts_once(discord: DiscordClient, conn: Connection, database_url: str):
    payload = command(ALICE, "sell", item="spade", quantity=3)

    told = at_once(database_url, lambda: discord.send(payload))

    assert have(conn, "item_spade") == 97
    assert {each.text for each in told} == {"Sold\nSold 3 × spades for 120 money."}


def test_a_stranger_from_eight_sides_is_one_player(discord: DiscordClient, conn: Connection, database_url: str):
    carol = Person("500000000000000003", "carol")

    told = at_once(database_url, lambda: discord.command(carol, "profile"))

    assert all("Items\n0" in each.text for each in told)
    assert len({each.text for each in told}) == 1


def test_eight_clicks_join_once(discord: DiscordClient, conn: Connection, database_url: str):
    bob = Person("2", "bob")
    button = discord.command(bob, "gamble-start", item="lootbox", quantity=5).custom_id("Join")

    told = at_once(database_url, lambda: discord.press(ALICE, button, asker=bob))

    assert have(conn, "lootbox_tier1") == 45
    assert sorted(each.answer["type"] for each in told) == [4] + [6] * 7


def test_who_waits_too_long_for_a_lock_is_told_so_in_time(discord: DiscordClient, conn: Connection, database_url: str):
    with closing(connect(database_url)) as other, transaction(other) as tx:
        tx.execute("SELECT FROM users FOR UPDATE").fetchall()

        told = discord.command(ALICE, "sell", item="spade")

    assert told.private
    assert told.text == "The game is busy, and nothing has happened. Try again."
    assert have(conn, "item_spade") == 100


@pytest.mark.parametrize("arrives", [True, False], ids=["after it was done", "before it was done"])
def test_a_commit_that_is_lost_is_looked_up(
    discord: DiscordClient,
    conn: Connection,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    arrives: bool,
):
    """The answer says what really happened, and it happened once."""
    flaky = connect_losing_commits(database_url, arrives=arrives)
    monkeypatch.setattr(database._environment, "connection", flaky)
    monkeypatch.setattr(database, "_open", lambda *_: connect(database_url))

    told = discord.command(ALICE, "sell", item="spade", quantity=3)

    assert flaky.closed
    assert told.text == "Sold\nSold 3 × spades for 120 money."
    assert have(conn, "item_spade") == 97
    database.connection().close()


def test_a_commit_that_is_lost_for_good_may_have_happened(
    discord: DiscordClient, conn: Connection, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: Any) -> None:
        raise psycopg.OperationalError("connection refused")

    flaky = connect_losing_commits(database_url, arrives=True)
    monkeypatch.setattr(database._environment, "connection", flaky)
    monkeypatch.setattr(database, "_open", fail)

    assert "it may or may not have happened" in discord.command(ALICE, "sell", item="spade").text


def test_answers_are_kept_as_they_were_given(discord: DiscordClient, conn: Connection):
    told = discord.command(ALICE, "sell", id="77", item="spade")

    row = conn.execute("SELECT path, body FROM idempotency_keys WHERE caller = 'discord' AND key = '77'").fetchone()
    assert row is not None
    assert row["path"] == "/discord/interactions"
    assert json.loads(row["body"]) == {"id": "77", "answer": told.answer}
