"""gamble.started -> a one-shot schedule that invokes the clock when the time to join is over."""

from __future__ import annotations

from doors.start import ready  # first: see there

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from doors.aws import client
from doors.consumer import Envelope, consume
from functions.community.schedule_gamble.settings import settings

log = logging.getLogger("brandish")

ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle each message separately: a failed one is delivered again, the others are done."""
    return consume(event, schedule_end)


def schedule_end(envelope: Envelope) -> None:
    gamble = envelope["payload"]
    schedule(gamble["id"], datetime.fromisoformat(gamble["join_deadline"]))


def schedule(gamble_id: str, deadline: datetime) -> None:
    """Create the schedule, once however often it is called. The minute clock handles deadlines that have passed."""
    if deadline <= datetime.now(UTC):
        return
    scheduler: Any = client("scheduler")
    try:
        scheduler.create_schedule(
            Name=f"gamble-{gamble_id}",
            GroupName=settings.schedule_group,
            ScheduleExpression=f"at({whole_second(deadline):%Y-%m-%dT%H:%M:%S})",
            ScheduleExpressionTimezone="UTC",
            FlexibleTimeWindow={"Mode": "OFF"},
            ActionAfterCompletion="DELETE",
            Target={
                "Arn": settings.schedule_target_arn,
                "RoleArn": settings.schedule_role_arn,
                "Input": json.dumps({"gamble_id": gamble_id}),
                # The minute clock is the retry.
                "RetryPolicy": {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60},
            },
        )
    except scheduler.exceptions.ConflictException:
        log.info("the schedule already exists", extra={"gamble_id": gamble_id})
    except scheduler.exceptions.ValidationException:
        if deadline > datetime.now(UTC):
            raise
        # It passed in the meantime, and AWS accepts no schedule in the past.


def whole_second(moment: datetime) -> datetime:
    """The moment rounded up to a whole second, in UTC: schedules have no fractions."""
    return (moment.astimezone(UTC) + timedelta(microseconds=999_999)).replace(microsecond=0)
