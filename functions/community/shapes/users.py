"""A player as the wire shows them."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel

from community.players.lookup import Profile
from community.players.models import PLATFORMS, Player
from doors.fields import Timestamp


class UserIds(BaseModel):
    """A player's id here, and on each platform they are known on."""

    internal_id: UUID
    id: UUID
    username: str
    twitch_id: str | None = None
    youtube_id: str | None = None
    discord_id: str | None = None


class UserView(UserIds):
    """Source: wire 2. `id` repeats what the C# client reads under that name.

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
    """{"twitch_id": ...} for every account of the player."""
    return {f"{name}_id": link.platform_id for name, link in player.links.items()}
