"""Battles from the queue to the channel that watches them, with AWS played by moto and Discord by a fake."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.support.discord_limits import check_message
from tests.support.discord_notifier import Notifier, discord_notifier
from tests.support.fake_discord import FakeDiscord, fake_discord
from tests.support.outer_ring import envelope

CHANNEL = "1300"
BATTLE_ID = str(uuid4())
URL = f"https://brandish.example/b/{BATTLE_ID}"
VERDICT = {"winner": "CON", "pro_score": 41.5, "con_score": 80.0, "line": "Bob wins."}
NAMES = {"battle_id": BATTLE_ID, "topic": "Ship *weekly*?", "pro_name": "Ada", "con_name": "Bob_"}


@pytest.fixture
def discord() -> Iterator[FakeDiscord]:
    with fake_discord(FakeDiscord(window=0.05, others=(CHANNEL,))) as peer:
        yield peer


@pytest.fixture
def notifier(discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> Iterator[Notifier]:
    with discord_notifier(monkeypatch, discord) as notifier:
        yield notifier


def news(kind: str, payload: dict[str, Any], channel: str | None = CHANNEL, **metadata: Any) -> dict[str, Any]:
    to_channel = {"discord_channel_id": channel} if channel else {}
    return envelope(f"battle.{kind}", payload, **to_channel, **metadata)


def turn(index: int = 1, content: str = "Because it works.", **options: Any) -> dict[str, Any]:
    side = "PRO" if index % 2 else "CON"
    payload = {"battle_id": BATTLE_ID, "turn_index": index, "turn_count": 6, "side": side, "phase": "OPENING"}
    return news("turn", {**payload, "speaker_name": "Ada", "content": content}, **options)


def ended(kind: str = "completed", left: float = 180, **payload: Any) -> dict[str, Any]:
    until = (datetime.now(UTC) + timedelta(seconds=left)).isoformat()
    return news(kind, {**NAMES, "turns_done": 6, "turn_count": 6, "vote_ends_at": until, **payload})


def closed(pro_votes: int = 1, con_votes: int = 2, verdict: Any = VERDICT) -> dict[str, Any]:
    votes = {"pro_votes": pro_votes, "con_votes": con_votes}
    return news("vote_closed", {**NAMES, **votes, "verdict": verdict, "url": URL})


def test_the_channel_reads_each_turn_votes_and_sees_the_result_with_the_card(notifier: Notifier, discord: FakeDiscord):
    told = [turn(1), turn(2), ended()]
    assert [notifier.deliver(*told), notifier.deliver(*told)] == [[], []]
    first, second, vote = discord.messages
    assert vote.buttons == [f"battle:vote:{BATTLE_ID}:pro", f"battle:vote:{BATTLE_ID}:con"]

    assert notifier.deliver(closed()) == []

    assert vote.buttons == []
    result = discord.messages[-1]
    assert {message.channel_id for message in discord.messages} == {CHANNEL}
    assert (first.title, first.text) == ("Ada speaks for it", "Because it works.")
    assert first.body["embeds"][0]["footer"]["text"] == "Turn 1 of 6 · Written by AI"
    assert second.title == "Ada speaks against it"
    assert vote.title == "Who won?"
    assert result.title == r"The battle is decided: Ship \*weekly\*?"
    assert result.text == r"**Bob\_** has won your vote."
    embed = result.body["embeds"][0]
    assert [(field["name"], field["value"]) for field in embed["fields"]] == [
        ("Ada", "1 vote"),
        (r"Bob\_", "2 votes"),
        ("By evidence and answers", r"Bob\_ wins: Ada 41.5, Bob\_ 80"),
    ]
    assert (embed["url"], embed["image"]) == (URL, {"url": f"{URL}/card.png"})
    assert embed["footer"]["text"] == "The debate was written by AI"
    for message in discord.messages:
        check_message({"content": "", **message.body})


@pytest.mark.parametrize(
    ("votes", "said"),
    [
        ((0, 0), "No one has voted."),
        ((2, 2), "You could not agree: it is a draw."),
        ((3, 2), "**Ada** has won your vote."),
    ],
)
def test_the_result_says_how_it_ended(notifier: Notifier, discord: FakeDiscord, votes: tuple[int, int], said: str):
    notifier.deliver(closed(*votes, verdict=None))

    [result] = discord.messages
    assert result.text == said
    assert len(result.body["embeds"][0]["fields"]) == 2


def test_an_early_end_is_said_with_or_without_a_vote(notifier: Notifier, discord: FakeDiscord):
    notifier.deliver(ended("halted", turns_done=3), ended("halted", battle_id=str(uuid4()), vote_ends_at=None))

    voted, failed = discord.messages
    assert voted.text.startswith("The debate has ended early, after 3 of 6 turns. Vote with the buttons.")
    assert len(voted.buttons) == 2
    assert failed.title == "The battle is off"
    assert failed.buttons == []


def test_a_vote_that_is_over_or_was_overtaken_by_its_result_is_left_out(notifier: Notifier, discord: FakeDiscord):
    notifier.deliver(ended(left=-1))
    notifier.deliver(closed(), ended())

    assert [message.title for message in discord.messages] == [r"The battle is decided: Ship \*weekly\*?"]


def test_what_no_channel_watches_is_posted_nowhere(notifier: Notifier, discord: FakeDiscord):
    assert notifier.deliver(turn(channel=None), turn(channel=None, broadcast=True)) == []

    assert discord.messages == []


def test_a_channel_that_is_gone_costs_no_alarm_and_delays_no_one(notifier: Notifier, discord: FakeDiscord):
    assert notifier.deliver(turn(channel="1399"), turn()) == []

    assert [message.channel_id for message in discord.messages] == [CHANNEL]
    assert notifier.aws.dead_letters() == []


def test_the_longest_turn_fits(notifier: Notifier, discord: FakeDiscord):
    notifier.deliver(turn(content="*" * 5000))

    [message] = discord.messages
    check_message({"content": "", **message.body})
