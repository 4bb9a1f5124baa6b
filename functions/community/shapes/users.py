"""A player as a response."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel

from community.players.lookup import Profile
from community.players.models import PLATFORMS, Player
from doors.fields import Timestamp


class UserIds(BaseModel):
    """A player's id in the game and on each linked platform."""

    internal_id: UUID
    id: UUID
    username: str
    twitch_id: str | None = None
    youtube_id: str | None = None
    discord_id: str | None = None


class UserView(UserIds):
    """A player. `id` repeats `internal_id` under the C# client's name. Source: wire 2.

    Attributes:
        platform_usernames: {platform: the name there}.
    """

    platform_usernames: dict[str, str] | None = None
    created_at: Timestamp
    updated_at: Timestamp

    @classmethod
    def of(cls, player: Player | Profile) -> UserView:
        return cls(
            internal_id=player.id,
            id=player.id,
            username=player.username,
            platform_usernames={name: player.links[name].username for name in PLATFORMS if name in player.links},
            created_at=player.created_at,
            updated_at=player.updated_at,
            **platform_ids(player),
        )


def platform_ids(player: Player | Profile) -> dict[str, str]:
    """The ids of all accounts of the player, {"twitch_id": ...}."""
    return {f"{name}_id": link.platform_id for name, link in player.links.items()}
