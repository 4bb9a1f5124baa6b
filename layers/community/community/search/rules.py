"""The outcome of searches. Source: rules 14."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from random import Random

from community.cooldowns import rules as cooldowns
from community.inventory.models import Quality
from community.progression.models import CommunityState
from community.progression.rules import modified
from community.search.models import Luck, Outcome

ACTION = "search"

FREE_SEARCHES = 6
"""Searches per window with the full chance and experience."""
CHANCE, TIRED_CHANCE = 0.80, 0.10
CRITICAL_CHANCE = 0.05
NEAR_MISS_MARGIN = 0.05
CRITICAL_FAIL_ABOVE = 0.95

EXPLORER_XP = 20
TIRED_XP_FACTOR = Fraction(1, 10)

BOXES, CRITICAL_BOXES = 1, 2
CRITICAL_STEPS = 2
STREAK_STEPS = 1
STREAK_EVERY = 5  # days

# (minimum of earlier searches in the window, rank of the quality)
_RANKS = ((14, 0), (9, 1), (5, 2), (1, 3), (0, 4))


def search(state: CommunityState, rng: Random, *, earlier: int, streak_days: int) -> Outcome:
    """Roll the outcome of one search.

    Args:
        earlier: the person's searches in the 24 hours before this one.
        streak_days: length of the player's streak including today, because searching continues it.
    """
    tired = earlier >= FREE_SEARCHES
    luck = _luck(rng.random(), TIRED_CHANCE if tired else CHANCE)
    lucky_streak = earlier == 0 and streak_days > 0 and streak_days % STREAK_EVERY == 0
    xp = max(1, int(EXPLORER_XP * (TIRED_XP_FACTOR if tired else 1)))
    exhausted = earlier == FREE_SEARCHES
    if luck not in (Luck.SUCCESS, Luck.CRITICAL_SUCCESS):
        return Outcome(luck, 0, Quality.COMMON, xp, exhausted=exhausted)
    critical = luck is Luck.CRITICAL_SUCCESS
    steps = CRITICAL_STEPS * critical + STREAK_STEPS * lucky_streak
    return Outcome(
        luck,
        CRITICAL_BOXES if critical else BOXES,
        _quality(_finer(state, _base_rank(earlier) + steps, rng)),
        xp,
        streak_days=streak_days if lucky_streak else 0,
        exhausted=exhausted,
    )


def cooldown(state: CommunityState) -> timedelta:
    """Return the time between two searches of a player, with the community's modifiers."""
    seconds = int(cooldowns.duration_of(ACTION).total_seconds())
    return max(timedelta(0), timedelta(seconds=float(modified(state, "search_cooldown_reduction", seconds))))


def _luck(roll: float, chance: float) -> Luck:
    if roll <= chance:
        return Luck.CRITICAL_SUCCESS if roll <= CRITICAL_CHANCE else Luck.SUCCESS
    if roll <= chance + NEAR_MISS_MARGIN:
        return Luck.NEAR_MISS
    return Luck.CRITICAL_FAIL if roll > CRITICAL_FAIL_ABOVE else Luck.FAILURE


def _base_rank(earlier: int) -> int:
    return next(rank for searches, rank in _RANKS if earlier >= searches)


def _finer(state: CommunityState, rank: int, rng: Random) -> int:
    """Return the rank with the community's modifiers: a fraction of a step is the chance of a whole step."""
    wanted = Fraction(modified(state, "search_quality", rank))
    fraction = wanted % 1
    return int(wanted) + (fraction > 0 and rng.random() < fraction)


def _quality(rank: int) -> Quality:
    return list(Quality)[min(rank, Quality.LEGENDARY.rank)]
