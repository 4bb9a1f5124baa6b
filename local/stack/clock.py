"""The current time, and waiting for a moment."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from typing import Final

SPEED: Final = float(os.environ.get("BRANDISH_CLOCK_SPEED") or 1)
"""How fast time passes for schedules; more than 1 to see in seconds what happens in minutes."""

_STARTED: Final = datetime.now(UTC)

STEP_SECONDS: Final = 30.0
"""The longest single wait: a longer one would be wrong after the clock was set or the machine slept."""


def now() -> datetime:
    return _STARTED + (datetime.now(UTC) - _STARTED) * SPEED


async def sleep_until(moment: datetime) -> None:
    while now() < moment:
        await sleep_towards(moment)


async def sleep_towards(moment: datetime) -> None:
    """Sleep for a single step, which ends at that moment at the latest."""
    left = (moment - now()).total_seconds() / SPEED
    await asyncio.sleep(min(max(0.0, left), STEP_SECONDS))
