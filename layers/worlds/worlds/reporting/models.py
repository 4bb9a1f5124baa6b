"""Reports: what players tell the administrators about each other's behaviour."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from kernel.errors import Conflict, NotFound

AGGREGATE: Final = "report"


class WorldReport(Struct, frozen=True):
    """A report.

    Attributes:
        reporter_id: None if that account is gone.
        account_id: whose behaviour it is about, as `character_id`, in `world_id` and under that name.
        outcome: upheld or dismissed; None while it is open.
    """

    report_id: UUID
    reporter_id: UUID | None
    account_id: UUID
    character_id: UUID
    world_id: UUID
    name: str
    reason: str
    reported_at: datetime
    decided_at: datetime | None
    decided_by: UUID | None
    outcome: str | None
    note: str


class NoSuchWorldReport(NotFound):
    """There is no such report."""

    code = "not_found"
    message = "There is no such report. GET /api/game/reports lists those that there are."


class ReportedAlready(Conflict):
    """Someone reports a person again before the first report was decided."""

    code = "conflict"
    message = (
        "You have reported {name} already, and the administrators will read it. To hear nothing more from them: ignore"
        " {name}"
    )


class ReportDecidedAlready(Conflict):
    """A report is decided once."""

    code = "conflict"
    message = "This report was decided already: {outcome}."
