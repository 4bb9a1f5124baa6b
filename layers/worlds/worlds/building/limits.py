"""How many worlds someone makes."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kernel.rate_limits import RateLimit

MADE: Final = RateLimit("worlds_made", 1, timedelta(hours=1))
"""Source: worlds 3. One that is given up, or fails, does not count."""
BEGUN: Final = RateLimit("worlds_begun", 5, timedelta(hours=1))
"""Also those that are given up: each has cost some slices."""
