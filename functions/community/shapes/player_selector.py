"""Requests that may name a player in several ways. Source: wire 7, 9 and 10."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from msgspec.structs import replace
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


class Named(Body):
    """For a refusal that says that the name is missing."""

    username: Username


class NamedAccount(Body):
    """A player by the id of their account on a platform, or else by the name they have there."""

    platform: Platform
    platform_id: PlatformId | None = None
    username: Username | None = None

    @model_validator(mode="before")
    @classmethod
    def _names_someone(cls, body: Any) -> Any:
        if isinstance(body, dict) and body.get("platform_id") is None:
            Named.model_validate({"username": body["username"]} if body.get("username") is not None else {})
        return body

    @property
    def player(self) -> PlayerRef:
        """Whom to look at: of several players of that name, the last one seen."""
        return ref_of(self.platform, self.platform_id, self.username)

    @property
    def only_player(self) -> PlayerRef:
        """Whom to change: there must be only one player of that name."""
        return replace(self.player, sole=True)

    @property
    def label(self) -> str:
        """How messages name the player."""
        return self.username or f"{self.platform}:{self.platform_id}"


def ref_of(platform: str, platform_id: str | None, username: str | None) -> PlayerRef:
    """Return who is meant by an id or else by a name.

    With an id the name is left out: it need not be current, and must not be stored as the player's.
    """
    return PlayerRef(platform, platform_id, None if platform_id is not None else username)


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
        return ref_of(self.platform or "", self.platform_id, self.username)

    @property
    def only_player(self) -> PlayerRef:
        """Whom to change: there must be only one player of that name."""
        return replace(self.player, sole=True)
