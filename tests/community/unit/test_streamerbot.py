"""From the queue to Streamer.bot, with AWS played by moto and Streamer.bot by a fake."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import boto3
import pytest
from msgspec.structs import replace

from doors import aws, outbound
from functions.community.notify_streamerbot import app
from tests.support.fake_streamerbot import FakeStreamerbot
from tests.support.outer_ring import played_by_moto, use_settings

TABLE = "destinations"


@dataclass
class Context:
    """What Lambda tells of an invocation."""

    milliseconds: int = 45_000
    function_name: str = "NotifyStreamerbot"

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeStreamerbot]:
    key = {"pk": "HASH", "sk": "RANGE"}
    with played_by_moto(monkeypatch), FakeStreamerbot() as fake:
        clear_caches()
        boto3.client("dynamodb").create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in key],
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in key.items()],
        )
        queue = boto3.client("sqs").create_queue(QueueName="dead-letters")["QueueUrl"]
        use_settings(
            monkeypatch,
            destinations_table=TABLE,
            dead_letters_url=queue,
            streamerbot_enabled=True,
            streamerbot_url=fake.url,
        )
        yield fake
        app.link().close()
    clear_caches()


def clear_caches() -> None:
    """As a new environment."""
    app._environment.__init__()
    for remembered in (aws.client, outbound.circuit_breaker_of, outbound._idempotency_store):
        remembered.cache_clear()


def level_up(level: int, id: str = "", timestamp: int = 1_700_000_000, **metadata: Any) -> dict[str, Any]:
    """A queue's record."""
    payload = {"user_id": "u", "job_key": "merchant", "old_level": level - 1, "new_level": level, "source": "x"}
    return record("job.level_up", payload, str(level), id, timestamp, **metadata)


def record(
    type: str,
    payload: dict[str, Any],
    message_id: str = "x",
    id: str = "",
    timestamp: int = 1_700_000_000,
    **metadata: Any,
) -> dict[str, Any]:
    detail = {
        "version": "1.0",
        "id": id or str(uuid4()),
        "type": type,
        "timestamp": timestamp,
        "payload": payload,
        "metadata": metadata,
    }
    body = {"detail-type": type, "detail": detail}
    return {"messageId": message_id, "eventSource": "aws:sqs", "body": json.dumps(body)}


def delivered(*records: dict[str, Any], milliseconds: int = 45_000) -> list[str]:
    """The ids of the messages that come again."""
    answer = app.handler({"Records": list(records)}, Context(milliseconds))
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def levels(fake: FakeStreamerbot, start: int = 0) -> list[int]:
    return [int(ran.args["new_level"]) for ran in fake.ran[start:]]


def dead_letters() -> int:
    found = boto3.client("sqs").receive_message(QueueUrl=outbound.settings.dead_letters_url, MaxNumberOfMessages=10)
    return len(found.get("Messages", []))


def test_actions_run_in_order_each_once_over_one_connection(fake: FakeStreamerbot):
    records = [level_up(number) for number in (2, 3, 4)]

    assert delivered(*records) == []
    assert delivered(*records, level_up(5)) == []

    assert levels(fake) == [2, 3, 4, 5]
    assert [ran.name for ran in fake.ran] == ["BrandishBot_JobLevelUp"] * 4
    assert fake.connections == 1
    assert fake.faults == []


def test_in_a_batch_of_both_groups_a_timeout_overtakes_the_level_ups(fake: FakeStreamerbot):
    timeout = record("timeout.applied", {"username": "bob", "duration_seconds": 60})
    achievement = record("achievement.unlocked", {"username": "bob"}, "none")

    assert delivered(level_up(2), achievement, level_up(3), timeout) == []

    assert [ran.name for ran in fake.ran] == ["BrandishBot_TimeoutUpdate", *["BrandishBot_JobLevelUp"] * 2]
    assert levels(fake, start=1) == [2, 3]


def test_environments_in_one_process_do_not_share_a_connection():
    with ThreadPoolExecutor(1) as other:
        assert other.submit(app.link).result() is not app.link()


def test_a_request_has_the_id_of_its_event(fake: FakeStreamerbot):
    event_id = str(uuid4())

    delivered(level_up(2, event_id))

    assert [ran.id for ran in fake.ran] == [event_id]


def test_the_prefix_is_a_setting(fake: FakeStreamerbot, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(app, "settings", replace(app.settings, streamerbot_action_prefix="Game_"))

    delivered(level_up(2))

    assert [ran.name for ran in fake.ran] == ["Game_JobLevelUp"]


def test_the_password_comes_from_the_settings(fake: FakeStreamerbot, monkeypatch: pytest.MonkeyPatch):
    fake.password = "secret"
    monkeypatch.setattr(app, "settings", replace(app.settings, streamerbot_password="secret"))

    assert delivered(level_up(2)) == []

    assert levels(fake) == [2]


def test_switched_off_it_lets_everything_pass(fake: FakeStreamerbot, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(app, "settings", replace(app.settings, streamerbot_enabled=False))

    assert delivered(level_up(2)) == []

    assert fake.connections == 0


def test_what_cannot_be_delivered_waits_in_its_order_and_arrives_later(fake: FakeStreamerbot):
    records = [level_up(2), level_up(3)]
    fake.stop()
    assert delivered(*records, milliseconds=8_500) == ["2", "3"]

    fake.start()
    assert delivered(*records) == []

    assert levels(fake) == [2, 3]


def test_a_program_that_was_started_again_is_found_again(fake: FakeStreamerbot):
    delivered(level_up(2))
    fake.stop()
    fake.start()

    assert delivered(level_up(3), level_up(4)) == []

    assert levels(fake) == [2, 3, 4]


def test_an_action_that_the_streamer_does_not_have_is_no_fault(fake: FakeStreamerbot):
    fake.actions = set()

    assert delivered(level_up(2)) == []

    assert levels(fake) == []
    assert dead_letters() == 0


def test_a_program_that_stays_closed_holds_up_nothing_and_rings_no_alarm(
    fake: FakeStreamerbot, monkeypatch: pytest.MonkeyPatch
):
    from functions.community.notify_streamerbot import link

    monkeypatch.setattr(link, "LONGEST_PAUSE_SECONDS", 0.01)
    clear_caches()  # a connection draws its pauses when it is made
    fake.stop()

    assert delivered(level_up(2), level_up(3)) == []

    fake.start()
    assert delivered(level_up(4), level_up(5, timestamp=4_000_000_000)) == []
    assert levels(fake) == [5]
    assert dead_letters() == 0


def test_a_replay_reaches_who_asked_even_with_what_happened_long_ago(fake: FakeStreamerbot):
    event_id = str(uuid4())
    delivered(level_up(2, event_id))

    assert delivered(level_up(3, event_id, replay=True, replay_to="discord", replay_id="a")) == []
    assert delivered(level_up(4, event_id, replay=True, replay_to="streamerbot", replay_id="a")) == []
    assert delivered(level_up(4, event_id, replay=True, replay_to="streamerbot", replay_id="a")) == []

    assert levels(fake) == [2, 4]


def test_what_an_administrator_broadcasts_runs_no_action(fake: FakeStreamerbot):
    assert delivered(level_up(2, broadcast=True)) == []

    assert fake.connections == 0
