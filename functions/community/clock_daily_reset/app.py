"""Resets the daily XP at 17:00 UTC, and checks every half hour in case that run was missed."""

from __future__ import annotations

from doors.start import ready  # first: see there

from typing import Any

from community.jobs import daily_reset
from kernel.action import run_action

ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    reset = run_action(daily_reset.reset_if_due, name="daily reset")
    return {"records_affected": reset.records if reset else 0}
