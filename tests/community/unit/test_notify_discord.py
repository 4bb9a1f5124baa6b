"""Announcements from the queue to the channel, with AWS played by moto and Discord by a fake."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import Mock
from uuid import uuid4

import pytest

from functions.community.notify_discord import app, daily, gambles
from tests.support.discord_notifier import discord_notifier
from tests.support.fake_discord import DEV, NEWS, TOKEN, FakeDiscord, fake_discord
from tests.support.outer_ring import TABLE, Aws, Time, batch, envelope, use_settings, waiting

GAMBLE_ID = str(uuid4())


@pytest.fixture
def discord() -> Iterator[FakeDiscord]:
    with fake_discord(FakeDiscord(window=0.2)) as peer:
        yield peer


@pytest.fixture
def aws(discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    with discord_notifier(monkeypatch, discord) as notifier:
        yield notifier.aws


def delivered(*envelopes: dict[str, Any], left: float = 60.0) -> list[str]:
    """The messages that come again."""
    return waiting(app.handler(batch(*envelopes), Time(left)))


def unlocked(number: int = 2, **metadata: Any) -> dict[str, Any]:
    node = {"node_key": f"node_{number}", "display_name": f"Node {number}", "description": f"number {number}"}
    return envelope("progression.cycle.completed", {"unlocked_node": node}, **metadata)


def started(gamble_id: str = GAMBLE_ID, left: float = 60, of: float = 60, **metadata: Any) -> dict[str, Any]:
    """Return a gamble that may be joined for some more seconds."""
    deadline = datetime.now(UTC) + timedelta(seconds=left)
    payload = {
        "id": gamble_id,
        "initiator_username": "alice",
        "created_at": (deadline - timedelta(seconds=of)).isoformat(),
        "join_deadline": deadline.isoformat(),
        "bets": [{"item_name": "lootbox_tier1", "quantity": 5}],
    }
    return envelope("gamble.started", payload, **metadata)


def complete(gamble_id: str = GAMBLE_ID, **metadata: Any) -> dict[str, Any]:
    payload = {
        "gamble_id": gamble_id,
        "winner_id": "x",
        "winner_username": "bob",
        "total_value": 5,
        "participant_count": 2,
        "participants": [],
        "items": [],
    }
    return envelope("gamble.complete", payload, **metadata)


@pytest.mark.usefixtures("aws")
def test_each_announcement_arrives_once_and_in_order_however_often_it_is_delivered(discord: FakeDiscord):
    events = [unlocked(number) for number in range(1, 9)]

    assert [delivered(*events), delivered(*events)] == [[], []]

    assert [message.text for message in discord.messages] == [f"number {n}" for n in range(1, 9)]
    assert {message.channel_id for message in discord.messages} == {NEWS}
    assert discord.statuses == {200: 8}


@pytest.mark.usefixtures("aws")
def test_on_a_bad_day_everything_still_arrives_once(discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("doors.outbound.BACKOFF_SECONDS", 0.01)
    discord.failing = discord.losing = 0.25
    events = [unlocked(number) for number in range(1, 11)]

    for _ in range(10):
        if not delivered(*events):
            break

    assert [message.text for message in discord.messages] == [f"number {n}" for n in range(1, 11)]
    assert discord.statuses[500] > 0
    assert discord.statuses[0] > 0


@pytest.mark.usefixtures("aws")
def test_nobody_is_called_by_an_announcement(discord: FakeDiscord):
    delivered(unlocked(), started())

    assert [message.body["allowed_mentions"] for message in discord.messages] == [{"parse": []}] * 2


@pytest.mark.usefixtures("aws")
def test_a_gambles_invitation_has_a_button_until_it_is_over(discord: FakeDiscord):
    delivered(started())
    (invitation,) = discord.messages
    assert invitation.buttons == [f"gamble:join:{GAMBLE_ID}"]

    delivered(complete())

    assert [message.title for message in discord.messages] == ["A gamble!", "The gamble is decided"]
    assert invitation.buttons == []
    assert invitation.text.startswith("**alice** stakes")


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(("metadata", "menus"), [({}, ["vote:17"]), ({"broadcast": True}, [])])
def test_one_votes_under_the_announcement_of_a_vote(discord: FakeDiscord, metadata: dict[str, Any], menus: list[str]):
    options = [{"node_key": f"node_{n}", "display_name": f"Node {n}", "target_level": 1} for n in (1, 2)]

    delivered(envelope("progression.voting_started", {"session_id": 17, "options": options}, **metadata))

    (message,) = discord.messages
    found = [part for row in message.body["components"] for part in row["components"]]
    assert [menu["custom_id"] for menu in found] == menus
    for menu in found:
        assert [(each["label"], each["value"]) for each in menu["options"]] == [("1. Node 1", "1"), ("2. Node 2", "2")]


@pytest.mark.usefixtures("aws")
def test_an_invitation_that_was_overtaken_by_the_end_is_left_out(discord: FakeDiscord):
    assert delivered(complete(), started(), started(str(uuid4()))) == []

    assert discord.titles == ["The gamble is decided", "A gamble!"]


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("left", "of", "is_told"), [(-1, 60, False), (4.9, 60, False), (6, 60, True), (1.9, 8, False), (3, 8, True)]
)
def test_an_invitation_comes_only_while_there_is_time_to_join(
    discord: FakeDiscord, left: float, of: float, is_told: bool
):
    assert delivered(started(left=left, of=of), complete()) == []

    assert discord.titles == [*["A gamble!"] * is_told, "The gamble is decided"]


@pytest.mark.usefixtures("aws")
def test_an_invitation_that_discord_delays_until_it_is_too_late_is_left_out(
    discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("doors.outbound.BACKOFF_SECONDS", 0.01)
    discord.down = True
    event = started()
    assert delivered(event) == ["0"]
    discord.down = False
    app.deliver.__globals__["circuit_breaker_of"].cache_clear()

    monkeypatch.setattr(gambles, "time", Mock(time=Mock(return_value=time.time() + 56)))
    assert delivered(event) == []

    assert discord.messages == []


@pytest.mark.usefixtures("aws")
def test_an_invitation_that_somebody_deleted_does_not_hold_up_the_end(discord: FakeDiscord):
    delivered(started())
    discord.messages.clear()

    assert delivered(complete()) == []

    assert discord.titles == ["The gamble is decided"]


@pytest.mark.usefixtures("aws")
def test_replayed_and_made_up_gambles_have_no_button_and_do_not_count(discord: FakeDiscord):
    delivered(
        complete(broadcast=True),
        started(replay=True, replay_to="discord", replay_id="1"),
        started(broadcast=True),
        started(),
    )

    assert [message.buttons for message in discord.messages] == [[], [], [], [f"gamble:join:{GAMBLE_ID}"]]
    assert discord.messages[1].body["embeds"][0]["footer"] == {"text": "Told once more"}


@pytest.mark.usefixtures("aws")
def test_a_replay_for_somebody_else_is_not_told(discord: FakeDiscord):
    assert delivered(unlocked(replay=True, replay_to="streamerbot", replay_id="1")) == []

    assert discord.messages == []


@pytest.mark.usefixtures("aws")
def test_a_test_goes_to_the_developers_and_says_so(discord: FakeDiscord):
    event = unlocked(broadcast=True)
    event["payload"]["is_test"] = True

    delivered(event)

    assert [(message.channel_id, message.title) for message in discord.messages] == [(DEV, "[Test] Unlocked: Node 2")]


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("payload", [None, "text", [], {}, {"unlocked_node": 5}, {"unlocked_node": {}}])
def test_a_broadcast_that_nobody_can_tell_is_left_out(discord: FakeDiscord, aws: Aws, payload: Any):
    assert delivered(envelope("progression.cycle.completed", payload, broadcast=True)) == []

    assert (discord.messages, aws.dead_letters()) == ([], [])


def test_an_event_that_nobody_can_tell_is_put_aside(discord: FakeDiscord, aws: Aws):
    assert delivered(envelope("progression.cycle.completed", {}), unlocked()) == []

    assert [each["payload"] for each in aws.dead_letters()] == [{}]
    assert len(discord.messages) == 1


@pytest.mark.usefixtures("aws")
def test_an_announcement_goes_to_the_developers(discord: FakeDiscord):
    said = {"title": "Tonight", "description": "At nine", "color": 0x123456}

    delivered(envelope("discord.announcement_requested", said))

    (message,) = discord.messages
    assert (message.channel_id, message.title, message.text) == (DEV, "Tonight", "At nine")
    assert message.body["embeds"][0]["color"] == 0x123456


def test_without_a_channel_nothing_is_told_nor_remembered(
    discord: FakeDiscord, aws: Aws, monkeypatch: pytest.MonkeyPatch
):
    use_settings(monkeypatch, discord_channel_id="", discord_dev_channel_id="")

    assert delivered(unlocked(), started(), complete(), envelope("item.sold", {})) == []

    assert (discord.requests, aws.items()) == ([], [])


def test_a_channel_that_is_not_there_puts_its_events_aside(
    discord: FakeDiscord, aws: Aws, monkeypatch: pytest.MonkeyPatch
):
    use_settings(monkeypatch, discord_channel_id="404")

    assert delivered(unlocked()) == []

    assert [each["type"] for each in aws.dead_letters()] == ["progression.cycle.completed"]
    assert discord.messages == []


def test_while_discord_is_away_everything_waits(discord: FakeDiscord, aws: Aws, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("doors.outbound.BACKOFF_SECONDS", 0.01)
    discord.down = True
    events = [started(), unlocked(), complete()]

    assert delivered(*events) == ["0", "1", "2"]
    discord.down = False
    app.deliver.__globals__["circuit_breaker_of"].cache_clear()
    assert delivered(*events) == []

    assert discord.titles == ["A gamble!", "Unlocked: Node 2", "The gamble is decided"]
    assert aws.dead_letters() == []


@pytest.mark.usefixtures("aws")
def test_the_token_is_in_no_line_of_the_log(discord: FakeDiscord, caplog: pytest.LogCaptureFixture):
    discord.failing = 1.0

    with caplog.at_level(logging.DEBUG):
        delivered(unlocked(), left=8.2)

    assert caplog.records
    assert TOKEN not in caplog.text


def test_the_memory_of_a_gamble_ends_with_time(aws: Aws):
    delivered(started())

    key = {"pk": {"S": "gamble"}, "sk": {"S": GAMBLE_ID}}
    item = aws.dynamodb.get_item(TableName=TABLE, Key=key)["Item"]
    assert item["state"] == {"S": "invited"}
    assert int(item["expires_at"]["N"]) > 1_700_000_000


@pytest.mark.usefixtures("aws")
def test_patch_notes_are_posted_when_they_are_new(discord: FakeDiscord, tmp_path: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(daily, "configs", lambda: tmp_path)
    post: Callable[[], dict[str, bool]] = lambda: daily.handler({}, Time())  # noqa: E731

    assert post() == {"posted": False}
    (tmp_path / "discord").mkdir()
    notes = tmp_path / "discord" / "patch_notes.md"
    notes.write_text("# New\n" + "x" * 5000, encoding="utf-8")
    assert [post(), post()] == [{"posted": True}, {"posted": False}]
    notes.write_text("# Newer", encoding="utf-8")
    assert post() == {"posted": True}

    assert [(message.channel_id, len(message.text)) for message in discord.messages] == [(DEV, 4000), (DEV, 7)]


@pytest.mark.parametrize("module", ["app", "follow_ups", "daily"])
def test_it_starts_without_what_only_some_need(module: str):
    heavy = ("boto3", "botocore", "pydantic", "psycopg", "kernel.content.library", "aws_lambda_powertools")
    imported = f"functions.community.notify_discord.{module}"
    code = f"import sys, {imported}; print([name for name in {heavy} if name in sys.modules])"

    said = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={
            "PYTHONPATH": ":".join(path for path in sys.path if path),
        },
    )

    assert said.stdout.strip() == "[]"
