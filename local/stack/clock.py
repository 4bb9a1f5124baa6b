"""The current time, and waiting for a moment."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Final

STEP_SECONDS: Final = 30.0
"""The longest single wait: a longer one would be wrong after the clock was set or the machine slept."""


def now() -> datetime:
    return datetime.now(UTC)


async def sleep_until(moment: datetime) -> None:
    while (left := (moment - now()).total_seconds()) > 0:
        await asyncio.sleep(min(left, STEP_SECONDS))
