"""Settings for engagement."""

from __future__ import annotations

from msgspec import Struct

from kernel.settings import switch


class EngagementSettings(Struct, frozen=True):
    commands_engage: bool
    """Whether every command counts as engagement, in addition to its effect."""


settings = EngagementSettings(
    commands_engage=switch("COMMANDS_ENGAGE", default=False),
)
