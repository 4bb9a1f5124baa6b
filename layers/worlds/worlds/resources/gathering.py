"""What one gets at a place, with which skill and tool. Pure. Source: worlds 23.1, Harvest and Tool."""

from __future__ import annotations

from typing import Final

UNSKILLED: Final = 20
"""Levels that may be missing before every other attempt fails."""
BARE_HANDS: Final = 0.5
TOOLS: Final = (0.7, 0.7, 1.0, 1.3, 1.3)
"""By quality, poor to legendary: a basic tool, a good one, an excellent one."""
LUCK: Final = (0.8, 1.2)
DIGGING: Final = 10
"""Seconds of digging that cost a point of stamina."""
EFFORT: Final = 5
"""Points of stamina for an attempt; what is gathered costs more, by its weight."""
LEAST_XP: Final = 10
"""Points of experience for what is gathered; more where the skill has to be high."""


def failure(required: int, level: int) -> float:
    """Return the chance to gather in vain."""
    missing = required - level
    if missing <= 0:
        return 0
    return 0.5 if missing > UNSKILLED else 0.25


def harvest(quantity: float, level: int, tool: float, luck: float) -> int:
    """Return how many units one gets: of what is there whole, and at least one of it.

    Args:
        tool: BARE_HANDS, or one of TOOLS; in a mine, times what depth and grade leave of it.
        luck: from 0.8 to 1.2.
    """
    wanted = int(quantity * (0.5 + level / 200) * tool * luck + 0.5)
    return min(int(quantity), max(1, wanted))


def experience(required: int, *, is_success: bool) -> int:
    """Return what an attempt is worth, in points of experience; half where it was in vain."""
    worth = max(LEAST_XP, 2 * required)
    return worth if is_success else worth // 2
