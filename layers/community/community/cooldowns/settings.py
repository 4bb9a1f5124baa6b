"""Settings for cooldowns."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.settings import switch


@dataclass(frozen=True, slots=True)
class CooldownSettings:
    dev_mode: bool
    """Whether cooldowns are ignored."""


settings = CooldownSettings(
    dev_mode=switch("DEV_MODE", default=False),
)
