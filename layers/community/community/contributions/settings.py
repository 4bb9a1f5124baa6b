"""Settings for contributions."""

from __future__ import annotations

from msgspec import Struct

from kernel.settings import count


class ContributionSettings(Struct, frozen=True):
    contribution_shards: int
    """Number of rows that share the sum of points, so that a crowd does not wait for a single row."""


settings = ContributionSettings(
    contribution_shards=count("CONTRIBUTION_SHARDS", default=16),
)
