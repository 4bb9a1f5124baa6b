"""/api/v1/admin: active players, and cooldown resets."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from msgspec.structs import replace
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from community.cooldowns import service as cooldowns
from community.cooldowns import texts
from community.cooldowns.rules import parse_action
from community.messages import service as messages
from community.messages.models import Chatter
from community.players.models import PlayerRef
from doors.call import Call
from doors.field_errors import custom_error
from doors.fields import Body, Message, Timestamp, is_whole_number
from doors.routes import Router
from functions.community.shapes.fields import NodeKey, Platform, PlatformId, Username
from functions.community.shapes.player_selector import NamedAccount, ref_of
from kernel.database import Tx
from kernel.errors import Refused

router = Router()


class ActiveQuery(Body):
    minutes: Annotated[int, Field(ge=1, le=1440), is_whole_number] = messages.ACTIVE_MINUTES


class ActiveUser(BaseModel):
    user_id: UUID
    username: str
    platform: str
    last_message_at: Timestamp

    @classmethod
    def of(cls, chatter: Chatter) -> ActiveUser:
        return cls(
            user_id=chatter.user_id,
            username=chatter.username,
            platform=chatter.platform,
            last_message_at=chatter.last_message_at,
        )


def _known_action(typed: str) -> str:
    try:
        return parse_action(typed)
    except Refused as error:
        raise custom_error(error) from None


class ResetCooldownRequest(Body):
    """The cooldown of a player; without a player, the one that all share."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"action": "search", "platform": "twitch", "username": "alice"},
                {"action": "expedition"},
            ]
        }
    )

    action: Annotated[NodeKey, AfterValidator(_known_action)]
    platform: Platform | None = None
    platform_id: PlatformId | None = None
    username: Username | None = None

    @model_validator(mode="before")
    @classmethod
    def _whole_name_or_none(cls, body: Any) -> Any:
        names = ("platform", "platform_id", "username")
        if isinstance(body, dict) and any(body.get(name) is not None for name in names):
            NamedAccount.model_validate(body)
        return body

    @property
    def player(self) -> PlayerRef | None:
        return replace(ref_of(self.platform, self.platform_id, self.username), sole=True) if self.platform else None


@router.get("/api/v1/admin/users/active", response_model=list[ActiveUser])
async def active_users(query: Annotated[ActiveQuery, Query()], call: Call) -> Response:
    """The players who sent a message in the last minutes, latest first; at most 1000."""
    return call.look(
        lambda tx: [ActiveUser.of(chatter) for chatter in messages.list_active_chatters(tx, query.minutes)]
    )


@router.post("/api/v1/admin/cooldown/reset", response_model=Message)
async def reset_cooldown(body: ResetCooldownRequest, call: Call) -> Response:
    """End a player's cooldown; or, without a player, the one that all share."""

    def use_case(tx: Tx) -> Message:
        player, was_running = cooldowns.reset(tx, body.player, body.action)
        name = player and player.name_on(body.platform or "")
        return Message(message=texts.ended(body.action, name, was_running=was_running))

    return call.act(use_case)
