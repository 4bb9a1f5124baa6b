"""What happens to reports."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from worlds.log.models import WorldEvent


class ReportDecided(WorldEvent):
    """An administrator has decided about a report; `outcome` is upheld or dismissed."""

    type: ClassVar[str] = "ReportDecided"
    report_id: UUID
    decided_by: UUID
    outcome: str
    note: str
