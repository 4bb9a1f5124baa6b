"""Requests and responses of the voting and admin routes. Source: wire 7 and 7.1."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from community.players.models import PlayerRef
from community.progression.models import Unlock
from community.voting.ballots import WeightChange
from doors.fields import Body, Message, Timestamp, is_number, is_whole_number
from doors.nulls import WithNulls
from functions.community.progression.session_views import OptionView, PaceView, PollView
from functions.community.shapes.fields import Level, NodeKey, Reason, Username
from functions.community.shapes.player_selector import Account, PlayerSelector

MOST_WEIGHTS = 1000
MOST_POINTS = 1_000_000_000


class VoteRequest(Account):
    """A ballot for the option with that number; without a number, for the option with that node.

    Some clients send no `username`.
    """

    username: Username | None = None
    option_index: Annotated[int, Field(ge=1), is_whole_number] | None = None
    node_key: NodeKey | None = None

    @property
    def player(self) -> PlayerRef:
        return PlayerRef(self.platform, self.platform_id, self.username)


class VoteResponse(Message):
    already_voted: bool | None = None


class NodeRequest(Body):
    node_key: NodeKey = Field(examples=["feature_economy"])
    level: Level = 0


class InstantUnlockRequest(Body):
    node_key: NodeKey | None = None


class PaceRequest(Body):
    """What to fix the pace at, with at most two decimals; with null, it follows the number of active players again."""

    pace: Annotated[float, Field(ge=0.25, le=100, allow_inf_nan=False, examples=[2.5]), is_number] | None

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, body: Any) -> Any:
        """Null is meant here: a body without the field must not give the pace back unasked."""
        return body

    @property
    def number(self) -> Decimal | None:
        return None if self.pace is None else Decimal(str(self.pace))


class PaceResponse(PaceView, Message):
    """The pace from now on; the current target keeps its cost."""


class ContributionRequest(Body):
    amount: Annotated[int, Field(ge=1, le=MOST_POINTS), is_whole_number]


class ResetTreeRequest(Body):
    """How to reset the tree. All fields have defaults, because the web panel sends no body."""

    reset_by: Username = "admin"
    reason: Reason = "reset by an administrator"
    preserve_user_progression: bool = False


class WeightRequest(PlayerSelector):
    voting_weight: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False), is_number]
    reason: Reason = ""
    expires_at: AwareDatetime | None = None

    @property
    def change(self) -> WeightChange:
        # Through text: 0.1 in a request means a tenth, not the nearest float.
        return WeightChange(self.only_player, Decimal(str(self.voting_weight)), self.reason, self.expires_at)


class WeightsRequest(Body):
    """One weight, or several as `weights`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"platform": "twitch", "username": "alice", "voting_weight": 2, "reason": "moderator"},
                {"weights": [{"user_id": "0b6e0c4e-7a4e-4b43-9d3a-1d1a2f0d2a11", "voting_weight": 1}]},
            ]
        }
    )

    weights: Annotated[list[WeightRequest], Field(min_length=1, max_length=MOST_WEIGHTS)]

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, body: Any) -> Any:
        if not isinstance(body, dict) or body.get("weights") is not None:
            return body
        # Validated here, so that an error names the fields that were sent.
        return {"weights": [WeightRequest.model_validate(body)]}


class WeightsResponse(Message):
    updated: int


class PollResponse(Message, WithNulls):
    """A poll about a world; null before the first."""

    poll: PollView | None


class WinnerResponse(Message):
    winner: OptionView


class UnlockView(BaseModel):
    id: int
    node_id: int
    current_level: int
    unlocked_at: Timestamp
    unlocked_by: str
    engagement_score: int

    @classmethod
    def of(cls, unlock: Unlock) -> Self:
        return cls(
            id=unlock.unlock_id,
            node_id=unlock.node_id,
            current_level=unlock.level,
            unlocked_at=unlock.unlocked_at,
            unlocked_by=unlock.unlocked_by,
            engagement_score=unlock.engagement_score,
        )


class UnlockResponse(Message):
    unlock: UnlockView
