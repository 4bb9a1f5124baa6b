"""How often battles are started on Discord, and how long their channels vote."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct

from kernel.settings import minutes


class ChannelSettings(Struct, frozen=True):
    cooldown: timedelta
    """The time between two battles that one person starts."""
    vote_seconds: int
    """How long a channel votes on who won."""


settings = ChannelSettings(
    cooldown=timedelta(seconds=minutes("DISCORD_BATTLE_COOLDOWN_MINUTES", default=5)),
    vote_seconds=minutes("DISCORD_BATTLE_VOTE_MINUTES", default=3),
)
