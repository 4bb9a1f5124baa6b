"""A player's pace: exact, because it is read and written under the player's lock. Stored only when a limit is set."""

from __future__ import annotations

from uuid import UUID

from community.pace import queries, rules
from community.pace.models import Pace
from community.players.part import Column, Part
from kernel.database import Tx


def _save(tx: Tx, user_id: UUID, now: Pace, before: Pace | None) -> None:
    if now != Pace():
        queries.upsert_pace(tx, user_id, now)


PACE = Part(
    holds=Pace,
    save=_save,
    merge=lambda keeper, other, state: rules.merged(keeper, other),
    column=Column("pace", queries.PACE_OF_PLAYER, lambda row: Pace(*row) if row else Pace()),
    tables=("player_pace",),
    joined=True,
)
