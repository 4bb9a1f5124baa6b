"""What commands cost: counted on the wire, through the endpoint, in a warm environment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from nacl.signing import SigningKey

from functions.community.discord import app
from kernel import connections as database
from kernel.database import transaction
from local.tools.postgres_proxy import PostgresProxy
from tests.support.discord_client import DiscordClient, Person
from tests.support.factories import make_player, unlock
from tests.support.round_trips import counted

ALICE = Person("500000000000000001", "alice")

Cost = Callable[..., int]


@pytest.fixture
def cost(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cost]:
    """The fewest round trips of several tries: caches are empty at the first, and counters may be flushed."""
    discord = DiscordClient(SigningKey.generate(), app.handler)
    monkeypatch.setattr(app, "settings", replace(app.settings, discord_public_key=discord.public_key))
    with counted(database_url) as (conn, wire):
        monkeypatch.setattr(database._environment, "connection", conn, raising=False)
        with transaction(conn) as tx:
            unlock(tx, "job_merchant", "feature_weekly_quests")
            make_player(tx, "alice", platform="discord", platform_id=ALICE.id, items={"item_spade": 50})

        def fewest(name: str, **options: Any) -> int:
            return min(_cost(wire, discord, name, options) for _ in range(4))

        yield fewest


def _cost(wire: PostgresProxy, discord: DiscordClient, name: str, options: dict[str, Any]) -> int:
    before = wire.round_trips()
    told = discord.command(ALICE, name, admin=True, **options)
    assert "embeds" in told.data, told.text
    assert told.data["embeds"], told.text
    return wire.round_trips() - before


@pytest.mark.parametrize(
    "name",
    ["voting-session", "unlock-progress", "engagement", "stats", "jobs", "leaderboard", "check-timeout", "quests"],
)
def test_a_look_takes_one(cost: Cost, name: str):
    assert cost(name) == 1


@pytest.mark.parametrize("name", ["info", "admin-cache-stats"])
def test_what_is_known_anyway_takes_none(cost: Cost, name: str):
    assert cost(name) == 0


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("vote", {"option": 1}),
        ("vote", {}),
        ("link", {}),
        ("add-item", {"user": ALICE, "item": "spade", "quantity": 1}),
        ("remove-item", {"user": ALICE, "item": "spade", "quantity": 1}),
        ("admin-award-xp", {"platform": "discord", "username": "alice", "job": "merchant", "amount": 1}),
        ("timeout-set", {"platform": "twitch", "username": "eve", "duration": 5}),
        ("timeout-clear", {"platform": "twitch", "username": "eve"}),
        ("admin-unlock", {"node": "feature_economy"}),
        ("admin-relock", {"node": "feature_economy"}),
        ("admin-end-voting", {}),
        ("admin-contribution", {"amount": 1}),
        ("reload", {}),
    ],
)
def test_a_deed_takes_two(cost: Cost, name: str, options: dict[str, Any]):
    assert cost(name, **options) == 2
