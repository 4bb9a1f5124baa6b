"""Experience and levels. Source: rules 12."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import accumulate
from random import Random

from msgspec import Struct

from community.jobs.content import Job, jobs
from community.jobs.days import game_day
from community.jobs.models import JobProgress, Jobs, JobStanding, UnknownJob
from community.progression.content import tree
from community.progression.models import CommunityState, FeatureLocked
from community.progression.rules import modified
from kernel.errors import Refused

LEVEL_LIMIT = 100
LEVEL_CAP = 10
DAILY_CAP = 250
EPIPHANY_CHANCE = 0.05
BYPASS_SOURCES = frozenset({"xp_item", "harvest", "achievement"})

LEVEL_TOTALS = tuple(accumulate(int(100 * level**1.2) for level in range(1, LEVEL_LIMIT + 1)))
"""Experience needed for level 1, 2, ..."""


class DailyCapReached(Refused):
    code = "daily_cap"
    message = "You have earned all the {job} XP there is for today. Come back after the daily reset."


class XpAward(Struct, frozen=True):
    """The outcome of adding experience to a job.

    Attributes:
        gained: experience added, after multiplier, epiphany and cap.
        bonus: the share of an epiphany, before the cap; 0 without one.
    """

    progress: JobProgress
    gained: int
    old_level: int
    bonus: int

    @property
    def leveled_up(self) -> bool:
        return self.progress.level > self.old_level


def find_job(job_key: str) -> Job:
    """Find a job by its key, its node's key or its name, as people type them.

    Raises:
        UnknownJob
    """
    job = jobs.find(job_key)
    if job is None:
        raise UnknownJob(job=job_key, meant=jobs.names.meant(job_key))
    return job


def level_cap(state: CommunityState) -> int:
    return min(int(modified(state, "job_level_cap", LEVEL_CAP)), LEVEL_LIMIT)


def level_for(xp: int, cap: int) -> int:
    return min(bisect_right(LEVEL_TOTALS, xp), cap, LEVEL_LIMIT)


def standing(job: Job, progress: JobProgress | None, state: CommunityState) -> JobStanding:
    """Return a player's standing in a job; None for no experience in it."""
    xp, level = (progress.xp, progress.level) if progress else (0, 0)
    cap = level_cap(state)
    reached = LEVEL_TOTALS[level - 1] if level else 0
    if level >= cap:
        return JobStanding(job, level, xp, level_xp=xp - reached, level_requirement=0, xp_to_next=0, max_level=cap)
    # After the cap was raised, a player may have more than the next level needs, until they earn again.
    missing = max(LEVEL_TOTALS[level] - xp, 0)
    requirement = LEVEL_TOTALS[level] - reached
    return JobStanding(
        job,
        level,
        xp,
        level_xp=requirement - missing,
        level_requirement=requirement,
        xp_to_next=missing,
        max_level=cap,
    )


def primary(standings: Iterable[JobStanding]) -> JobStanding | None:
    """Return the job with the highest level, then the most experience; None without any experience."""
    worked_in = [each for each in standings if each.xp]
    return max(worked_in, key=lambda each: (each.level, each.xp), default=None)


def award(
    progress: JobProgress | None,
    base: int,
    state: CommunityState,
    now: datetime,
    rng: Random,
    *,
    job_key: str,
    source: str,
    requested: bool = False,
) -> XpAward:
    """Add experience to a job.

    Args:
        progress: None when the player has no experience in it.
        base: experience before the community's multiplier, at least 1.
        source: the reason; some sources of the game ignore the daily cap.
        requested: whether a caller asked for it, who may call the source as one of those: the cap holds.

    Raises:
        FeatureLocked: the community has not unlocked the job, or it is not in the game.
        DailyCapReached: today's cap has been reached.
    """
    job = jobs.by_key.get(job_key)
    if job is None or not state.has(job.node_key):
        raise FeatureLocked(feature=tree.nodes[job.node_key].name if job else job_key)
    today = game_day(now)
    before = progress or JobProgress(xp=0, level=0, daily_xp=0, daily_xp_on=today)
    earned_today = before.daily_xp if before.daily_xp_on == today else 0

    gained = int(modified(state, "job_xp_multiplier", 1) * base)
    bonus = gained if rng.random() < EPIPHANY_CHANCE else 0
    gained += bonus
    if requested or source not in BYPASS_SOURCES:
        gained = min(gained, int(modified(state, "job_daily_cap", DAILY_CAP)) - earned_today)
        if gained <= 0:
            raise DailyCapReached(job=jobs.by_key[job_key].display_name)

    xp = before.xp + gained
    after = JobProgress(xp, max(level_for(xp, level_cap(state)), before.level), earned_today + gained, today)
    return XpAward(after, gained, before.level, bonus)


def merged(one: Jobs, other: Jobs, state: CommunityState, *, of_day: Callable[[Iterable[int]], int] = sum) -> Jobs:
    """Merge the jobs of two players. Source: rules 1.1.

    Args:
        of_day: of what both have earned on a day. It adds up; but players of one person have the same day, and `max`
            counts it once.
    """
    cap = int(modified(state, "job_level_cap", LEVEL_CAP))
    shared = one.progress.keys() & other.progress.keys()
    added_up = {key: _added_up(one.progress[key], other.progress[key], cap, of_day) for key in shared}
    return Jobs({**one.progress, **other.progress, **added_up})


def _added_up(one: JobProgress, other: JobProgress, cap: int, of_day: Callable[[Iterable[int]], int]) -> JobProgress:
    """Merge two players' progress in one job. Sums of an earlier game day do not count towards today's cap."""
    xp = one.xp + other.xp
    today = max(one.daily_xp_on, other.daily_xp_on)
    return JobProgress(
        xp=xp,
        # As when experience is earned, a lowered cap removes no level.
        level=max(level_for(xp, cap), one.level, other.level),
        daily_xp=of_day(each.daily_xp for each in (one, other) if each.daily_xp_on == today),
        daily_xp_on=today,
    )
