"""What the quests group takes and answers. Source: wire 15."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from community.players.models import Player
from community.quests.models import ActiveQuest, QuestProgress
from community.quests.rules import is_completed
from doors.fields import Body, Message, Timestamp, is_whole_number
from functions.community.shapes.fields import NodeKey
from functions.community.shapes.player_selector import PlayerSelector

QuestId = Annotated[int, Field(ge=1), is_whole_number]
QuestKey = NodeKey
"""The limits are the same."""


class QuestsOfPlayerQuery(PlayerSelector):
    """`user_id` may also be a Discord user's id."""

    @model_validator(mode="before")
    @classmethod
    def _discord_id(cls, body: Any) -> Any:
        if isinstance(body, dict) and str(body.get("user_id")).isdecimal():
            others = {name: value for name, value in body.items() if name != "user_id"}
            return others | {"platform": "discord", "platform_id": str(body["user_id"])}
        return body


class QuestById(Body):
    quest_id: QuestId


class ClaimQuestRequest(QuestsOfPlayerQuery):
    """The quest by `quest_id`, else by `quest_key`."""

    quest_id: QuestId | None = None
    quest_key: QuestKey | None = None

    @model_validator(mode="before")
    @classmethod
    def _names_a_quest(cls, body: Any) -> Any:
        if isinstance(body, dict) and body.get("quest_key") is None:
            QuestById.model_validate(body)  # a refusal names what is missing
        return body

    @property
    def wanted(self) -> int | str:
        return self.quest_id or self.quest_key or ""


class ClaimQuestResponse(Message):
    money_earned: int


class ActiveQuestView(BaseModel):
    quest_id: int
    quest_key: str
    quest_type: str
    description: str
    target_category: str | None = None
    target_recipe_key: str | None = None
    base_requirement: int
    base_reward_money: int
    base_reward_xp: int
    active: bool
    week_number: int
    year: int
    created_at: Timestamp
    updated_at: Timestamp

    @classmethod
    def of(cls, active: ActiveQuest) -> ActiveQuestView:
        quest, week = active.quest, active.week
        return cls(
            quest_id=active.quest_id,
            quest_key=quest.key,
            quest_type=quest.type,
            description=quest.description,
            target_category=quest.target_category,
            target_recipe_key=quest.target_recipe_key,
            base_requirement=quest.requirement,
            base_reward_money=quest.reward_money,
            base_reward_xp=quest.reward_xp,
            active=True,
            week_number=week.week,
            year=week.year,
            created_at=week.starts_at,
            updated_at=week.starts_at,
        )


class QuestProgressView(BaseModel):
    """`quest_name`, `progress`, `target` and `completed` are what the web panel reads under these names."""

    user_id: UUID
    quest_id: int
    quest_key: str
    quest_type: str
    description: str
    progress_current: int
    progress_required: int
    reward_money: int
    reward_xp: int
    started_at: Timestamp
    completed_at: Timestamp | None = None
    claimed_at: Timestamp | None = None
    quest_name: str
    progress: int
    target: int
    completed: bool

    @classmethod
    def of(cls, player: Player, active: ActiveQuest, progress: QuestProgress) -> QuestProgressView:
        quest = active.quest
        return cls(
            user_id=player.id,
            quest_id=active.quest_id,
            quest_key=quest.key,
            quest_type=quest.type,
            description=quest.description,
            progress_current=progress.count,
            progress_required=quest.requirement,
            reward_money=quest.reward_money,
            reward_xp=quest.reward_xp,
            started_at=progress.started_at,
            completed_at=progress.completed_at,
            claimed_at=progress.claimed_at,
            quest_name=quest.description,
            progress=progress.count,
            target=quest.requirement,
            completed=is_completed(progress, quest),
        )
