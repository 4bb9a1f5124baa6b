"""Settings for contributions."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.settings import count


@dataclass(frozen=True, slots=True)
class ContributionSettings:
    contribution_shards: int
    """Number of rows that share the sum of points, so that a crowd does not wait for a single row."""


settings = ContributionSettings(
    contribution_shards=count("CONTRIBUTION_SHARDS", default=16),
)
