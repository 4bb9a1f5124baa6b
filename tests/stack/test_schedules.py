"""The local schedules fire at the same times as EventBridge's."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from local.stack import schedules
from local.stack.cron import ExpressionError, next_fire
from local.stack.resources import Schedule, Target
from tests.stack.small_stack import HEAD, PATIENCE, running


def fires(expression: str, after: str, timezone: str = "UTC", count: int = 1) -> list[str]:
    moment: datetime | None = datetime.fromisoformat(after).replace(tzinfo=UTC)
    found: list[str] = []
    while len(found) < count and moment is not None:
        moment = next_fire(expression, timezone, moment)
        if moment is not None:
            found.append(moment.strftime("%Y-%m-%d %H:%M"))
    return found


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("rate(1 minute)", ["2025-01-15 10:31", "2025-01-15 10:32"]),
        ("rate(5 minutes)", ["2025-01-15 10:35", "2025-01-15 10:40"]),
        ("rate(1 hour)", ["2025-01-15 11:30", "2025-01-15 12:30"]),
        ("rate(7 days)", ["2025-01-22 10:30", "2025-01-29 10:30"]),
        ("cron(0 * * * ? *)", ["2025-01-15 11:00", "2025-01-15 12:00"]),
        ("cron(30 10 * * ? *)", ["2025-01-16 10:30", "2025-01-17 10:30"]),
        ("cron(0/15 10 * * ? *)", ["2025-01-15 10:45", "2025-01-16 10:00"]),
        ("cron(5,35 14 * * ? *)", ["2025-01-15 14:05", "2025-01-15 14:35"]),
        ("cron(0 10 ? * MON-FRI *)", ["2025-01-16 10:00", "2025-01-17 10:00"]),
        ("cron(0 10 ? * 1 *)", ["2025-01-19 10:00", "2025-01-26 10:00"]),
        ("cron(0 10 ? * FRI-MON *)", ["2025-01-17 10:00", "2025-01-18 10:00"]),
        ("cron(0 0 1 * ? *)", ["2025-02-01 00:00", "2025-03-01 00:00"]),
        ("cron(0 0 L * ? *)", ["2025-01-31 00:00", "2025-02-28 00:00"]),
        ("cron(0 0 LW * ? *)", ["2025-01-31 00:00", "2025-02-28 00:00"]),
        ("cron(0 0 1W * ? *)", ["2025-02-03 00:00", "2025-03-03 00:00"]),
        ("cron(0 0 31W * ? *)", ["2025-01-31 00:00", "2025-03-31 00:00"]),
        ("cron(0 0 ? * 6L *)", ["2025-01-31 00:00", "2025-02-28 00:00"]),
        ("cron(0 0 ? * TUE#3 *)", ["2025-01-21 00:00", "2025-02-18 00:00"]),
        ("cron(0 0 ? * 5#5 *)", ["2025-01-30 00:00", "2025-05-29 00:00"]),
        ("cron(0 12 29 FEB ? *)", ["2028-02-29 12:00", "2032-02-29 12:00"]),
        ("cron(0 0 1 1 ? 2030-2031)", ["2030-01-01 00:00", "2031-01-01 00:00"]),
        ("cron(0 0 1 1 ? 2024)", []),
        ("cron(0 0 30 2 ? *)", []),
        ("at(2025-01-15T10:31:00)", ["2025-01-15 10:31"]),
        ("at(2025-01-15T10:30:00)", []),
    ],
)
def test_the_next_two_times_of_an_expression(expression: str, expected: list[str]):
    assert fires(expression, "2025-01-15 10:30", count=2) == expected


def test_a_time_of_day_is_in_the_schedules_time_zone():
    assert fires("cron(0 9 * * ? *)", "2025-01-15 00:00", "Europe/Berlin") == ["2025-01-15 08:00"]
    assert fires("cron(0 9 * * ? *)", "2025-07-15 00:00", "Europe/Berlin") == ["2025-07-15 07:00"]
    assert fires("cron(0 20 ? * SUN *)", "2025-01-15 00:00", "America/New_York") == ["2025-01-20 01:00"]


def test_a_time_that_daylight_saving_skips_does_not_fire_that_day():
    # 30 March 2025: Berlin's clocks go from 02:00 to 03:00.
    assert fires("cron(30 2 * * ? *)", "2025-03-29 12:00", "Europe/Berlin") == ["2025-03-31 00:30"]


def test_a_time_that_daylight_saving_repeats_fires_once():
    # 26 October 2025: Berlin has 02:30 twice, at 00:30 and at 01:30 UTC.
    assert fires("cron(30 2 * * ? *)", "2025-10-25 12:00", "Europe/Berlin", count=2) == [
        "2025-10-26 00:30",
        "2025-10-27 01:30",
    ]


@pytest.mark.parametrize(
    "expression",
    [
        "rate(5 minute)",
        "rate(1 minutes)",
        "rate(0 minutes)",
        "rate(1 week)",
        "every minute",
        "cron(0 10 * * *)",
        "cron(0 10 * * * *)",
        "cron(0 10 ? * ? *)",
        "cron(60 10 * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 10 32 * ? *)",
        "cron(0 10 ? * 0 *)",
        "cron(0 10 ? * MON#6 *)",
        "cron(0 10 * FOO ? *)",
        "cron(0/0 10 * * ? *)",
    ],
)
def test_an_expression_that_eventbridge_would_refuse_is_refused(expression: str):
    with pytest.raises(ExpressionError):
        next_fire(expression, "UTC", datetime(2025, 1, 1, tzinfo=UTC))


def test_a_clock_that_was_ahead_delays_no_schedule(monkeypatch: pytest.MonkeyPatch):
    start = now = datetime(2026, 3, 1, tzinfo=UTC)
    fired: list[datetime] = []

    class Bus:
        def deliver(self, target: Target, event: dict[str, Any]) -> None:
            fired.append(now)

    async def set_clock(moment: datetime, fires: int) -> None:
        nonlocal now
        now = moment
        async with asyncio.timeout(PATIENCE):
            while len(fired) < fires:
                await asyncio.sleep(0.001)
        await asyncio.sleep(0.005)

    async def play() -> None:
        schedule = Schedule("Clock", "rate(1 minute)", "UTC", Target("function", "Clock", None, None))
        keeping = asyncio.create_task(schedules.run((schedule,), cast(Any, Bus())))
        ahead, back = start + timedelta(days=365), start + timedelta(seconds=70)
        for fires, moment in enumerate((start, ahead, ahead + timedelta(minutes=1)), start=1):
            await set_clock(moment, fires)
        await set_clock(back, 3)
        await set_clock(back + timedelta(minutes=1), 4)
        keeping.cancel()

    monkeypatch.setattr(schedules.clock, "now", lambda: now)
    monkeypatch.setattr(schedules.clock, "STEP_SECONDS", 0.001)
    asyncio.run(play())

    assert fired[-1] - start < timedelta(minutes=3)


TEMPLATE = (
    HEAD
    + """
  Clock:
    Type: AWS::Serverless::Function
    Properties:
      Handler: MODULE.tick
      Events:
        EveryMinute: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 minute)}}
        Off:
          Type: ScheduleV2
          Properties: {ScheduleExpression: rate(1 minute), State: DISABLED, Input: '{"off": 1}'}
        Nightly: {Type: Schedule, Properties: {Schedule: "cron(0 0 1 1 ? 2199)", Input: '{"nightly": 1}'}}
"""
)


def test_a_rate_fires_at_once_and_a_failed_run_is_repeated(tmp_path: Path):
    ticks: list[dict[str, Any]] = []
    thrice = threading.Event()

    def tick(event: dict[str, Any], _context: Any) -> None:
        ticks.append(event)
        if len(ticks) < 3:
            raise RuntimeError("not yet")
        thrice.set()

    with running(tmp_path, TEMPLATE, tick=tick):
        assert thrice.wait(PATIENCE)

    assert len({event["id"] for event in ticks}) == 1
    assert {event["detail-type"] for event in ticks} == {"Scheduled Event"}


def test_a_rule_of_the_bus_says_that_it_is_one(tmp_path: Path):
    """By its source, functions tell the minute from the events of the bus."""
    ticks: list[dict[str, Any]] = []
    both = threading.Event()

    def tick(event: dict[str, Any], _context: Any) -> None:
        ticks.append(event)
        if len({each["source"] for each in ticks}) == 2:
            both.set()

    rule = "        Ruled: {Type: Schedule, Properties: {Schedule: rate(1 minute)}}\n"
    with running(tmp_path, TEMPLATE + rule, tick=tick):
        assert both.wait(PATIENCE)

    assert {(event["source"], event["resources"][0].split(":")[2], str(event["detail"])) for event in ticks} == {
        ("aws.scheduler", "scheduler", "{}"),
        ("aws.events", "events", "{}"),
    }


def test_a_handler_that_runs_until_its_deadline_learns_that_the_stack_stops(tmp_path: Path):
    started = threading.Event()
    ended = threading.Event()

    def tick(_event: Any, context: Any) -> None:
        started.set()
        while context.get_remaining_time_in_millis() > 1000:
            ended.wait(0.01)
        ended.set()

    with running(tmp_path, TEMPLATE.replace("Timeout: 30", "Timeout: 600"), tick=tick):
        assert started.wait(PATIENCE)

    assert ended.wait(PATIENCE)
