"""A player's progress with the week's quests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from community.players.part import Column, Limit, Part, changed
from community.quests import queries, rules
from community.quests.models import QuestLog, QuestProgress
from kernel.database import Tx


def _parse(rows: Mapping[str, Sequence[Any]] | None) -> QuestLog:
    """Parse {quest id: [progress, started_at, completed_at, claimed_at]}."""
    return QuestLog(
        {
            int(quest_id): QuestProgress(
                count,
                datetime.fromisoformat(started_at),
                datetime.fromisoformat(completed_at) if completed_at else None,
                datetime.fromisoformat(claimed_at) if claimed_at else None,
            )
            for quest_id, (count, started_at, completed_at, claimed_at) in (rows or {}).items()
        }
    )


def _save(tx: Tx, user_id: UUID, now: QuestLog, before: QuestLog | None) -> None:
    progress = changed(now.progress, before.progress if before else {})
    if progress:
        queries.upsert_progress(tx, user_id, progress)


_LIMIT = Limit(
    "quests",
    """
    (SELECT jsonb_agg(to_jsonb(q) - 'user_id') FROM quest_progress q
     WHERE user_id = u.user_id AND claimed_at IS NOT NULL)
    """,
    """
    INSERT INTO quest_progress AS held (user_id, quest_id, progress, started_at, completed_at, claimed_at)
    SELECT %(user_id)s, quest_id, max(progress), min(started_at), min(completed_at), min(claimed_at)
    FROM kept, jsonb_to_record(entry)
        AS paid (quest_id integer, progress integer, started_at timestamptz, completed_at timestamptz,
                 claimed_at timestamptz)
    GROUP BY quest_id
    ON CONFLICT (user_id, quest_id) DO UPDATE
    SET progress = greatest(held.progress, excluded.progress),
        completed_at = least(held.completed_at, excluded.completed_at),
        claimed_at = least(held.claimed_at, excluded.claimed_at)
    """,
)

QUESTS = Part(
    holds=QuestLog,
    save=_save,
    merge=lambda keeper, other, state: rules.merged(keeper, other),
    column=Column("quests", queries.PROGRESS_OF_PLAYER, _parse),
    tables=("quest_progress",),
    limit=_LIMIT,
)
