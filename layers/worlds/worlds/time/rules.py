"""What time it is in a world, and what has happened by itself since. Source: worlds 14."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from worlds.time.models import DilationOutOfRange, GameSpan, Moment, PartOfDay, Season, TimeChange, WorldClock

TICK: Final = 100
"""Milliseconds of real time."""
MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
HOURS_PER_DAY: Final = 24
MORNING: Final = 8 * HOUR
"""What time it is in a world when it begins, so that those who come first find people awake."""
DAYS_PER_SEASON: Final = 90
DAYS_PER_YEAR: Final = 360
WEATHER: Final = 30
"""Game minutes from one update of the weather to the next."""
SLOWEST, FASTEST = 0.1, 100

SEASONS: Final = tuple(Season)
PARTS: Final = (
    (25, PartOfDay.NIGHT),
    (30, PartOfDay.DAWN),
    (45, PartOfDay.MORNING),
    (55, PartOfDay.NOON),
    (70, PartOfDay.AFTERNOON),
    (75, PartOfDay.DUSK),
    (90, PartOfDay.EVENING),
    (100, PartOfDay.NIGHT),
)
"""(up to which hundredth of the day, what it is called)"""


def game_time(clock: WorldClock, now: int) -> int:
    """Return the milliseconds of game time since the world began."""
    return (_running(clock, now) if clock.frozen_us is None else clock.frozen_us) // 1_000


def _running(clock: WorldClock, now: int) -> int:
    """Return the microseconds that a clock would show if it were not paused."""
    # Machines disagree about real time by a few milliseconds; game time never runs backwards for that.
    return clock.game_us + max(0, now - clock.real_ms) * clock.dilation


def settle(clock: WorldClock, now: int) -> WorldClock:
    """Return the clock with its anchor moved to `now`. It goes on to show the same time."""
    return replace(clock, real_ms=max(clock.real_ms, now), game_us=_running(clock, now))


def set_dilation(clock: WorldClock, dilation: float, now: int) -> WorldClock:
    """Return the clock as it runs from now on.

    Args:
        dilation: how many times as fast as real time, to the nearest thousandth.

    Raises:
        DilationOutOfRange: below 0.1 or above 100.
    """
    if not SLOWEST <= dilation <= FASTEST:  # NaN is not within it either
        raise DilationOutOfRange(dilation=dilation)
    return replace(settle(clock, now), dilation=round(dilation * 1_000))


def pause(clock: WorldClock, now: int) -> WorldClock:
    """Return the clock as it stands still."""
    return clock if clock.paused else replace(clock, frozen_us=_running(clock, now))


def resume(clock: WorldClock, now: int) -> tuple[WorldClock, GameSpan]:
    """Return the clock as it runs on, and the time that was missed.

    The clock then shows what it would show if it had not been paused. What is due within the missed time is still owed:
    see `missed_updates`.
    """
    running = replace(clock, frozen_us=None)
    return running, GameSpan(game_time(clock, now), game_time(running, now))


def missed_updates(span: GameSpan, minutes: int = WEATHER) -> range:
    """Return the game times at which something is due that happens every so many game minutes."""
    every = minutes * MINUTE
    return range((span.start // every + 1) * every, span.end + 1, every)


def ticks_between(start: int, end: int) -> range:
    """Return the numbers of the ticks from one real time, which does not belong to it, to another."""
    return range(start // TICK + 1, end // TICK + 1)


def moment(game_ms: int, hours_per_day: int = HOURS_PER_DAY) -> Moment:
    """Return the date and the time of day."""
    length = hours_per_day * HOUR
    days, of_day = divmod(game_ms, length)
    day_of_year = days % DAYS_PER_YEAR
    return Moment(
        year=days // DAYS_PER_YEAR + 1,
        day=days + 1,
        day_of_year=day_of_year + 1,
        hour=of_day // HOUR,
        minute=of_day % HOUR // MINUTE,
        sun=of_day / length,
        part=next(part for limit, part in PARTS if of_day * 100 < limit * length),
        season=SEASONS[day_of_year // DAYS_PER_SEASON],
        season_progress=day_of_year % DAYS_PER_SEASON / DAYS_PER_SEASON,
    )


def moments_between(span: GameSpan, hours_per_day: int = HOURS_PER_DAY) -> Iterator[TimeChange]:
    """Yield the parts of the day and the seasons that begin, in order. Spring begins a new year."""
    length = hours_per_day * HOUR
    for day in range(span.start // length, span.end // length + 1):
        midnight = day * length
        changes = [TimeChange(midnight + PARTS[i][0] * length // 100, PARTS[i + 1][1]) for i in range(len(PARTS) - 1)]
        if day % DAYS_PER_SEASON == 0:
            changes.insert(0, TimeChange(midnight, SEASONS[day % DAYS_PER_YEAR // DAYS_PER_SEASON]))
        yield from (change for change in changes if span.start < change.game_ms <= span.end)
