"""Runs the template's schedules, each in its time zone."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any
from uuid import uuid4

from local.stack import clock
from local.stack.bus import Bus
from local.stack.cloudformation import ACCOUNT, REGION
from local.stack.cron import next_fire
from local.stack.resources import Schedule


async def run(schedules: tuple[Schedule, ...], bus: Bus) -> None:
    """Fire every schedule when it is due, until cancelled."""
    async with asyncio.TaskGroup() as group:
        for schedule in schedules:
            group.create_task(_keep(schedule, bus))


async def _keep(schedule: Schedule, bus: Bus) -> None:
    due: datetime | None = clock.now()
    if not schedule.expression.startswith("rate("):  # a rate begins when it is enabled
        due = next_fire(schedule.expression, schedule.timezone, due)
    while due is not None:
        await clock.sleep_until(due)
        bus.deliver(schedule.target, _event(schedule, due))
        # Counted from when it was due: no drift. What a sleeping machine missed is left out.
        upcoming = next_fire(schedule.expression, schedule.timezone, due)
        while upcoming is not None and upcoming < clock.now():
            upcoming = next_fire(schedule.expression, schedule.timezone, upcoming)
        due = upcoming


def _event(schedule: Schedule, due: datetime) -> dict[str, Any]:
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": ACCOUNT,
        "time": due.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/{schedule.name}"],
        "detail": "{}",
    }
