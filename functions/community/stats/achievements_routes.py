"""/api/v1/achievements: the achievements, and a player's progress in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import BaseModel, model_validator

from community.achievements import reports
from community.achievements.content import Achievement
from community.achievements.content import achievements as all_achievements
from community.achievements.models import AchievementProgress, RewardView
from community.players.models import PlayerRef
from doors.call import Call
from doors.fields import Timestamp
from doors.routes import Router
from functions.community.shapes.player_selector import PlayerSelector

router = Router()


class AchievementsQuery(PlayerSelector):
    """The player whose progress to show, if any."""

    @model_validator(mode="before")
    @classmethod
    def _names_a_player(cls, body: Any) -> Any:
        if isinstance(body, dict) and any(body.get(name) is not None for name in PlayerSelector.model_fields):
            PlayerSelector.model_validate(body)
        return body

    @property
    def optional_player(self) -> PlayerRef | None:
        return self.player if self.user_id is not None or self.platform is not None else None


class AchievementView(BaseModel):
    """An achievement, with a player's progress if one was named.

    Attributes:
        progress: absent when no player was named.
        unlocked_at: absent until then.
    """

    key: str
    name: str
    description: str
    count: int
    reward: RewardView
    progress: int | None = None
    unlocked: bool
    unlocked_at: Timestamp | None = None

    @classmethod
    def of(cls, achievement: Achievement, progress: AchievementProgress | None) -> AchievementView:
        return cls(
            key=achievement.key,
            name=achievement.name,
            description=achievement.description,
            count=achievement.count,
            reward=RewardView.of(achievement.reward),
            # The sum of two merged players may exceed the goal.
            progress=min(progress.count, achievement.count) if progress else None,
            unlocked=bool(progress and progress.unlocked_at),
            unlocked_at=progress.unlocked_at if progress else None,
        )


class AchievementsResponse(BaseModel):
    """All achievements, in the order of the file.

    Attributes:
        unlocked: how many of them.
    """

    achievements: list[AchievementView]
    unlocked: int
    total: int

    @classmethod
    def of(cls, achieved: Mapping[str, AchievementProgress] | None) -> AchievementsResponse:
        """The response for a player's progress, or for no player."""
        views = [
            AchievementView.of(each, None if achieved is None else achieved.get(each.key, AchievementProgress(0)))
            for each in all_achievements.by_key.values()
        ]
        return cls(achievements=views, unlocked=sum(view.unlocked for view in views), total=len(views))


@router.get("/api/v1/achievements", response_model=AchievementsResponse)
async def achievements(query: Annotated[AchievementsQuery, Query()], call: Call) -> Response:
    """All achievements and their rewards; with a player's progress when the request names one."""
    player = query.optional_player
    return call.look(lambda tx: AchievementsResponse.of(reports.achieved_by(tx, player) if player else None))
