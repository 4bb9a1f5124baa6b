"""SQL on worlds.reports."""

from __future__ import annotations

from typing import Any, Final, LiteralString
from uuid import UUID

from kernel.database import Cursor, Tx
from worlds.characters.events import PersonReported
from worlds.log.models import Recorded
from worlds.reporting.events import ReportDecided
from worlds.reporting.models import WorldReport

_COLUMNS: Final[LiteralString] = """
    report_id, reporter_id, account_id, character_id, world_id, name, reason, reported_at, decided_at, decided_by,
    outcome, note
"""


def list_all(tx: Tx, *, decided: bool, after: UUID | None, limit: int) -> Cursor:
    """Return the reports that are open, or that were decided, oldest first.

    Args:
        after: the last one of the page before.
    """
    return tx.execute(
        "SELECT "
        + _COLUMNS
        + """
        FROM worlds.reports
        WHERE (decided_at IS NULL) = %(open)s
          AND (%(after)s::uuid IS NULL OR (reported_at, report_id)
               > (SELECT reported_at, report_id FROM worlds.reports WHERE report_id = %(after)s))
        ORDER BY reported_at, report_id LIMIT %(limit)s
        """,
        {"open": not decided, "after": after, "limit": limit},
    )


def lock(tx: Tx, report_id: UUID) -> Cursor:
    return tx.execute("SELECT " + _COLUMNS + " FROM worlds.reports WHERE report_id = %s FOR UPDATE", (report_id,))


def project(tx: Tx, recorded: Recorded) -> None:
    """Store what an event changes about reports. A second open report of the same about the same changes nothing."""
    match recorded.event:
        case PersonReported() as event:
            tx.execute(
                """
                INSERT INTO worlds.reports (
                    report_id, reporter_id, account_id, character_id, world_id, name, reason, reported_at)
                VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
                ON CONFLICT (reporter_id, character_id) WHERE decided_at IS NULL DO NOTHING
                """,
                (
                    event.report_id,
                    event.player_id,
                    event.other_player_id,
                    event.other_id,
                    event.world_id,
                    event.name,
                    event.reason,
                    recorded.at,
                ),
            )
        case ReportDecided() as event:
            tx.execute(
                "UPDATE worlds.reports SET decided_at = %s, decided_by = %s, outcome = %s, note = %s"
                " WHERE report_id = %s",
                (recorded.at, event.decided_by, event.outcome, event.note, event.report_id),
            )
        case _:
            pass


def read(row: dict[str, Any]) -> WorldReport:
    """Return the report of a row."""
    return WorldReport(**row)
