"""A player's progress with the week's quests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from community.players.part import Column, Part, changed
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


QUESTS = Part(
    holds=QuestLog,
    save=_save,
    merge=lambda keeper, other, state: rules.merged(keeper, other),
    column=Column("quests", queries.PROGRESS_OF_PLAYER, _parse),
    tables=("quest_progress",),
)
