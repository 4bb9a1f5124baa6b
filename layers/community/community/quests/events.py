"""The events of quests."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kernel.events.models import Event


class QuestsReset(Event):
    """A new week has begun.

    Attributes:
        progress_reset: how many rows of progress in earlier weeks were deleted.
    """

    type: ClassVar[str] = "quest.weekly_reset"
    reset_time: datetime
    week_number: int
    year: int
    quests_generated: int
    progress_reset: int


class QuestProgressUpdated(Event):
    type: ClassVar[str] = "quest.progress_updated"
    user_id: UUID
    quest_id: int
    quest_key: str
    progress: int


class QuestCompleted(Event):
    type: ClassVar[str] = "quest.completed"
    user_id: UUID
    quest_id: int
    quest_key: str


class QuestClaimed(Event):
    """A player has claimed a quest's reward.

    Attributes:
        reward_xp: experience before multipliers and the daily cap.
    """

    type: ClassVar[str] = "quest.claimed"
    user_id: UUID
    quest_id: int
    quest_key: str
    reward_money: int
    reward_xp: int
