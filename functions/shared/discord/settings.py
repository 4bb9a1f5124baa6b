"""Settings of the interactions function."""

from __future__ import annotations

from msgspec import Struct

from kernel.settings import switch, text


class InteractionSettings(Struct, frozen=True):
    discord_public_keys: tuple[str, ...]
    """Hex; verify Discord's signatures: several while another application takes over. Empty: Discord is not used."""
    discord_battles: bool
    """Whether there is /battle."""


settings = InteractionSettings(
    discord_public_keys=tuple(text("DISCORD_PUBLIC_KEY").replace(",", " ").split()),
    discord_battles=switch("DISCORD_BATTLES", default=True),
)
