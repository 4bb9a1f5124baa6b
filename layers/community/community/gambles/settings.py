"""Settings for gambles."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.settings import minutes


@dataclass(frozen=True, slots=True)
class GambleSettings:
    gamble_join_seconds: int
    """How long players can join a gamble."""


settings = GambleSettings(
    gamble_join_seconds=minutes("GAMBLE_JOIN_DURATION_MINUTES", default=2),
)
