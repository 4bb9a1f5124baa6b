"""SQL on quest_progress and quest_reset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, LiteralString
from uuid import UUID

from kernel.database import Cursor, Tx

if TYPE_CHECKING:  # the clock starts without the content and pydantic
    from community.quests.models import QuestProgress, QuestWeek

PROGRESS_OF_PLAYER: LiteralString = """
    SELECT json_object_agg(q.quest_id, json_build_array(q.progress, q.started_at, q.completed_at, q.claimed_at))
    FROM quest_progress q WHERE q.user_id = u.user_id
"""
"""SQL expression over `u`, a row of users."""

RESET_DUE: LiteralString = """
    EXISTS (SELECT FROM quest_reset WHERE week <> to_char(%s::timestamptz AT TIME ZONE 'UTC', 'IYYYIW')::integer)
"""
"""SQL expression: whether a new week has not been announced. Its parameter is the current time."""


def upsert_progress(tx: Tx, user_id: UUID, progress: Mapping[int, QuestProgress]) -> None:
    rows = progress.values()
    tx.execute(
        """
        INSERT INTO quest_progress (user_id, quest_id, progress, started_at, completed_at, claimed_at)
        SELECT %s, quest_id, progress, started_at, completed_at, claimed_at
        FROM unnest(%s::int[], %s::int[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
            AS now (quest_id, progress, started_at, completed_at, claimed_at)
        ON CONFLICT (user_id, quest_id) DO UPDATE
        SET progress = excluded.progress, started_at = excluded.started_at,
            completed_at = excluded.completed_at, claimed_at = excluded.claimed_at
        """,
        (
            user_id,
            list(progress),
            [each.count for each in rows],
            [each.started_at for each in rows],
            [each.completed_at for each in rows],
            [each.claimed_at for each in rows],
        ),
    )


def claim_reset(tx: Tx, week: QuestWeek) -> Cursor:
    """Claim the announcement of a week; returns a row, unless it was already announced."""
    return tx.execute(
        "UPDATE quest_reset SET week = %(week)s WHERE week <> %(week)s RETURNING week", {"week": week.number}
    )


def delete_progress_before(tx: Tx, first_quest_id: int) -> Cursor:
    """Delete old progress, and return one row with the count. Rows locked by an action are left for the next time."""
    return tx.execute(
        """
        WITH old AS (
            SELECT user_id, quest_id FROM quest_progress WHERE quest_id < %s FOR UPDATE SKIP LOCKED
        ), gone AS (
            DELETE FROM quest_progress q USING old
            WHERE q.user_id = old.user_id AND q.quest_id = old.quest_id
            RETURNING 1
        )
        SELECT count(*) AS count FROM gone
        """,
        (first_quest_id,),
    )
