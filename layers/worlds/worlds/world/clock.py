"""The clock of a world as its events change it. Pure. Source: worlds 14."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from worlds.world.models import WorldTime

THOUSANDTHS: Final = 1_000


def paused(time: WorldTime, at: datetime) -> WorldTime:
    """Return the clock as it stands still: it goes on to show the same time."""
    return time if time.is_paused else replace(_settled(time, at), is_paused=True)


def resumed(time: WorldTime) -> WorldTime:
    """Return the clock as it runs on: it shows what it would show if it had not been paused."""
    return replace(time, is_paused=False)


def dilated(time: WorldTime, dilation: int, at: datetime) -> WorldTime:
    """Return the clock as it runs from now on.

    Args:
        dilation: thousandths of real time.
    """
    if time.is_paused:  # what has passed since the pause is owed at the old pace
        owed = (_real(time, at) * _thousandths(time) + dilation // 2) // dilation
        settled = replace(time, real_anchor=at, owed=owed)
    else:
        settled = _settled(time, at)
    return replace(settled, dilation=Decimal(dilation) / THOUSANDTHS)


def _settled(time: WorldTime, at: datetime) -> WorldTime:
    shown = time.game_anchor + _real(time, at) * _thousandths(time) // THOUSANDTHS
    return replace(time, game_anchor=shown, real_anchor=at, owed=0)


def _real(time: WorldTime, at: datetime) -> int:
    """Return the milliseconds of real time since the anchor."""
    # Machines disagree about real time by a few milliseconds; game time never runs backwards for that.
    return time.owed + max(0, (at - time.real_anchor) // timedelta(milliseconds=1))


def _thousandths(time: WorldTime) -> int:
    return int(time.dilation * THOUSANDTHS)
