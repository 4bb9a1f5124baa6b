"""The answers that people were told to wait for."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest

from doors.discord.events import DiscordFollowupRequested, FollowupFile
from functions.community.notify_discord import follow_ups
from tests.support.fake_discord import APPLICATION, FakeDiscord, fake_discord
from tests.support.outer_ring import Time, batch, clear_caches, envelope, use_settings, waiting

TOKEN = "tokenofaninteraction"


@pytest.fixture
def discord(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDiscord]:
    with fake_discord(FakeDiscord(window=0.2)) as peer:
        clear_caches()
        use_settings(monkeypatch, discord_api_url=peer.url, discord_bot_token="")
        yield peer
    clear_caches()


def asked(token: str = TOKEN, *, age: int = 0, **payload: Any) -> dict[str, Any]:
    event = DiscordFollowupRequested(
        application_id=APPLICATION, token=token, body=payload.pop("body", {"content": "Here it is"}), **payload
    )
    return envelope(event.type, event.model_dump(mode="json"), timestamp=int(time.time()) - age)


def answered(*envelopes: dict[str, Any], left: float = 30.0) -> list[str]:
    """The messages that come again."""
    return waiting(follow_ups.handler(batch(*envelopes), Time(left)))


def test_the_answer_takes_its_place_without_the_bots_token(discord: FakeDiscord):
    assert answered(asked()) == []

    assert discord.answers == {TOKEN: {"content": "Here it is", "allowed_mentions": {"parse": []}}}
    assert discord.requests == [("PATCH", f"/webhooks/{APPLICATION}/{TOKEN}/messages/@original", 200)]


def test_files_come_along(discord: FakeDiscord):
    files = [FollowupFile(name="tree.txt", text="Größe\r\n--boundary?\n"), FollowupFile(name="more.txt", text="")]

    assert answered(asked(files=files)) == []

    assert discord.answers[TOKEN]["content"] == "Here it is"
    assert discord.files[TOKEN] == {"tree.txt": "Größe\r\n--boundary?\n", "more.txt": ""}


def test_a_second_delivery_writes_the_same_again(discord: FakeDiscord):
    event = asked()

    assert [answered(event), answered(event)] == [[], []]

    assert list(discord.answers) == [TOKEN]


def test_limits_and_failures_are_waited_out(discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("doors.discord.api.FIRST_PAUSE_SECONDS", 0.01)
    discord.failing = discord.losing = 0.2

    assert answered(*(asked() for _ in range(12))) == []

    assert discord.statuses[429] <= discord.statuses[0]  # a lost answer may have been the one that says "no more"


def test_what_discord_cannot_take_now_comes_again_alone(discord: FakeDiscord):
    discord.down = True

    assert answered(asked(), left=8.3) == ["0"]

    discord.down = False
    assert answered(asked()) == []


def test_nobody_waits_longer_than_the_token_lives(discord: FakeDiscord, caplog: pytest.LogCaptureFixture):
    assert answered(asked(age=901), asked("old-token")) == []

    assert [path for _, path, _ in discord.requests] == [f"/webhooks/{APPLICATION}/old-token/messages/@original"]
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]


def test_who_waits_for_what_discord_does_not_take_is_told(discord: FakeDiscord, caplog: pytest.LogCaptureFixture):
    assert answered(asked(body={"content": "x" * 2001})) == []

    assert discord.answers[TOKEN]["content"] == "It is done, but the answer cannot be shown here."
    assert [record.levelname for record in caplog.records] == ["ERROR"]


@pytest.mark.parametrize("metadata", [{"replay": True, "replay_to": "discord"}, {"broadcast": True}])
def test_a_replay_and_a_broadcast_answer_nobody(discord: FakeDiscord, metadata: dict[str, Any]):
    again = asked()
    again["metadata"] = metadata

    assert answered(again) == []

    assert discord.requests == []


@pytest.mark.parametrize("trouble", ["down", "failing", "too long", "old"])
def test_no_token_is_logged(discord: FakeDiscord, trouble: str, caplog: pytest.LogCaptureFixture):
    discord.down = trouble == "down"
    discord.failing = 1.0 if trouble == "failing" else 0.0
    token = f"old-{TOKEN}" if trouble == "old" else TOKEN

    with caplog.at_level(logging.INFO):
        answered(asked(token, body={"content": "x" * (3000 if trouble == "too long" else 3)}), left=8.3)

    assert caplog.records
    assert TOKEN not in caplog.text
