"""Which events count for which achievement. Pure."""

from __future__ import annotations

from datetime import datetime

from community.achievements.content import Achievement, AtLeast
from community.achievements.models import AchievementProgress, Achievements
from kernel.events.models import Event


def advanced(
    progress: AchievementProgress, achievement: Achievement, event: Event, now: datetime
) -> AchievementProgress:
    """Return the progress after an event of the right type. An unlocked achievement counts no further."""
    added = 0 if progress.unlocked_at else amount_for(achievement, event)
    if not added:
        return progress
    # A merged player may have more than the required count.
    count = min(progress.count + added, achievement.count)
    return AchievementProgress(count, now if count == achievement.count else None)


def merged(one: Achievements, other: Achievements) -> Achievements:
    """Merge two players' achievements: unlocked by either means unlocked, at the earlier time; other counts add up.

    A sum that reaches the required count is completed by the next event.

    Source: rules 1.1.
    """
    progress = {**other.progress, **one.progress}
    for key in one.progress.keys() & other.progress.keys():
        both = (one.progress[key], other.progress[key])
        unlocked = [each for each in both if each.unlocked_at]
        progress[key] = min(
            unlocked or [AchievementProgress(sum(each.count for each in both))],
            key=lambda each: each.unlocked_at or datetime.max,
        )
    return Achievements(progress)


def amount_for(achievement: Achievement, event: Event) -> int:
    """Return how much an event of the right type adds; 0 when a condition does not hold."""
    for field, wanted in achievement.where.items():
        found = getattr(event, field)
        if not (found >= wanted.min if isinstance(wanted, AtLeast) else found == wanted):
            return 0
    return max(getattr(event, achievement.adds), 0) if achievement.adds else 1
