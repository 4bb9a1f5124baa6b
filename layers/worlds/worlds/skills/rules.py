"""How skills grow, and what they decide. Pure. Experience is in hundredths of a point. Source: worlds 22."""

from __future__ import annotations

from datetime import datetime
from math import isqrt
from typing import Final

from worlds.skills.models import PARTNERS, Levels, Skill, SkillCheck, Uses
from worlds.time.models import milliseconds

HIGHEST: Final = 100
"""The last level."""
POINT: Final = 100
"""Hundredths."""
WINDOW: Final = 60_000
"""Milliseconds for which an earlier use of the same action counts."""
REPEATED: Final = ((2, 100), (6, 80), (10, 50))
"""(up to how many earlier uses, per cent that another one brings)"""
OFTEN: Final = 10
"""Per cent, after more."""
MOST_COUNTED: Final = REPEATED[-1][0]
"""Earlier uses of an action; more make no difference, so no more are kept."""
SOFT: Final = 50
"""Per cent, above the soft cap."""
DIFFICULTIES: Final = {"easy": 30, "medium": 50, "hard": 70, "extreme": 90}
LUCK: Final = 96
"""The lowest roll that succeeds by itself."""
MISHAP: Final = 5
"""The highest that fails by itself."""
SYNERGY: Final = 5
HELPFUL: Final = 50
"""A partner helps above this level."""
LEVELS_PER_TIER: Final = 20
BEST_TIER: Final = 4


def cost(level: int) -> int:
    """Return the experience that leads to a level from the one below: 100·n^1.5 points, n being the level reached."""
    return (isqrt(4 * 10**8 * level**3) + 1) // 2  # 10,000·n^1.5 rounded, without the rounding of a power


def gain(level: int, xp: int, gained: int) -> tuple[int, int]:
    """Return (level, experience towards the next one) after a gain; what is left over counts. At 100 there is none."""
    xp += gained
    while level < HIGHEST and xp >= cost(level + 1):
        level += 1
        xp -= cost(level)
    return (level, xp) if level < HIGHEST else (HIGHEST, 0)


def percent(level: int, attribute: int, earlier: int) -> int:
    """Return how many per cent of its experience a use of a skill brings.

    Args:
        attribute: that the skill rests on.
        earlier: uses of the same action in the last minute; the first two bring all.
    """
    repeated = next((share for limit, share in REPEATED if earlier < limit), OFTEN)
    return repeated * SOFT // 100 if 2 * level > 3 * attribute else repeated


def earlier_uses(uses: Uses, action: str, now: datetime) -> int:
    """Return how often an action was done in the last minute; at most MOST_COUNTED."""
    return sum(milliseconds(now) - each < WINDOW for each in uses.get(action, ()))


def used(uses: Uses, action: str, now: datetime) -> Uses:
    """Return the uses with one more, and without those that do not count any more.

    So nothing of it grows with time: of each action as many are kept as make a difference, and none for longer than
    until the first use a minute later.
    """
    moment = milliseconds(now)
    kept = {key: recent for key, each in uses.items() if (recent := [at for at in each if moment - at < WINDOW])}
    return {**kept, action: [*kept.get(action, ()), moment][-MOST_COUNTED:]}


def synergy(skill: Skill, levels: Levels) -> int:
    """Return what other skills add to a check."""
    return sum(SYNERGY for each in PARTNERS.get(skill, ()) if levels.get(each, 0) > HELPFUL)


def check(roll: int, level: int, attribute: int, difficulty: int, partners: int = 0) -> SkillCheck:
    """Return how an attempt ends.

    Args:
        roll: from 1 to 100.
        difficulty: see DIFFICULTIES.
        partners: see `synergy`.
    """
    total = roll + level + attribute // 5 + partners
    is_critical = roll >= LUCK or roll <= MISHAP
    return SkillCheck(roll >= LUCK if is_critical else total >= difficulty, is_critical, total, total - difficulty)


def quality_tier(level: int) -> int:
    """Return the quality that a level makes: 0 is poor, 4 legendary."""
    return min(BEST_TIER, level // LEVELS_PER_TIER)
