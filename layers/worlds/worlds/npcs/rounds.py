"""What people of the game do by the hour, and what that makes of their needs. Pure.

A day is like any other: who gets up when, works how long and meets others follows from temper and trade. So where
someone is, and how they feel, follows from the time alone, and costs nothing while no one looks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

from worlds.npcs.appearance import LifeStage
from worlds.npcs.needs import Need, NeedChange, Needs, Situation, changed, doing, joined, passing, repeated
from worlds.npcs.personality import CONSCIENTIOUSNESS, EXTRAVERSION, NEUROTICISM, OPENNESS, Personality
from worlds.time.rules import HOUR


class Habit(StrEnum):
    """What someone does."""

    SLEEPS = "sleeps"
    EATS = "eats"
    WORKS = "works"
    MEETS = "meets"
    """Others, at the well."""
    RESTS = "rests"
    """At home, with the family."""
    STROLLS = "strolls"
    PLAYS = "plays"


class RoundSlot(NamedTuple):
    """A part of a day."""

    minute: int
    """Of the day, at which it begins."""
    activity: Habit


GRID: Final = 15
"""Minutes: everything begins at a quarter of an hour."""
DAY: Final = 24 * 60
OPEN_TASKS: Final = 2
"""Of a trade at any moment; towards evening, the conscientious think of nothing else."""
SITUATIONS: Final[Mapping[Habit, Situation]] = {
    Habit.SLEEPS: Situation(is_asleep=True),
    Habit.EATS: Situation(has_company=True),
    Habit.WORKS: Situation(open_tasks=OPEN_TASKS),
    Habit.MEETS: Situation(has_company=True),
    Habit.RESTS: Situation(has_company=True),
    Habit.STROLLS: Situation(near_unknown=True),
    Habit.PLAYS: Situation(has_company=True),
}
BEGINNINGS: Final[Mapping[Habit, Sequence[str]]] = {
    Habit.SLEEPS: (),
    Habit.EATS: ("eat", "drink"),
    Habit.WORKS: ("practice",),
    Habit.MEETS: ("drink", "talk", "talk", "talk"),
    Habit.RESTS: (*["task done"] * 4, "gather", "make", "kindness", "talk"),
    Habit.STROLLS: ("explore",),
    Habit.PLAYS: ("drink", "fun", "talk", "talk"),
}
"""What is done when something begins, in words of `needs.MET`; what someone works for is there in the evening."""


def day_of(personality: Personality, stage: LifeStage) -> tuple[RoundSlot, ...]:
    """Return what someone does on a day, from midnight on, in the order of the minutes."""
    traits = tuple(personality.get(each, 50.0) for each in (OPENNESS, CONSCIENTIOUSNESS, EXTRAVERSION, NEUROTICISM))
    return _day(traits, stage)


@lru_cache(maxsize=2_000)
def _day(traits: tuple[float, ...], stage: LifeStage) -> tuple[RoundSlot, ...]:
    openness, conscientiousness, extraversion, neuroticism = traits
    # The conscientious rise early, the sociable stay up, the anxious lie awake; curious ones go for a walk.
    wakes = 6 * 60 + 30 - (conscientiousness - 50) * 1.5 + (neuroticism - 50) * 0.5
    sleeps = 21 * 60 + 15 + (extraversion - 50) * 1.2
    if stage is LifeStage.CHILD:
        wakes, sleeps = 7 * 60, 20 * 60
        slots = [
            (0, Habit.SLEEPS),
            (wakes, Habit.EATS),
            (wakes + 45, Habit.PLAYS),
            (12 * 60, Habit.EATS),
        ]
        slots += [(12 * 60 + 45, Habit.PLAYS), (17 * 60, Habit.RESTS), (18 * 60, Habit.EATS)]
        slots += [(18 * 60 + 45, Habit.RESTS), (sleeps, Habit.SLEEPS)]
        return _on_grid(slots)
    ends = 16 * 60 + 30 + (conscientiousness - 50) * 1.2
    if stage is LifeStage.ELDER:
        ends = 14 * 60
    noon = 12 * 60 - (conscientiousness - 50) * 0.3
    slots = [
        (0, Habit.SLEEPS),
        (wakes, Habit.EATS),
        (wakes + 45, Habit.WORKS),
        (noon, Habit.EATS),
    ]
    slots.append((noon + 45, Habit.WORKS))
    company = max(30.0, extraversion * 1.5)
    slots.append((ends, Habit.MEETS))
    if openness >= 60:
        slots.append((ends + company, Habit.STROLLS))
        company += 45
    slots += [(ends + company, Habit.RESTS), (18 * 60 + 45, Habit.EATS)]
    slots += [
        (19 * 60 + 30, Habit.MEETS if extraversion >= 60 else Habit.RESTS),
        (sleeps, Habit.SLEEPS),
    ]
    return _on_grid(slots)


def _on_grid(slots: Sequence[tuple[float, Habit]]) -> tuple[RoundSlot, ...]:
    found: list[RoundSlot] = []
    for minute, activity in slots:
        at = round(minute / GRID) * GRID
        if found and at <= found[-1].minute:
            at = found[-1].minute + GRID
        found.append(RoundSlot(at, activity))
    return tuple(each for each in found if each.minute < DAY)


def slot_at(day: Sequence[RoundSlot], minute: float) -> RoundSlot:
    """Return what someone does at a minute of the day."""
    return next(each for each in reversed(day) if each.minute <= minute)


def minute_of(at: int, hours_per_day: int) -> float:
    """Return the minute of the day; a day of any length has 24 hours of 60 minutes of its own.

    Args:
        at: milliseconds of the world's time.
    """
    length = hours_per_day * HOUR
    return at % length * DAY / length


def next_change(day: Sequence[RoundSlot], at: int, hours_per_day: int) -> int:
    """Return when someone next does something else, in milliseconds of the world's time."""
    length = hours_per_day * HOUR
    midnight = at - at % length
    minute = minute_of(at, hours_per_day)
    later = next((each.minute for each in day if each.minute > minute), DAY)
    return midnight + later * length // DAY


def awake_at(day: Sequence[RoundSlot], at: int, hours_per_day: int) -> int:
    """Return when someone who sleeps gets up, in milliseconds of the world's time.

    Who sleeps in the middle of the day, because they could not wait, goes on with what comes next.
    """
    length = hours_per_day * HOUR
    midnight = at - at % length
    minute = minute_of(at, hours_per_day)
    later = [each.minute for each in day if each.minute > minute and each.activity is not Habit.SLEEPS]
    up = next(each.minute for each in day if each.activity is not Habit.SLEEPS)
    return midnight + min(later, default=DAY + up) * length // DAY


def settle(
    needs: Needs, personality: Personality, stage: LifeStage, start: int, end: int, hours_per_day: int = 24
) -> dict[str, float]:
    """Return the needs of someone who goes about their day, from a moment to another.

    What begins at `start` exactly has begun before.

    Args:
        start, end: milliseconds of the world's time.
    """
    if end <= start:
        return changed(needs, {})
    length = hours_per_day * HOUR
    day = day_of(personality, stage)
    first, last = start // length, end // length
    if first == last:
        return changed(needs, _part(personality, day, start % length, end % length, length, begins=False))
    changes = [_part(personality, day, start % length, length, length, begins=False)]
    if last - first > 1:
        whole = _part(personality, day, 0, length, length, begins=True)
        changes.append({need: repeated(change, last - first - 1) for need, change in whole.items()})
    changes.append(_part(personality, day, 0, end % length, length, begins=True))
    return changed(needs, joined(changes))


def _part(
    personality: Personality, day: Sequence[RoundSlot], start: int, end: int, length: int, *, begins: bool
) -> dict[Need, NeedChange]:
    """Return what a part of a day does.

    Args:
        start, end: milliseconds of the day.
        begins: what begins at its start begins within it.
    """
    changes: list[Mapping[Need, NeedChange]] = []
    ends = [each.minute * length // DAY for each in day[1:]] + [length]
    for slot, until in zip(day, ends, strict=True):
        since = slot.minute * length // DAY
        if since > end or until < start:
            continue
        if start < since or (begins and since == start):
            changes += [doing(what) for what in BEGINNINGS[slot.activity]]
        hours = (min(end, until) - max(start, since)) / HOUR
        if hours > 0:
            changes.append(passing(personality, SITUATIONS[slot.activity], hours))
    return joined(changes)
