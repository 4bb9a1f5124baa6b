"""What an installation may choose about engagement."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.settings import switch


@dataclass(frozen=True, slots=True)
class EngagementSettings:
    commands_engage: bool
    """Every command a person gives counts as engagement, not only what it does."""


settings = EngagementSettings(
    commands_engage=switch("COMMANDS_ENGAGE", default=False),
)
