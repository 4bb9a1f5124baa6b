"""What an interaction costs: how often the database is waited for, and what has to be loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from kernel import connections as database
from kernel.database import Connection, transaction
from tests.support.discord_client import DiscordClient, Person
from tests.support.factories import make_player, unlock
from tests.support.round_trips import counted

ALICE = Person("500000000000000001", "alice")
BOB = Person("500000000000000002", "bob")
TRIES = 5  # enough for every statement to be prepared


@pytest.fixture(autouse=True)
def _town(conn: Connection) -> None:
    with transaction(conn) as tx:
        unlock(tx, "feature_economy", "item_spade", "item_stick")
        for person in (ALICE, BOB):
            items = {"item_spade": 500, "lootbox_tier1": 5}
            make_player(tx, person.username, platform="discord", platform_id=person.id, money=9000, items=items)


def cost(database_url: str, monkeypatch: pytest.MonkeyPatch, deed: Callable[[], Any]) -> int:
    costs: list[int] = []
    with counted(database_url) as (conn, wire):
        monkeypatch.setattr(database._environment, "connection", conn)
        for _ in range(TRIES):
            before = wire.round_trips()
            deed()
            costs.append(wire.round_trips() - before)
    return costs[-1]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("sell", {"item": "spade"}),
        ("buy", {"item": "spade"}),
        ("give", {"user": BOB, "item": "spade"}),
        ("use", {"item": "spade"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_command_that_acts_costs_two_round_trips(
    discord: DiscordClient,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    options: dict[str, Any],
):
    assert cost(database_url, monkeypatch, partial(discord.command, ALICE, name, **options)) == 2


@pytest.mark.parametrize("name", ["inventory", "prices", "prices-sell", "profile", "recipes"])
def test_a_command_that_looks_costs_one(
    discord: DiscordClient, database_url: str, monkeypatch: pytest.MonkeyPatch, name: str
):
    assert cost(database_url, monkeypatch, partial(discord.command, ALICE, name)) == 1


@pytest.mark.parametrize(
    ("name", "option"), [("sell", "item"), ("buy", "item"), ("upgrade", "recipe"), ("gamble-start", "item")]
)
def test_suggestions_cost_one(
    discord: DiscordClient, database_url: str, monkeypatch: pytest.MonkeyPatch, name: str, option: str
):
    assert cost(database_url, monkeypatch, partial(discord.suggest, ALICE, name, option)) == 1


@pytest.mark.parametrize("module", ["app", "deferred"])
def test_the_endpoint_starts_without_what_would_make_it_slow(module: str):
    listing = f"import sys, functions.community.discord.{module}; print(*sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    printed = subprocess.run([sys.executable, "-c", listing], env=environment, capture_output=True, check=True).stdout
    loaded = printed.decode().split()

    assert "functions.community.discord.catalogue" in loaded
    assert {"boto3", "fastapi", "mangum", "starlette", "flask", "requests"}.isdisjoint(loaded)
