"""The clock's checks for digests. They import nothing else, so that the clock starts quickly."""

from __future__ import annotations

from typing import Final

from kernel.database import Tx
from personas.digests.queries import DAILY_DUE as DAILY_DUE
from personas.digests.queries import WEEKLY_DUE as WEEKLY_DUE

ONE_RUN: Final = 2**31
"""More than a run of the work returns: what is left waits for the next minute, so that other chores can go on."""


def write_daily(tx: Tx) -> int:
    """Write or ask for daily digests that are due; returns how many."""
    from personas.digests import service as digests

    return digests.write_daily(tx)


def refresh_weekly(tx: Tx) -> int:
    """Refresh some weekly digests that are due; returns how many."""
    from personas.digests import service as digests

    return digests.refresh_weekly(tx)
