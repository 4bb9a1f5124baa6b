"""Events about players, told together: once each, in order, behind what is urgent, whatever is interrupted."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from unittest.mock import Mock
from uuid import uuid4

import pytest

from doors import aws
from doors.discord import api
from functions.community.notify_discord import app, bundling, gambles
from functions.community.notify_discord.battle_texts import BATTLES
from functions.community.notify_discord.bundle_texts import BUNDLED
from functions.community.notify_discord.texts import TEXTS
from tests.support.discord_notifier import Notifier, discord_notifier
from tests.support.fake_discord import DEV, NEWS, FakeDiscord, fake_discord
from tests.support.outer_ring import TABLE, Time, batch, envelope, use_settings, waiting
from tests.support.template import TEMPLATE

DELAY_SECONDS = TEMPLATE.queues["BundledForDiscord"].delay_seconds
BATCH = 10
"""The most messages that Lambda takes from a FIFO queue at once."""


@pytest.fixture
def discord() -> Iterator[FakeDiscord]:
    with fake_discord(FakeDiscord(window=0.2)) as peer:
        yield peer


@pytest.fixture
def notifier(discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> Iterator[Notifier]:
    with discord_notifier(monkeypatch, discord) as found:
        yield found


def level_up(name: str, **metadata: Any) -> dict[str, Any]:
    payload = {"user_id": "x", "username": name, "job_key": "farmer", "new_level": 2}
    return envelope("job.level_up", payload, **metadata)


def achieved(name: str) -> dict[str, Any]:
    payload = {"username": name, "name": "First words", "description": "Say it.", "reward": {}}
    return envelope("achievement.unlocked", payload)


def started(deadline: float) -> dict[str, Any]:
    payload = {
        "id": str(uuid4()),
        "initiator_username": "alice",
        "created_at": datetime.fromtimestamp(deadline - 60, UTC).isoformat(),
        "join_deadline": datetime.fromtimestamp(deadline, UTC).isoformat(),
        "bets": [{"item_name": "lootbox_tier1", "quantity": 5}],
    }
    return envelope("gamble.started", payload)


def names_in(discord: FakeDiscord) -> list[str]:
    """The players named in all messages, in order."""
    lines = [
        line
        for message in discord.messages
        for embed in message.body["embeds"]
        if embed["title"] != "A gamble!"
        for line in embed["description"].split("\n")
    ]
    return [name for line in lines for name in re.sub(r"^\*\*.*\*\*: | is now .*|\*\*", "", line).split(", ")]


def test_what_is_bundled_has_a_queue_of_its_own_that_collects_it_for_a_few_seconds():
    types = {
        (target.name, target.group): set(rule.pattern["detail-type"])
        for rule in TEMPLATE.rules
        for target in rule.targets
        if target.name in ("ForDiscord", "BundledForDiscord")
    }

    assert types == {
        ("ForDiscord", "discord"): {*TEXTS, app.SYNC} - BUNDLED.keys() - BATTLES.keys(),
        ("ForDiscord", "battles"): {*BATTLES},
        ("BundledForDiscord", bundling.GROUP): {*BUNDLED},
    }
    assert 1 <= DELAY_SECONDS <= 5


def test_a_crowd_is_told_in_one_message_each_once_however_often_it_is_delivered(
    notifier: Notifier, discord: FakeDiscord
):
    events = [level_up(f"player{number}") for number in range(8)]

    assert notifier.deliver(*events) == []
    assert discord.messages == []
    assert notifier.post_bundles() == []
    assert notifier.deliver(*events) == []
    assert notifier.post_bundles() == []

    assert names_in(discord) == [f"player{number}" for number in range(8)]
    assert [(message.title, message.channel_id) for message in discord.messages] == [("8 level-ups", NEWS)]
    assert discord.messages[0].body["allowed_mentions"] == {"parse": []}


def test_what_comes_behind_a_bundle_is_in_the_next(notifier: Notifier, discord: FakeDiscord):
    for names in (("a", "b"), ("c",)):
        notifier.deliver(*map(level_up, names))
        notifier.post_bundles()

    assert discord.titles == ["2 level-ups", "Level up!"]


def test_tests_and_replays_have_bundles_of_their_own(notifier: Notifier, discord: FakeDiscord):
    test = level_up("tester", broadcast=True)
    test["payload"]["is_test"] = True
    replay = {"replay": True, "replay_to": "discord", "replay_id": "7"}

    notifier.deliver(level_up("a"), test, level_up("b", **replay), level_up("c", **replay))
    notifier.post_bundles()

    embeds = [(message.channel_id, message.title, message.body["embeds"][0]) for message in discord.messages]
    assert [(channel, title, embed.get("footer")) for channel, title, embed in embeds] == [
        (NEWS, "Level up!", None),
        (DEV, "[Test] Level up!", None),
        (NEWS, "2 level-ups", {"text": "Told once more"}),
    ]


@pytest.mark.parametrize("payload", [None, "text", [], {}, {"job_key": 5}, {"job_key": "farmer"}])
def test_a_broadcast_without_the_fields_of_its_type_is_in_no_bundle(
    notifier: Notifier, discord: FakeDiscord, payload: Any
):
    assert notifier.deliver(envelope("job.level_up", payload, broadcast=True), level_up("a")) == []
    notifier.post_bundles()

    assert names_in(discord) == ["a"]
    assert notifier.aws.dead_letters() == []


def test_while_discord_is_away_events_wait_for_their_bundle(
    notifier: Notifier, discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("doors.outbound.BACKOFF_SECONDS", 0.01)
    discord.down = True
    notifier.deliver(level_up("a"), achieved("a"))
    assert notifier.post_bundles() == ["0"]
    discord.down = False
    app.deliver.__globals__["circuit_breaker_of"].cache_clear()

    assert notifier.post_bundles() == []

    assert [embed["title"] for embed in discord.messages[0].body["embeds"]] == ["Level up!", "Achievement: First words"]


def test_a_bundle_that_discord_rejects_is_set_aside_and_the_next_one_is_not(
    notifier: Notifier, discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch
):
    use_settings(monkeypatch, discord_channel_id="404")
    notifier.deliver(level_up("a"))
    assert notifier.post_bundles() == []
    (dead,) = notifier.aws.dead_letters()
    use_settings(monkeypatch, discord_channel_id=NEWS)
    notifier.deliver(level_up("b"))
    notifier.post_bundles()

    assert dead["type"] == bundling.DUE
    kept = notifier.aws.dynamodb.get_item(
        TableName=TABLE, Key={"pk": {"S": "bundle"}, "sk": {"S": dead["payload"]["bundle_id"]}}
    )
    assert '"a"' in kept["Item"]["content"]["S"]
    assert names_in(discord) == ["b"]


def test_a_bundle_whose_message_was_lost_does_not_swallow_what_comes_later(
    notifier: Notifier, discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch
):
    notifier.deliver(level_up("a"))
    (lost,) = notifier.take_due()
    monkeypatch.setattr(bundling, "time", Mock(time=Mock(return_value=lost["timestamp"] + 61)))

    notifier.deliver(level_up("b"))
    notifier.post_bundles()
    assert names_in(discord) == ["b"]

    notifier.deliver(lost)
    assert names_in(discord) == ["b", "a"]


class Killed(BaseException):
    """The environment was killed."""


@dataclass
class Kills:
    """Kills the environment before and after each of its calls to AWS and Discord, one attempt after the other.

    Attributes:
        at: where to kill the next attempt: the number of the call and its side, from 0 up.
        position: where this attempt is.
    """

    at: int = 0
    position: int = 0

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for service in ("dynamodb", "sqs"):
            calling: Any = aws.client(service)
            monkeypatch.setattr(calling, "_make_api_call", self.around(calling._make_api_call))
        monkeypatch.setattr(api.DiscordApi, "request", self.around(api.DiscordApi.request))

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def killing(*args: Any, **kwargs: Any) -> Any:
            self.strike()
            answer = call(*args, **kwargs)
            self.strike()
            return answer

        return killing

    def strike(self) -> None:
        self.position += 1
        if self.position > self.at:
            raise Killed


def deliver_through_kills(notifier: Notifier, kills: Kills, *envelopes: dict[str, Any]) -> int:
    """Deliver a batch until an attempt survives; return how many did not."""
    kills.at = 0
    while True:
        kills.position = 0
        try:
            assert notifier.deliver(*envelopes) == []
        except Killed:
            expire_attempts(notifier)
            kills.at += 1
        else:
            return kills.at


def expire_attempts(notifier: Notifier) -> None:
    """Let the time pass after which an interrupted function cannot be running any more."""
    for item in notifier.aws.items():
        if item.get("status") == {"S": "INPROGRESS"}:
            notifier.aws.dynamodb.update_item(
                TableName=TABLE,
                Key={"pk": item["pk"], "sk": item["sk"]},
                UpdateExpression="SET in_progress_expiration = :past",
                ExpressionAttributeValues={":past": {"N": "1"}},
            )


def test_wherever_it_is_killed_each_event_is_told_once_and_in_order(
    notifier: Notifier, discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch
):
    kills = Kills()
    kills.install(monkeypatch)

    added = deliver_through_kills(notifier, kills, level_up("a"), achieved("b"))
    more = deliver_through_kills(notifier, kills, level_up("c"), level_up("d"))
    (due,) = notifier.take_due()
    posted = deliver_through_kills(notifier, kills, due)
    deliver_through_kills(notifier, kills, level_up("e"))
    deliver_through_kills(notifier, kills, *notifier.take_due())

    assert (added, more, posted) == (8, 6, 10)
    assert [[embed["description"] for embed in message.body["embeds"]] for message in discord.messages] == [
        ["**Level 2 Farmer**: a, c, d", "**b**: Say it."],
        ["**e** is now a level 2 Farmer."],
    ]


def test_killed_events_are_told_once_although_their_bundle_is_too_old_when_they_come_again(
    notifier: Notifier, discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch
):
    kills = Kills(at=8)  # in front of the marks
    events = [level_up("a"), level_up("b")]
    with monkeypatch.context() as patch:
        kills.install(patch)
        with pytest.raises(Killed):
            notifier.deliver(*events)
    monkeypatch.setattr(bundling, "time", Mock(time=Mock(return_value=time.time() + 61)))

    events.append(level_up("c"))
    assert [notifier.deliver(*events), notifier.deliver(*events)] == [[], []]
    notifier.post_bundles()

    assert names_in(discord) == ["a", "b", "c"]
    assert discord.titles == ["2 level-ups", "Level up!"]


@dataclass
class Evening:
    """Two queues and their consumers in simulated time, which passes while they wait for Discord.

    Where both have something to do, the bundles come first: the worst case for what is urgent.

    Attributes:
        now: seconds.
        urgent, players: (when it is visible, event), in order.
    """

    notifier: Notifier
    now: float = 1_772_366_400.0
    urgent: list[tuple[float, dict[str, Any]]] = field(default_factory=list[tuple[float, dict[str, Any]]])
    players: list[tuple[float, dict[str, Any]]] = field(default_factory=list[tuple[float, dict[str, Any]]])

    def monotonic(self) -> float:
        return self.now

    time = monotonic

    def say(self, *events: dict[str, Any]) -> None:
        """Put events into their queues."""
        for event in events:
            if event["type"] in ("job.level_up", "achievement.unlocked"):
                self.players.append((self.now + DELAY_SECONDS, event))
            else:
                self.urgent.append((self.now, event))

    def run(self) -> None:
        """Run until both queues are empty."""
        while self.urgent or self.players:
            queue = min((queue for queue in (self.players, self.urgent) if queue), key=lambda queue: queue[0][0])
            self.now = max(self.now, queue[0][0])
            taken = [event for visible, event in queue[:BATCH] if visible <= self.now]
            assert waiting(app.handle(batch(*taken)["Records"], Time(), wait=self.wait)) == []
            del queue[: len(taken)]
            self.now += 0.02 * len(taken)
            self.players += [(self.now + DELAY_SECONDS, due) for due in self.notifier.take_due()]

    def wait(self, seconds: float) -> None:
        self.now += seconds


def test_a_gambles_invitation_overtakes_three_hundred_first_lines(
    notifier: Notifier, discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch
):
    evening = Evening(notifier)
    for module in (api, bundling, gambles):
        monkeypatch.setattr(module, "time", evening)
    discord.window, discord.clock = 5.0, evening.monotonic
    begun = evening.now
    names = [f"viewer{number}" for number in range(300)]

    evening.say(*map(level_up, names), started(begun + 60))
    evening.run()
    for name in names[:10]:  # who writes now and then is told within seconds, too
        evening.say(achieved(name))
        evening.now += 1
    evening.say(started(evening.now + 60))
    evening.run()

    assert discord.titles == ["A gamble!", "300 level-ups", "A gamble!", "10 achievements"]
    assert names_in(discord) == [*names, *names[:10]]
    posted = [message.posted - begun for message in discord.messages]
    assert posted[0] < 1
    assert posted[1] < 20
    assert discord.statuses == {200: 4}
