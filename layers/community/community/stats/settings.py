"""Settings for streaks."""

from __future__ import annotations

from datetime import tzinfo

from msgspec import Struct

from kernel.settings import switch, time_zone


class StreakSettings(Struct, frozen=True):
    time_zone: tzinfo
    """Where the community is: its days begin at midnight there."""
    repairs: bool
    """Whether a streak survives one missed day per month."""


settings = StreakSettings(
    time_zone=time_zone("COMMUNITY_TIME_ZONE"),
    repairs=switch("STREAK_REPAIR", default=False),
)
