"""Settings of one-shot schedules."""

from __future__ import annotations

from msgspec import Struct

from kernel.settings import text


class ScheduleSettings(Struct, frozen=True):
    schedule_group: str
    """The group of EventBridge Scheduler that they are in."""
    schedule_target_arn: str
    """The function that they invoke."""
    schedule_role_arn: str
    """The role that they invoke it with."""


settings = ScheduleSettings(
    schedule_group=text("SCHEDULE_GROUP"),
    schedule_target_arn=text("SCHEDULE_TARGET_ARN"),
    schedule_role_arn=text("SCHEDULE_ROLE_ARN"),
)
