"""What the makers of worlds want."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from msgspec import Struct, field

from kernel.rate_limits import RateLimited
from kernel.texts import translate_n
from worlds.space.models import Space
from worlds.world.models import PUBLIC


class NewWorld(Struct, frozen=True, kw_only=True):
    """A world that someone wants to make.

    Attributes:
        generation: what its ground is made from: `seed` and `parameters`; empty for what suits its shape and size.
        configuration: what was understood of an interview; empty for a world that does not come from one.
    """

    name: str
    space: Space
    privacy: str = PUBLIC
    seats: int | None = None
    hours_per_day: int = 24
    generation: Mapping[str, Any] = field(default_factory=dict)
    configuration: Mapping[str, Any] = field(default_factory=dict)


class MadeOneLately(RateLimited):
    """Someone has made a world within the hour."""

    message = "You have made a world within the last hour. You can make the next one {when}."

    def __init__(self, *, seconds: int) -> None:
        super().__init__(seconds=seconds, per="user", when=_in(timedelta(seconds=seconds)))


def _in(wait: timedelta) -> str:
    minutes = -(-wait // timedelta(minutes=1))
    return translate_n("in {n} minute", "in {n} minutes", minutes)
