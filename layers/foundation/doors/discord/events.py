"""Events that ask the outer ring to call Discord, because the inner ring cannot call out.

All of them are private: the holder of an interaction's token can answer it for fifteen minutes.
"""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel

from kernel.events.models import Event


class DiscordInteractionDeferred(Event):
    """An interaction was deferred. `interaction` is as Discord sent it, without the token."""

    type: ClassVar[str] = "discord.interaction_deferred"
    private: ClassVar[bool] = True
    application_id: str
    token: str
    interaction: dict[str, Any]


class FollowupFile(BaseModel):
    """A file in a follow-up."""

    name: str
    text: str


class DiscordFollowupRequested(Event):
    """The result of a deferred interaction is ready: it replaces the placeholder message.

    Attributes:
        body: a message in the format of Discord's API.
        files: files to attach.
    """

    type: ClassVar[str] = "discord.followup_requested"
    private: ClassVar[bool] = True
    application_id: str
    token: str
    body: dict[str, Any]
    files: tuple[FollowupFile, ...] = ()


class DiscordSyncRequested(Event):
    """The registered commands should be updated.

    Attributes:
        commands: all commands, in the format of Discord's API.
        remove: the name of a command to remove instead.
    """

    type: ClassVar[str] = "discord.sync_requested"
    private: ClassVar[bool] = True
    commands: list[dict[str, Any]]
    remove: str | None = None


class DiscordAnnouncementRequested(Event):
    """An administrator wants to post an announcement.

    Attributes:
        color: 0xRRGGBB.
    """

    type: ClassVar[str] = "discord.announcement_requested"
    private: ClassVar[bool] = True
    title: str
    description: str
    color: int
