"""What the game asks of whoever speaks to Discord: the inner ring cannot call out, so it announces.

Plumbing: all of these are private. An interaction's token lets its holder answer in its place for a quarter
of an hour.
"""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel

from kernel.events.models import Event


class DiscordInteractionDeferred(Event):
    """Someone was told to wait. `interaction` as Discord sent it, but for the token."""

    type: ClassVar[str] = "discord.interaction_deferred"
    private: ClassVar[bool] = True
    application_id: str
    token: str
    interaction: dict[str, Any]


class FollowupFile(BaseModel):
    name: str
    text: str


class DiscordFollowupRequested(Event):
    """What somebody waited for: it takes the place of the message that told them to wait.

    Attributes:
        body: a message as Discord's API takes it.
        files: to be attached.
    """

    type: ClassVar[str] = "discord.followup_requested"
    private: ClassVar[bool] = True
    application_id: str
    token: str
    body: dict[str, Any]
    files: tuple[FollowupFile, ...] = ()


class DiscordSyncRequested(Event):
    """
    Attributes:
        commands: all that there are, as Discord's API takes them.
        remove: the name of one to be removed instead.
    """

    type: ClassVar[str] = "discord.sync_requested"
    private: ClassVar[bool] = True
    commands: list[dict[str, Any]]
    remove: str | None = None


class DiscordAnnouncementRequested(Event):
    """
    Attributes:
        color: 0xRRGGBB.
    """

    type: ClassVar[str] = "discord.announcement_requested"
    private: ClassVar[bool] = True
    title: str
    description: str
    color: int
