"""What time it is, for whatever waits for a moment."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Final

STEP_SECONDS: Final = 30.0
"""So often somebody looks at the clock: after it was set, or the machine slept, one long wait would be wrong."""


def now() -> datetime:
    return datetime.now(UTC)


async def sleep_until(moment: datetime) -> None:
    while (left := (moment - now()).total_seconds()) > 0:
        await asyncio.sleep(min(left, STEP_SECONDS))
