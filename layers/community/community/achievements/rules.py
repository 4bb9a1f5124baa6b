"""What counts for which achievement. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from community.achievements.content import Achievement, AtLeast, achievements
from community.achievements.models import AchievementProgress, Achievements
from kernel.events.models import Event


def _by_event() -> Mapping[str, list[Achievement]]:
    found: dict[str, list[Achievement]] = defaultdict(list)
    for achievement in achievements.by_key.values():
        found[achievement.event].append(achievement)
    return dict(found)


BY_EVENT = _by_event()
"""{event type: the achievements it may count for}"""


def advanced(
    progress: AchievementProgress, achievement: Achievement, event: Event, now: datetime
) -> AchievementProgress:
    """How far it is after an event of the right type. What is unlocked counts no further."""
    added = 0 if progress.unlocked_at else worth(achievement, event)
    if not added:
        return progress
    # Two players who became one may have more between them than it takes.
    count = min(progress.count + added, achievement.count)
    return AchievementProgress(count, now if count == achievement.count else None)


def merged(one: Achievements, other: Achievements) -> Achievements:
    """What either has unlocked is unlocked, since the earlier; the rest adds up, and the next event finds it done.

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


def worth(achievement: Achievement, event: Event) -> int:
    """How much an event of the right type adds; 0 when a condition does not hold."""
    for field, wanted in achievement.where.items():
        found = getattr(event, field)
        if not (found >= wanted.min if isinstance(wanted, AtLeast) else found == wanted):
            return 0
    return max(getattr(event, achievement.adds), 0) if achievement.adds else 1
