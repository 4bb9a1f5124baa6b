"""What an installation may choose about contributions."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.settings import count


@dataclass(frozen=True, slots=True)
class ContributionSettings:
    contribution_shards: int
    """Rows that share the sum of points, so that a crowd does not wait for one of them."""


settings = ContributionSettings(
    contribution_shards=count("CONTRIBUTION_SHARDS", default=16),
)
