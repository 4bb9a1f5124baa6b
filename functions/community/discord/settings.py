"""Settings of the interactions function."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.settings import text


@dataclass(frozen=True, slots=True)
class InteractionSettings:
    discord_public_key: str
    """Hex; verifies Discord's signatures. Empty: Discord is not used."""


settings = InteractionSettings(
    discord_public_key=text("DISCORD_PUBLIC_KEY"),
)
