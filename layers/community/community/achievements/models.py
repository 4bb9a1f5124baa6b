"""Players' achievements; `configs/community/achievements.json` defines them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

from msgspec import Struct, field
from msgspec.structs import replace
from pydantic import BaseModel

from community.achievements.content import Reward
from community.catalog.content import Ingredient, items
from kernel.events.models import Event


class AchievementProgress(Struct, frozen=True):
    """How far a player has come towards one achievement.

    Attributes:
        count: progress in the achievement's unit; it stops when the achievement is unlocked.
        unlocked_at: None until it is unlocked.
    """

    count: int
    unlocked_at: datetime | None = None


class Achievements(Struct, frozen=True):
    """A player's achievements.

    Attributes:
        progress: {achievement key: progress}, without achievements that have not been started.
    """

    progress: Mapping[str, AchievementProgress] = field(default_factory=dict[str, AchievementProgress])

    def having(self, key: str, progress: AchievementProgress) -> Self:
        return replace(self, progress={**self.progress, key: progress})


class RewardItem(BaseModel):
    item_name: str
    public_name: str
    quantity: int

    @classmethod
    def of(cls, row: Ingredient) -> RewardItem:
        public_name = items.by_name[row.item].public_name
        return cls(item_name=row.item, public_name=public_name, quantity=row.quantity)


class RewardView(BaseModel):
    """A reward as the API shows it. `xp` is for `job_key`; `recipe` is the key of an upgrade."""

    money: int | None = None
    items: tuple[RewardItem, ...] | None = None
    xp: int | None = None
    job_key: str | None = None
    recipe: str | None = None

    @classmethod
    def of(cls, reward: Reward) -> RewardView:
        lesson = reward.lesson
        return cls(
            money=reward.money or None,
            items=tuple(RewardItem.of(row) for row in reward.items) or None,
            xp=lesson.xp if lesson else None,
            job_key=lesson.job_key if lesson else None,
            recipe=reward.recipe,
        )


class AchievementUnlocked(Event):
    """A player has unlocked an achievement and received its reward.

    Attributes:
        username: for announcements; empty when it is unknown.
    """

    type: ClassVar[str] = "achievement.unlocked"
    user_id: UUID
    username: str = ""
    achievement_key: str
    name: str
    description: str
    reward: RewardView
    timestamp: int
