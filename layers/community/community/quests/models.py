"""Weekly quests, and players' progress with them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Self

from msgspec import Struct, field
from msgspec.structs import replace

from community.quests.content import MAX_NUMBER, Quest
from kernel.errors import Refused


class QuestWeek(Struct, frozen=True, order=True):
    """An ISO week in UTC.

    Attributes:
        year: of the ISO week; around New Year it may differ from the calendar's.
    """

    year: int
    week: int

    @classmethod
    def at(cls, moment: datetime) -> QuestWeek:
        year, week, _ = moment.astimezone(UTC).isocalendar()
        return cls(year, week)

    @property
    def number(self) -> int:
        """A number such as 202603, which seeds the draw and increases from week to week."""
        return self.year * 100 + self.week

    @property
    def starts_at(self) -> datetime:
        return datetime.fromisocalendar(self.year, self.week, 1).replace(tzinfo=UTC)


class ActiveQuest(Struct, frozen=True):
    """A quest of one week."""

    week: QuestWeek
    quest: Quest

    @property
    def quest_id(self) -> int:
        """An id that is unique to the week and the quest. It is computed, so it need not be stored."""
        return self.week.number * (MAX_NUMBER + 1) + self.quest.number


class QuestProgress(Struct, frozen=True):
    """A player's progress with one quest.

    Attributes:
        count: in the unit of the quest's requirement, and never more than that.
        completed_at: None until the requirement is reached.
        claimed_at: None until the reward is paid.
    """

    count: int
    started_at: datetime
    completed_at: datetime | None = None
    claimed_at: datetime | None = None


class QuestLog(Struct, frozen=True):
    """A player's progress with all quests.

    Attributes:
        progress: {quest id: progress} of started quests, perhaps including earlier weeks, which are ignored.
    """

    progress: Mapping[int, QuestProgress] = field(default_factory=dict[int, QuestProgress])

    def having(self, quest_id: int, progress: QuestProgress) -> Self:
        return replace(self, progress={**self.progress, quest_id: progress})


class NoSuchQuest(Refused):
    code = "not_claimable"
    message = "There is no such quest this week."


class QuestNotCompleted(Refused):
    code = "not_claimable"
    message = "That quest is not completed yet: {count} of {requirement}."


class QuestAlreadyClaimed(Refused):
    code = "not_claimable"
    message = "You have already claimed that reward."
