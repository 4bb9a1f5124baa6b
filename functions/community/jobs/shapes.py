"""Requests and responses of the jobs group. Source: wire 2 and 9."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from community.jobs import rules, texts
from community.jobs.awards import XpResult
from community.jobs.content import Job
from community.jobs.models import JobStanding
from community.players.models import Player, PlayerRef
from doors.field_errors import own_error
from doors.fields import ChatLine, JsonObject
from doors.nulls import WithNulls
from functions.community.shapes.fields import Amount, NodeKey
from functions.community.shapes.jobs import XpView
from functions.community.shapes.player_selector import Account, PlayerSelector
from kernel.texts import translate

JobKey = NodeKey
BonusType = NodeKey
Source = NodeKey
"""All three have the limits of a node key."""


def _checked_id(text: str) -> str:
    _player_of(text)
    return text


def _player_of(user_id: str) -> PlayerRef:
    with suppress(ValueError):
        return PlayerRef("", user_id=UUID(user_id))
    platform, colon, platform_id = user_id.partition(":")
    if not colon:
        raise own_error("not_an_account", translate("must be our id, or platform:platform_id"))
    return Account(platform=platform, platform_id=platform_id).player


class WorkerQuery(PlayerSelector):
    """A player. Here `user_id` is our id or `platform:platform_id`."""

    user_id: Annotated[str, Field(max_length=150), AfterValidator(_checked_id)] | None = None  # pyright: ignore[reportIncompatibleVariableOverride]

    @property
    def player(self) -> PlayerRef:
        return super().player if self.user_id is None else _player_of(self.user_id)


class JobView(BaseModel):
    id: int
    job_key: str
    display_name: str
    description: str
    max_level: int
    unlocked: bool

    @classmethod
    def of(cls, job: Job, max_level: int, unlocked: bool) -> JobView:
        return cls(
            id=job.job_id,
            job_key=job.key,
            display_name=job.display_name,
            description=job.description,
            max_level=max_level,
            unlocked=unlocked,
        )


class JobInfo(BaseModel):
    """A player's standing in a job. `xp` and `xp_to_next` repeat fields under the web panel's names.

    Attributes:
        current_xp: all experience in the job.
        level_xp: of these, what counts towards the next level.
        level_requirement: what the next level takes from this one; 0 at the highest level.
    """

    job_key: str
    display_name: str
    level: int
    current_xp: int
    level_xp: int
    level_requirement: int
    xp_to_next_level: int
    max_level: int
    xp: int
    xp_to_next: int

    @classmethod
    def of(cls, standing: JobStanding) -> JobInfo:
        return cls(
            job_key=standing.job.key,
            display_name=standing.job.display_name,
            level=standing.level,
            current_xp=standing.xp,
            level_xp=standing.level_xp,
            level_requirement=standing.level_requirement,
            xp_to_next_level=standing.xp_to_next,
            max_level=standing.max_level,
            xp=standing.xp,
            xp_to_next=standing.xp_to_next,
        )


class UserJobsResponse(WithNulls):
    """A player's jobs. `platform` and `platform_id` name the requested account, or else any of the player's."""

    platform: str
    platform_id: str
    primary_job: JobInfo | None
    jobs: list[JobInfo]

    @classmethod
    def of(cls, player: Player, platform: str, standings: Sequence[JobStanding]) -> UserJobsResponse:
        platform = platform or next(iter(player.links))
        primary = rules.primary(standings)
        return cls(
            platform=platform,
            platform_id=player.links[platform].platform_id,
            primary_job=primary and JobInfo.of(primary),
            jobs=[JobInfo.of(standing) for standing in standings],
        )


class AwardXpRequest(WorkerQuery):
    job_key: JobKey
    xp_amount: Amount
    source: Source = "api"
    metadata: JsonObject | None = None


class AwardXpResponse(XpView):
    message: ChatLine

    @classmethod
    def of(cls, result: XpResult) -> AwardXpResponse:
        return cls(**XpView.of(result).model_dump(), message=texts.awarded(result, result.player.username))


class BonusQuery(WorkerQuery):
    job_key: JobKey
    bonus_type: BonusType


class BonusResponse(BaseModel):
    job_key: str
    bonus_type: str
    level: int
    bonus: float
