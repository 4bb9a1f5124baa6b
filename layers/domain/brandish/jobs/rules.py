"""Experience and levels. Source: rules 12."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from itertools import accumulate
from random import Random

from brandish.errors import Refused
from brandish.jobs.models import JobProgress
from brandish.progression.models import FeatureLocked, World
from brandish.progression.rules import modified

LEVEL_LIMIT = 100
LEVEL_CAP = 10
DAILY_CAP = 250
EPIPHANY_CHANCE = 0.05
BYPASS_SOURCES = frozenset({"xp_item", "harvest"})

# The day of the game begins at midnight there, which is 17:00 UTC.
GAME_ZONE = timezone(timedelta(hours=7))

LEVEL_TOTALS = tuple(accumulate(int(100 * level**1.2) for level in range(1, LEVEL_LIMIT + 1)))
"""XP needed for level 1, 2, ..."""


class DailyCapReached(Refused):
    code = "daily_cap"
    message = "You have earned all the {job} XP there is for today. Come back after the daily reset."


@dataclass(frozen=True, slots=True)
class XpAward:
    """
    Attributes:
        gained: XP really added, after multiplier, epiphany and cap.
        epiphany: the lucky roll doubled it.
    """

    progress: JobProgress
    gained: int
    old_level: int
    epiphany: bool


def game_day(now: datetime) -> date:
    return now.astimezone(GAME_ZONE).date()


def level_for(xp: int, cap: int) -> int:
    return min(bisect_right(LEVEL_TOTALS, xp), cap, LEVEL_LIMIT)


def award(
    progress: JobProgress | None,
    base: int,
    world: World,
    now: datetime,
    rng: Random,
    *,
    job_key: str,
    source: str,
) -> XpAward:
    """Add experience to a job.

    Args:
        progress: None when the player has never worked in it.
        base: XP before the community's multiplier, at least 1.
        source: what it was earned by; some sources ignore the daily cap.

    Raises:
        FeatureLocked: the community has not unlocked the job.
        DailyCapReached: nothing is left of today's allowance.
    """
    if not world.has(f"job_{job_key}"):
        raise FeatureLocked
    today = game_day(now)
    before = progress or JobProgress(xp=0, level=0, daily_xp=0, daily_xp_on=today)
    earned_today = before.daily_xp if before.daily_xp_on == today else 0

    gained = int(modified(world, "job_xp_multiplier", 1) * base)
    epiphany = rng.random() < EPIPHANY_CHANCE
    if epiphany:
        gained *= 2
    if source not in BYPASS_SOURCES:
        gained = min(gained, int(modified(world, "job_daily_cap", DAILY_CAP)) - earned_today)
        if gained <= 0:
            raise DailyCapReached(job=job_key)

    xp = before.xp + gained
    level = level_for(xp, int(modified(world, "job_level_cap", LEVEL_CAP)))
    after = JobProgress(xp, max(level, before.level), earned_today + gained, today)
    return XpAward(after, gained, before.level, epiphany)
