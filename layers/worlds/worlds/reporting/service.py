"""Reports, as administrators read and decide them."""

from __future__ import annotations

from uuid import UUID

from msgspec.structs import replace

from kernel.accounts.models import Identity
from kernel.database import Tx
from worlds.log import service as log
from worlds.reporting import queries
from worlds.reporting.events import ReportDecided
from worlds.reporting.models import AGGREGATE, NoSuchWorldReport, ReportDecidedAlready, WorldReport


def list_all(tx: Tx, *, decided: bool, after: UUID | None, limit: int) -> list[WorldReport]:
    """Return the reports that are open, or that were decided, oldest first.

    Args:
        after: the last one of the page before.
    """
    return [queries.read(row) for row in queries.list_all(tx, decided=decided, after=after, limit=limit)]


def decide(tx: Tx, me: Identity, report_id: UUID, outcome: str, note: str = "") -> WorldReport:
    """Decide about a report, once.

    Args:
        outcome: upheld or dismissed.

    Raises:
        NoSuchWorldReport, ReportDecidedAlready
    """
    row = queries.lock(tx, report_id).fetchone()
    if row is None:
        raise NoSuchWorldReport
    report = queries.read(row)
    if report.outcome is not None:
        raise ReportDecidedAlready(outcome=report.outcome)
    event = ReportDecided(report_id=report_id, decided_by=me.account_id, outcome=outcome, note=note)
    [recorded] = log.record(tx, AGGREGATE, report_id, 0, [event], {"actor": str(me.account_id)})
    queries.project(tx, recorded)
    return replace(report, decided_at=tx.now, decided_by=me.account_id, outcome=outcome, note=note)
