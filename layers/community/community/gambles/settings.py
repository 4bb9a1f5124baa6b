"""Settings for gambles."""

from __future__ import annotations

from msgspec import Struct

from kernel.settings import minutes


class GambleSettings(Struct, frozen=True):
    gamble_join_seconds: int
    """How long players can join a gamble."""


settings = GambleSettings(
    gamble_join_seconds=minutes("GAMBLE_JOIN_DURATION_MINUTES", default=2),
)
