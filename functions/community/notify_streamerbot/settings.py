"""Settings of the connection to Streamer.bot."""

from __future__ import annotations

from kernel.settings import SecretSettings, switch, text


class StreamerbotSettings(SecretSettings, frozen=True):
    streamerbot_enabled: bool
    """Whether its actions are called."""
    streamerbot_url: str
    """Its WebSocket's address."""
    streamerbot_action_prefix: str
    """What the names of its actions begin with."""
    streamerbot_auth_raw: bool
    """Hash the password the way the original did, instead of Streamer.bot's own."""
    streamerbot_password: str
    """Its password, where secrets are not in Secrets Manager."""


settings = StreamerbotSettings(
    streamerbot_enabled=switch("STREAMERBOT_ENABLED", default=False),
    streamerbot_url=text("STREAMERBOT_WS_URL") or text("STREAMERBOT_WEBHOOK_URL") or "ws://127.0.0.1:8080/",
    streamerbot_action_prefix=text("STREAMERBOT_ACTION_PREFIX", "BrandishBot_"),
    streamerbot_auth_raw=switch("STREAMERBOT_AUTH_RAW", default=False),
    streamerbot_password=text("STREAMERBOT_PASSWORD"),
)
