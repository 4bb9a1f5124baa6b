"""The Discord application, and the way to its API."""

from __future__ import annotations

from dataclasses import dataclass, field

from kernel.settings import text


@dataclass(frozen=True, slots=True)
class DiscordSettings:
    discord_application_id: str
    discord_guild_id: str
    """The one server whose commands are registered; empty: all servers."""
    discord_api_url: str
    discord_bot_token: str = field(repr=False)


settings = DiscordSettings(
    discord_application_id=text("DISCORD_APPLICATION_ID"),
    discord_guild_id=text("DISCORD_GUILD_ID"),
    discord_api_url=(text("DISCORD_API_URL") or "https://discord.com/api/v10").rstrip("/"),
    discord_bot_token=text("DISCORD_BOT_TOKEN"),
)
