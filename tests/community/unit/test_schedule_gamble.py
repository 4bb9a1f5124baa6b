"""The schedule that wakes the clock at a gamble's deadline, with AWS played by moto."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from msgspec.structs import replace

from functions.community.schedule_gamble import app
from tests.support.outer_ring import played_by_moto

GAMBLE_ID = "9d3f7e5c-1b2a-4c6d-8e9f-0a1b2c3d4e5f"
CLOCK = "arn:aws:lambda:eu-central-1:123456789012:function:Clock"
ROLE = "arn:aws:iam::123456789012:role/gambles"


@pytest.fixture
def scheduler(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    settings = replace(app.settings, schedule_group="gambles", schedule_target_arn=CLOCK, schedule_role_arn=ROLE)
    monkeypatch.setattr(app, "settings", settings)
    with played_by_moto(monkeypatch):
        found = boto3.client("scheduler")
        found.create_schedule_group(Name="gambles")
        yield found


def started(deadline: datetime, message_id: str = "1", *, payload: dict[str, Any] | None = None, **more: Any) -> Any:
    """A queue's record."""
    envelope = {
        "id": "4f9b5b3e-0d3c-4a53-8c57-0a8e6b1d2c3f",
        "type": "gamble.started",
        "payload": payload or {"id": GAMBLE_ID, "join_deadline": deadline.isoformat()},
        "metadata": {},
    }
    body = {"detail-type": "gamble.started", "detail": envelope | more.pop("detail", {}), **more}
    return {"messageId": message_id, "eventSource": "aws:sqs", "body": json.dumps(body)}


def delivered(*records: Any) -> list[str]:
    """The ids of the messages that come again."""
    answer = app.handler({"Records": list(records)}, None)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=2)


def names(scheduler: Any) -> list[str]:
    return [each["Name"] for each in scheduler.list_schedules()["Schedules"]]


def test_a_gamble_gets_a_schedule_that_fires_once_at_its_deadline(scheduler: Any):
    deadline = datetime(2199, 5, 1, 20, 16, tzinfo=UTC)

    assert delivered(started(deadline)) == []

    made = scheduler.get_schedule(Name=f"gamble-{GAMBLE_ID}", GroupName="gambles")
    assert made["ScheduleExpression"] == "at(2199-05-01T20:16:00)"
    assert made["ScheduleExpressionTimezone"] == "UTC"
    assert made["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert made["ActionAfterCompletion"] == "DELETE"
    assert (made["Target"]["Arn"], made["Target"]["RoleArn"]) == (CLOCK, ROLE)
    assert json.loads(made["Target"]["Input"]) == {"gamble_id": GAMBLE_ID}


@pytest.mark.parametrize(
    ("deadline", "fires"),
    [
        ("2199-05-01T20:16:00Z", "20:16:00"),
        ("2199-05-01T20:16:00.000001Z", "20:16:01"),
        ("2199-05-01T22:16:59.5+02:00", "20:17:00"),
    ],
)
def test_a_schedule_knows_no_fractions_and_never_fires_before_the_deadline(scheduler: Any, deadline: str, fires: str):
    delivered(started(soon(), payload={"id": GAMBLE_ID, "join_deadline": deadline}))

    made = scheduler.get_schedule(Name=f"gamble-{GAMBLE_ID}", GroupName="gambles")
    assert made["ScheduleExpression"] == f"at(2199-05-01T{fires})"


def test_a_second_delivery_of_the_event_changes_nothing(scheduler: Any):
    record = started(soon())

    assert [delivered(record), delivered(record)] == [[], []]

    assert names(scheduler) == [f"gamble-{GAMBLE_ID}"]


def test_a_deadline_that_has_passed_is_left_to_the_minutes_clock(scheduler: Any):
    assert delivered(started(datetime.now(UTC) - timedelta(seconds=1))) == []

    assert names(scheduler) == []


@pytest.mark.parametrize(
    "how",
    [
        {"replay-name": "last-week"},
        {"detail": {"metadata": {"replay": True}}},
        {"detail": {"metadata": {"broadcast": True}}},
    ],
)
def test_an_event_that_is_replayed_or_made_up_by_somebody_creates_nothing(scheduler: Any, how: dict[str, Any]):
    assert delivered(started(soon(), **how)) == []

    assert names(scheduler) == []


def test_a_message_that_nobody_understands_comes_again_alone(scheduler: Any):
    assert delivered(started(soon(), "bad", payload={"id": "x"}), started(soon(), "good")) == ["bad"]

    assert names(scheduler) == [f"gamble-{GAMBLE_ID}"]


def test_a_gamble_for_which_there_is_no_group_comes_again(scheduler: Any):
    scheduler.delete_schedule_group(Name="gambles")

    assert delivered(started(soon(), "waits")) == ["waits"]
