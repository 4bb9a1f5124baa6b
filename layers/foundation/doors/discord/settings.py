"""Settings of the Discord application and its API."""

from __future__ import annotations

from kernel.settings import SecretSettings, text


class DiscordSettings(SecretSettings, frozen=True):
    """Settings of the Discord application."""

    discord_application_id: str
    """The id of the application, to register its commands and answer them."""
    discord_guild_id: str
    """The server that the commands are registered for, whose administrators run the game; empty: all servers that the
    application is in, and the administrators of each."""
    discord_api_url: str
    """The address of Discord's API."""
    discord_bot_token: str
    """The bot's token, where secrets are not in Secrets Manager."""


settings = DiscordSettings(
    discord_application_id=text("DISCORD_APPLICATION_ID"),
    discord_guild_id=text("DISCORD_GUILD_ID"),
    discord_api_url=(text("DISCORD_API_URL") or "https://discord.com/api/v10").rstrip("/"),
    discord_bot_token=text("DISCORD_BOT_TOKEN"),
)
