"""The local scheduler accepts, keeps and fires one-shot schedules as EventBridge Scheduler does, through boto3."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from local.stack import one_shots
from local.stack.one_shots import OneShots
from local.stack.stack import Stack
from local.stack.template import load
from tests.stack.small_stack import HEAD, eventually, running

TEMPLATE = (
    HEAD
    + """
  Clock: {Type: AWS::Serverless::Function, Properties: {Handler: MODULE.tick}}
  Group: {Type: AWS::Scheduler::ScheduleGroup}
  Role: {Type: AWS::IAM::Role}
"""
)
CLOCK = "arn:aws:lambda:us-east-1:000000000000:function:Clock"
ROLE = "arn:aws:iam::000000000000:role/Role"

_ticks: list[tuple[datetime, Any]] = []


def tick(event: Any, _context: Any) -> None:
    _ticks.append((datetime.now(UTC), event))


@dataclass
class Clock:
    """A clock that can be set ahead.

    Attributes:
        ahead: how much later it is for the scheduler than here.
        looks: how often it has asked.
    """

    ahead: timedelta = timedelta()
    looks: int = 0

    def now(self) -> datetime:
        self.looks += 1
        return datetime.now(UTC) + self.ahead

    def set(self, ahead: timedelta) -> None:
        """Set the clock; returns when the scheduler has read it several times."""
        self.ahead, self.looks = ahead, 0
        eventually(lambda: self.looks > 50)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(one_shots.clock, "now", made.now)
    monkeypatch.setattr(one_shots.clock, "STEP_SECONDS", 0.002)
    return made


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("one_shots"), TEMPLATE, tick=tick) as started:
        yield started


@pytest.fixture
def scheduler(stack: Stack, clock: Clock) -> Any:
    return boto3.Session().client("scheduler")


def schedule(at: datetime | str, **changed: Any) -> dict[str, Any]:
    """What create_schedule takes."""
    expression = at if isinstance(at, str) else f"at({at:%Y-%m-%dT%H:%M:%S})"
    target = {"Arn": CLOCK, "RoleArn": ROLE, "Input": '{"n": 1}'} | changed.pop("Target", {})
    return {
        "Name": "once",
        "GroupName": "Group",
        "ScheduleExpression": expression,
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "DELETE",
        "Target": target,
        **changed,
    }


def later(**span: float) -> datetime:
    return datetime.now(UTC) + timedelta(**span)


def test_a_schedule_fires_once_at_its_time_and_is_deleted(scheduler: Any, clock: Clock):
    _ticks.clear()
    at = later(hours=1).replace(microsecond=0)

    made = scheduler.create_schedule(**schedule(at, Name="soon", Target={"Input": '{"gamble_id": "7"}'}))

    assert made["ScheduleArn"] == "arn:aws:scheduler:us-east-1:000000000000:schedule/Group/soon"
    assert scheduler.get_schedule(Name="soon", GroupName="Group")["ScheduleExpression"] == f"at({at:%Y-%m-%dT%H:%M:%S})"
    clock.ahead = at - datetime.now(UTC) - timedelta(seconds=0.3)
    eventually(lambda: bool(_ticks))
    [(fired, event)] = _ticks
    assert event == {"gamble_id": "7"}
    assert fired + clock.ahead >= at
    with pytest.raises(scheduler.exceptions.ResourceNotFoundException):
        scheduler.get_schedule(Name="soon", GroupName="Group")


def test_the_time_is_in_the_schedules_time_zone(scheduler: Any, clock: Clock):
    _ticks.clear()
    tokyo = later(hours=9 + 1)

    scheduler.create_schedule(**schedule(tokyo, Name="tokyo", ScheduleExpressionTimezone="Asia/Tokyo"))

    clock.set(timedelta(minutes=50))
    assert _ticks == []
    clock.ahead = timedelta(minutes=60)
    eventually(lambda: bool(_ticks))


def test_a_name_is_unique_in_its_group(scheduler: Any):
    scheduler.create_schedule(**schedule(later(days=1), Name="taken"))

    with pytest.raises(scheduler.exceptions.ConflictException):
        scheduler.create_schedule(**schedule(later(days=1), Name="taken"))
    scheduler.create_schedule(**schedule(later(days=1), Name="taken", GroupName="default"))


def test_the_same_request_sent_twice_makes_one_schedule(scheduler: Any):
    request = schedule(later(days=1), Name="twice", ClientToken="the-same")

    first, second = (scheduler.create_schedule(**request)["ScheduleArn"] for _ in range(2))

    assert first == second


def test_a_deleted_schedule_does_not_fire(scheduler: Any, clock: Clock):
    _ticks.clear()
    scheduler.create_schedule(**schedule(later(hours=1), Name="deleted"))
    scheduler.create_schedule(**schedule(later(hours=2), Name="behind", Target={"Input": '"behind"'}))

    scheduler.delete_schedule(Name="deleted", GroupName="Group")

    clock.set(timedelta(minutes=90))
    assert _ticks == []
    clock.ahead = timedelta(hours=2)
    eventually(lambda: bool(_ticks))
    assert [event for _, event in _ticks] == ["behind"]
    with pytest.raises(scheduler.exceptions.ResourceNotFoundException):
        scheduler.delete_schedule(Name="deleted", GroupName="Group")


@pytest.mark.parametrize(
    "wrong",
    [
        {"ScheduleExpression": "at(tomorrow)"},
        {"ScheduleExpression": "at(2199-02-30T10:00:00)"},
        {"ScheduleExpression": "at(2199-01-01T10:00:00Z)"},
        {"ScheduleExpression": "at(2020-01-01T10:00:00)"},
        {"ScheduleExpression": "2199-01-01T10:00:00"},
        {"ScheduleExpressionTimezone": "Middle/Earth"},
        {"Target": {"Arn": CLOCK.replace("Clock", "Nobody")}},
        {"Target": {"RoleArn": ROLE.replace("Role", "Nobody")}},
        {"Target": {"Input": "not JSON"}},
        {"Name": "no spaces"},
    ],
)
def test_an_invalid_request_is_refused(scheduler: Any, wrong: dict[str, Any]):
    with pytest.raises(scheduler.exceptions.ValidationException):
        scheduler.create_schedule(**schedule("at(2199-01-01T10:00:00)", **wrong))


def test_a_missing_group_is_named(scheduler: Any):
    with pytest.raises(scheduler.exceptions.ResourceNotFoundException, match="Schedule group elsewhere does not exist"):
        scheduler.create_schedule(**schedule(later(days=1), GroupName="elsewhere"))


def test_schedules_survive_the_process_and_missed_ones_fire_at_the_next_start(tmp_path: Path, clock: Clock):
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE, encoding="utf-8")
    template = load(path)
    fired: list[tuple[str, Any]] = []

    def start() -> OneShots:
        return OneShots(template, lambda name, event: fired.append((name, event)), tmp_path / "kept.db")

    async def a_while(kept: OneShots, act: Callable[[], object] = lambda: None) -> None:
        act()
        running = asyncio.create_task(kept.run())
        await asyncio.sleep(0.05)
        running.cancel()

    def create(kept: OneShots) -> None:
        for name, at in (("missed", later(hours=1)), ("waits", later(days=1))):
            wanted = f'{{"ScheduleExpression": "at({at:%Y-%m-%dT%H:%M:%S})", "FlexibleTimeWindow": {{"Mode": "OFF"}}, '
            target = f'{{"Arn": "{CLOCK}", "RoleArn": "{ROLE}", "Input": "1"}}'
            body = wanted + f'"ActionAfterCompletion": "DELETE", "Target": {target}}}'
            kept.answer("POST", f"/schedules/{name}", None, body.encode())

    with closing(start()) as before:
        asyncio.run(a_while(before, lambda: create(before)))
    assert fired == []
    clock.ahead = timedelta(hours=1)

    for _ in range(2):
        with closing(start()) as after:
            asyncio.run(a_while(after))
            assert after.answer("GET", "/schedules/waits", None, b"")["Name"] == "waits"

    assert fired == [("Clock", 1)]
