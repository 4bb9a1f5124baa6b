"""What owners want of their worlds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from worlds.space.models import Space
from worlds.world.models import PUBLIC


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWorld:
    """A world that someone wants to make.

    Attributes:
        generation: what its ground is made from: `seed` and `parameters`; empty for what suits its shape and size.
    """

    name: str
    space: Space
    privacy: str = PUBLIC
    seats: int | None = None
    hours_per_day: int = 24
    generation: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an owner wants to change.

    Attributes:
        changes: {name, privacy, seats or hours_per_day: the new value}; without those that stay.
        dilation: how many times as fast as real time; None as it is.
        paused: None as it is.
    """

    changes: Mapping[str, Any] = field(default_factory=dict)
    dilation: float | None = None
    paused: bool | None = None
