"""What owners want of their worlds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field


class Settings(Struct, frozen=True, kw_only=True):
    """What an owner wants to change.

    Attributes:
        changes: {name, privacy, seats or hours_per_day: the new value}; without those that stay.
        dilation: how many times as fast as real time; None as it is.
        paused: None as it is.
    """

    changes: Mapping[str, Any] = field(default_factory=dict)
    dilation: float | None = None
    paused: bool | None = None
