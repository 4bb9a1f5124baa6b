"""Requests that may name a player in several ways. Source: wire 7, 9 and 10."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import model_validator

from community.players.models import PlayerRef
from doors.fields import Body
from functions.community.shapes.fields import Platform, PlatformId, Username


class Account(Body):
    """A player by the id that a platform knows them by."""

    platform: Platform
    platform_id: PlatformId

    @property
    def player(self) -> PlayerRef:
        return PlayerRef(self.platform, self.platform_id)


class NamedAccount(Body):
    """A player by the name they have on a platform."""

    platform: Platform
    username: Username


class PlayerSelector(Body):
    """A player: by `user_id`; else on `platform` by `platform_id`; else by the `username` there."""

    user_id: UUID | None = None
    platform: Platform | None = None
    platform_id: PlatformId | None = None
    username: Username | None = None

    @model_validator(mode="before")
    @classmethod
    def _names_a_player(cls, body: Any) -> Any:
        if isinstance(body, dict) and body.get("user_id") is None:
            # Validated here, so that an error names what is missing.
            by_name = body.get("platform_id") is None and body.get("username") is not None
            (NamedAccount if by_name else Account).model_validate(body)
        return body

    @property
    def player(self) -> PlayerRef:
        if self.user_id is not None:
            return PlayerRef("", user_id=self.user_id)
        # With an id the name is ignored: the caller need not know the player's current name on the platform.
        username = self.username if self.platform_id is None else None
        return PlayerRef(self.platform or "", self.platform_id, username)
