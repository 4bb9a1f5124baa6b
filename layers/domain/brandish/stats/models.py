"""What players did, counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Stat:
    """Something countable that a player did; `data` says more about it, for whoever reads the rows."""

    event_type: str
    data: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Streak:
    """
    Attributes:
        days: UTC days in a row with at least one stat.
        last_on: the last of them.
    """

    days: int
    last_on: date
