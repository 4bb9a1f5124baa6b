"""A scenario on a running stack with events that are announced on Discord, and the expected messages."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from uuid import uuid4

import pytest

from functions.community.notify_discord.app import embed_of
from functions.community.notify_discord.bundle_texts import BUNDLED, bundled_event
from functions.community.notify_discord.texts import TEXTS
from local.demo.game import Game, Request
from local.stack.postgres import Postgres
from local.stack.process import StackProcess
from tests.support.fake_discord import APPLICATION, DEV, NEWS, TOKEN, FakeDiscord, Message, fake_discord

API_KEY: Final = "key-of-the-announcer"
GAMBLE_SECONDS: Final = 8  # an invitation that comes too late is dropped
BOX: Final = {"item_name": "lootbox_tier1", "quantity": 2}
PLAYERS: Final = [{"platform": "twitch", "platform_id": name, "username": name} for name in ("al_ice", "**bob**")]

Announcement = tuple[str, str, str]

BUNDLE: Final = re.compile(r"\[Test\] .*|Level up!|Achievement: .*|[\d,]+ (?:level-ups|achievements)")
"""The titles of what is told in bundles."""


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
        for job in ("merchant", "scholar", "explorer", "blacksmith"):
            post_admin(game, "/api/v1/admin/jobs/award-xp", player | {"job_key": job, "amount": 1200})


def gamble(game: Game) -> None:
    post_admin(game, "/api/v1/gamble/start", PLAYERS[0] | {"bets": [BOX]})
    post_admin(game, "/api/v1/gamble/join", PLAYERS[1])


def post_admin(game: Game, path: str, values: dict[str, Any]) -> None:
    answer = game.ask(Request("POST", path, values))
    assert answer.ok, answer.text


def logged_events(game: Game) -> list[dict[str, Any]]:
    """Return the events that are announced, oldest first."""
    events = game.ask(Request("GET", "/api/v1/admin/events", {"limit": 1000})).body["events"]
    return [
        {
            "id": event["event_id"],
            "type": event["event_type"],
            "timestamp": 1,
            "payload": event["payload"],
            "metadata": event.get("metadata") or {},
        }
        for event in reversed(events)
        if event["event_type"] in TEXTS
    ]


def expected_messages(events: Iterable[Mapping[str, Any]]) -> list[Announcement]:
    """Return the messages expected from the log: (channel, title, text). They do not include bundles."""
    embeds = [embed_of(event) for event in events if event["type"] not in BUNDLED]
    return [(NEWS, embed.title, embed.text) for embed in embeds if embed is not None]


def posted_messages(messages: Iterable[Message]) -> list[Announcement]:
    """Return the messages that were posted, without the bundles."""
    return [(each.channel_id, each.title, each.text) for each in messages if not BUNDLE.fullmatch(each.title)]


def expected_of_players(events: Iterable[Mapping[str, Any]]) -> Counter[tuple[str, str]]:
    """Return what bundles are expected to tell: how often (what happened, the player's name)."""
    bundled = [bundled_event(event, event["id"]) for event in events if event["type"] in BUNDLED]
    return Counter((event.what.partition(" (")[0], event.name) for event in bundled)


def told_of_players(messages: Iterable[Message]) -> Counter[tuple[str, str]]:
    """Return what bundles have told."""
    told = Counter[tuple[str, str]]()
    for embed in [embed for each in messages for embed in each.body["embeds"] if BUNDLE.fullmatch(embed["title"])]:
        text: str = embed["description"]
        if embed["title"] == "Level up!":
            name, _, what = text.removeprefix("**").removesuffix(".").partition("** is now a level ")
            told[f"Level {what}", name] += 1
        elif embed["title"].startswith("Achievement: "):
            told[embed["title"].removeprefix("Achievement: "), text.removeprefix("**").partition("**: ")[0]] += 1
        else:
            for line in text.split("\n"):
                what, _, names = line.removeprefix("**").partition("**: ")
                told.update((what.partition(" (")[0], name) for name in names.split(", "))
    return told


def is_gamble_over(game: Game) -> bool:
    """Tell whether the gamble has ended."""
    return any(title.startswith("The gamble is") for _, title, _ in expected_messages(logged_events(game)))


def until(true: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.2)


def invitations(discord: FakeDiscord) -> list[Message]:
    return [message for message in discord.messages if message.title == "A gamble!"]
