"""Settings for cooldowns."""

from __future__ import annotations

from msgspec import Struct

from kernel.settings import switch


class CooldownSettings(Struct, frozen=True):
    dev_mode: bool
    """Whether cooldowns are ignored."""


settings = CooldownSettings(
    dev_mode=switch("DEV_MODE", default=False),
)
