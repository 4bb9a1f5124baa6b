"""A scenario on a running stack with events that are announced on Discord, and the expected messages."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from uuid import uuid4

import pytest

from functions.community.notify_discord.app import embed_of
from functions.community.notify_discord.texts import TEXTS
from local.demo.game import Game, Request
from local.stack.postgres import Postgres
from local.stack.process import StackProcess
from tests.support.fake_discord import APPLICATION, DEV, NEWS, TOKEN, FakeDiscord, Message, fake_discord

API_KEY: Final = "key-of-the-announcer"
GAMBLE_SECONDS: Final = 3
BOX: Final = {"item_name": "lootbox_tier1", "quantity": 2}
PLAYERS: Final = [{"platform": "twitch", "platform_id": name, "username": name} for name in ("al_ice", "**bob**")]

Announcement = tuple[str, str, str]


@contextmanager
def stack_with(
    peer: FakeDiscord, postgres: Postgres, template_database: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Game, FakeDiscord]]:
    """Run the game, connected to this fake of Discord."""
    database = f"discord_{uuid4().hex}"
    with fake_discord(peer) as discord:
        set_up(discord, monkeypatch)
        url = postgres.create_database(database, template_database)
        with StackProcess(url, API_KEY) as stack, Game(stack.url, API_KEY) as game:
            yield game, discord
        postgres.drop_database(database)


def set_up(discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "GAMBLE_JOIN_DURATION_MINUTES": f"{GAMBLE_SECONDS / 60:.4f}",
        "DISCORD_API_URL": discord.url,
        "DISCORD_BOT_TOKEN": TOKEN,
        "DISCORD_APPLICATION_ID": APPLICATION,
        "DISCORD_NOTIFICATION_CHANNEL_ID": NEWS,
        "DISCORD_DEV_CHANNEL_ID": DEV,
    }.items():
        monkeypatch.setenv(name, value)


def evening(game: Game) -> None:
    """Play a vote, unlocks, level-ups, and a gamble that is still running when this returns."""
    for player in PLAYERS:
        post_admin(game, "/api/v1/user/register", player)
    post_admin(game, "/api/v1/progression/admin/instant-unlock", {})
    post_admin(game, "/api/v1/progression/admin/unlock-all", {})
    for player in PLAYERS:
        post_admin(game, "/api/v1/user/item/add", player | BOX)
    gamble(game)
    for player in PLAYERS:
        for job in ("merchant", "farmer", "explorer", "blacksmith"):
            post_admin(game, "/api/v1/admin/jobs/award-xp", player | {"job_key": job, "amount": 1200})


def gamble(game: Game) -> None:
    post_admin(game, "/api/v1/gamble/start", PLAYERS[0] | {"bets": [BOX]})
    post_admin(game, "/api/v1/gamble/join", PLAYERS[1])


def post_admin(game: Game, path: str, values: dict[str, Any]) -> None:
    answer = game.ask(Request("POST", path, values))
    assert answer.ok, answer.text


def expected_messages(game: Game) -> list[Announcement]:
    """Return the messages expected from the log: (channel, title, text)."""
    posted_messages: list[Announcement] = []
    events = game.ask(Request("GET", "/api/v1/admin/events", {"limit": 1000})).body["events"]
    for event in reversed(events):
        if event["event_type"] in TEXTS:
            about = {"id": event["event_id"], "type": event["event_type"], "timestamp": 1}
            embed = embed_of({**about, "payload": event["payload"], "metadata": event.get("metadata") or {}})
            assert embed is not None
            posted_messages.append((NEWS, embed.title, embed.text))
    return posted_messages


def posted_messages(discord: FakeDiscord) -> list[Announcement]:
    return [(message.channel_id, message.title, message.text) for message in discord.messages]


def is_gamble_over(game: Game) -> bool:
    """Tell whether the gamble has ended."""
    return any(title.startswith("The gamble is") for _, title, _ in expected_messages(game))


def until(true: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.2)


def invitations(discord: FakeDiscord) -> list[Message]:
    return [message for message in discord.messages if message.title == "A gamble!"]
