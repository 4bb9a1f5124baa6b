"""Where announcements are posted."""

from __future__ import annotations

from msgspec import Struct

from kernel.settings import switch, text


class NotifyDiscordSettings(Struct, frozen=True):
    discord_channel_id: str
    """Where announcements for players are posted; empty: they are not."""
    discord_dev_channel_id: str
    """Where announcements of the makers are posted: patch notes and tests; empty: they are not."""
    discord_force_command_update: bool
    """Send the commands even where nothing differs."""
    discord_bundles_queue_url: str
    """The queue of the events that are bundled, which also says when a bundle is due."""


settings = NotifyDiscordSettings(
    discord_channel_id=text("DISCORD_NOTIFICATION_CHANNEL_ID"),
    discord_dev_channel_id=text("DISCORD_DEV_CHANNEL_ID"),
    discord_force_command_update=switch("DISCORD_FORCE_COMMAND_UPDATE", default=False),
    discord_bundles_queue_url=text("DISCORD_BUNDLES_QUEUE_URL"),
)
