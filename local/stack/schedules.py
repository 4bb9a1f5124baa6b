"""Runs the template's schedules, each in its time zone."""

from __future__ import annotations

import asyncio
from datetime import datetime
from functools import partial
from typing import Any
from uuid import uuid4

from local.stack import clock
from local.stack.bus import Bus
from local.stack.cloudformation import ACCOUNT, REGION
from local.stack.cron import next_fire
from local.stack.resources import Schedule
from local.stack.supervision import keep_running


async def run(schedules: tuple[Schedule, ...], bus: Bus) -> None:
    """Fire every schedule when it is due, until cancelled."""
    async with asyncio.TaskGroup() as group:
        for schedule in schedules:
            group.create_task(keep_running(f"The schedule {schedule.name}", partial(_keep, schedule, bus)))


async def _keep(schedule: Schedule, bus: Bus) -> None:
    def next_after(moment: datetime) -> datetime | None:
        return next_fire(schedule.expression, schedule.timezone, moment)

    due: datetime | None = clock.now()
    if not schedule.expression.startswith("rate("):  # a rate begins when it is enabled
        due = next_after(due)
    while due is not None:
        while (now := clock.now()) < due:
            # Earlier than expected, if the clock has been set back.
            due = min(due, next_after(now) or due)
            await clock.sleep_towards(due)
        await keep_running(f"The schedule {schedule.name}", partial(_deliver, schedule, bus, due))
        # Counted from when it was due: no drift. What a sleeping machine missed is left out.
        due = next_after(due)
        if due is not None and due < (now := clock.now()):
            due = next_after(now)


async def _deliver(schedule: Schedule, bus: Bus, due: datetime) -> None:
    bus.deliver(schedule.target, _event(schedule, due))


def _event(schedule: Schedule, due: datetime) -> dict[str, Any]:
    service, kind = ("events", "rule/") if schedule.is_rule else ("scheduler", "schedule/default/")
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": "Scheduled Event",
        "source": f"aws.{service}",
        "account": ACCOUNT,
        "time": due.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [f"arn:aws:{service}:{REGION}:{ACCOUNT}:{kind}{schedule.name}"],
        "detail": {} if schedule.is_rule else "{}",
    }
