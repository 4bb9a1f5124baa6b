"""Keeping what players have achieved; `reactions` adds to it, `reports` shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from community.achievements import queries
from community.achievements.models import Progress
from kernel.database import Tx


def from_json(rows: Mapping[str, Sequence[Any]] | None) -> dict[str, Progress]:
    """{achievement key: progress} from what `queries.OF_PLAYER` reads."""
    return {
        key: Progress(count, datetime.fromisoformat(unlocked_at) if unlocked_at else None)
        for key, (count, unlocked_at) in (rows or {}).items()
    }


def save(tx: Tx, user_id: UUID, progress: Mapping[str, Progress]) -> None:
    if progress:
        queries.upsert_progress(tx, user_id, progress)
