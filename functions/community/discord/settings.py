"""What verifies an interaction."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.settings import text


@dataclass(frozen=True, slots=True)
class InteractionSettings:
    discord_public_key: str
    """Hex; verifies what claims to come from Discord. Empty: no Discord."""


settings = InteractionSettings(
    discord_public_key=text("DISCORD_PUBLIC_KEY"),
)
