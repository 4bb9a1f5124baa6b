"""What this process remembers of the creatures of worlds: how far time was settled for them last."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from msgspec.structs import replace

from worlds.ecosystem import creatures
from worlds.ecosystem.creatures import MOST_SEASONS, SEASON, Fauna
from worlds.ground.cache import Remembered

Stored = tuple[UUID, int, int, int, int]
"""What tells stored creatures from others: their world, its run, the tick, the next number, and a hash of each one."""

MOST_FAUNAS: Final = 8
"""About 12 MB, where a thousand live in each world."""

faunas: Final[Remembered[Stored, Fauna]] = Remembered(MOST_FAUNAS)
"""{stored creatures: what time had made of them when someone looked last}"""


def settled(key: Stored, stored: Fauna, tick: int) -> Fauna:
    """Return what time has made of creatures since they were stored: as `creatures.settle`, without its steps that were
    taken before."""
    until = min(tick, stored.at + MOST_SEASONS * SEASON)
    known = faunas.get(key)
    now = creatures.settle(known if known is not None and known.at <= until else stored, until)
    faunas.put(key, now)
    return replace(now, at=max(now.at, tick))
