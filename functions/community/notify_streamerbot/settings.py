"""Settings of the connection to Streamer.bot."""

from __future__ import annotations

from dataclasses import dataclass, field

from kernel.settings import switch, text


@dataclass(frozen=True, slots=True)
class StreamerbotSettings:
    streamerbot_enabled: bool
    streamerbot_url: str
    streamerbot_action_prefix: str
    streamerbot_auth_raw: bool
    """Hash the password the way the original did, instead of Streamer.bot's own."""
    streamerbot_password: str = field(repr=False)


settings = StreamerbotSettings(
    streamerbot_enabled=switch("STREAMERBOT_ENABLED", default=False),
    streamerbot_url=text("STREAMERBOT_WS_URL") or text("STREAMERBOT_WEBHOOK_URL") or "ws://127.0.0.1:8080/",
    streamerbot_action_prefix=text("STREAMERBOT_ACTION_PREFIX", "BrandishBot_"),
    streamerbot_auth_raw=switch("STREAMERBOT_AUTH_RAW", default=False),
    streamerbot_password=text("STREAMERBOT_PASSWORD"),
)
