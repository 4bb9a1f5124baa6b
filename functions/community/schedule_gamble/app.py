"""gamble.started -> a schedule that wakes the clock once, when the time to join is over."""

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
    """Each message by itself: one that fails comes again, the others are done."""
    return consume(event, context, schedule_end)


def schedule_end(envelope: Envelope) -> None:
    gamble = envelope["payload"]
    schedule(gamble["id"], datetime.fromisoformat(gamble["join_deadline"]))


def schedule(gamble_id: str, deadline: datetime) -> None:
    """Once, however often it is asked for. A deadline that has passed is left to the minute's clock."""
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
                # The minute's clock is the retry.
                "RetryPolicy": {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60},
            },
        )
    except scheduler.exceptions.ConflictException:
        log.info("the schedule is there already", extra={"gamble_id": gamble_id})
    except scheduler.exceptions.ValidationException:
        if deadline > datetime.now(UTC):
            raise
        # It has passed in between: AWS takes no schedule for the past.


def whole_second(moment: datetime) -> datetime:
    """What a schedule can say, in UTC: never earlier than the moment."""
    return (moment.astimezone(UTC) + timedelta(microseconds=999_999)).replace(microsecond=0)
