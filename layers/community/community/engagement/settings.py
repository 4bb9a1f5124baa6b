"""Settings for engagement."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.settings import switch


@dataclass(frozen=True, slots=True)
class EngagementSettings:
    commands_engage: bool
    """Whether every command counts as engagement, in addition to its effect."""


settings = EngagementSettings(
    commands_engage=switch("COMMANDS_ENGAGE", default=False),
)
