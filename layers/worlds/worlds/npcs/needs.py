"""What people of the game need: 13 needs from 0 to 100, which time changes at even rates. Pure. Source: worlds 18.1.

A stretch of time adds something to a need, and keeps it between 0 and 100. Stretches one after another are again an
addition within bounds, and so are days that are all alike: any time is settled at once, and in parts it is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from math import inf
from typing import Final, NamedTuple

from msgspec import Struct

from worlds.bodies.models import ATTRIBUTE_GROUPS, Attribute
from worlds.npcs.personality import (
    CONSCIENTIOUSNESS,
    EXTRAVERSION,
    NEUROTICISM,
    OPENNESS,
    Personality,
)


class Need(StrEnum):
    """What someone can lack."""

    HUNGER = "hunger"
    THIRST = "thirst"
    SLEEP = "sleep"
    SAFETY = "safety"
    COMPANIONSHIP = "companionship"
    CONVERSATION = "conversation"
    AFFECTION = "affection"
    TASK_COMPLETION = "task_completion"
    SKILL_IMPROVEMENT = "skill_improvement"
    RESOURCE_ACQUISITION = "resource_acquisition"
    CURIOSITY = "curiosity"
    HEDONISM = "hedonism"
    CREATIVITY = "creativity"


Needs = Mapping[str, float]
"""{need: 0 to 100}; what is missing is 0."""

_ALL = tuple(Need)
SURVIVAL: Final = _ALL[:4]
SOCIAL: Final = _ALL[4:7]
ACHIEVEMENT: Final = _ALL[7:10]
FULL: Final = 100.0

_TIERS: Final = ((SURVIVAL, 4.0, NEUROTICISM), (SOCIAL, 2.0, EXTRAVERSION), (ACHIEVEMENT, 1.5, CONSCIENTIOUSNESS))
WEIGHTS: Final[Mapping[str, tuple[float, str]]] = {
    **{need: (weight, trait) for needs, weight, trait in _TIERS for need in needs},
    Need.CURIOSITY: (1.0, OPENNESS),
    Need.HEDONISM: (1.0, EXTRAVERSION),
    Need.CREATIVITY: (1.0, OPENNESS),
}
"""{need: (weight of its tier, the trait that makes it felt)}"""

ACT_AT: Final[Mapping[str, float]] = {Need.HUNGER: 70, Need.THIRST: 60, Need.SLEEP: 75, Need.SAFETY: 50}
"""When someone sees to a need before anything else."""
URGENT: Final = 95
"""The value of a survival need that interrupts everything."""

MET: Final[Mapping[str, tuple[Need, float]]] = {
    "eat": (Need.HUNGER, -FULL),
    "drink": (Need.THIRST, -FULL),
    "talk": (Need.CONVERSATION, -20),
    "friendly talk": (Need.COMPANIONSHIP, -15),
    "kindness": (Need.AFFECTION, -10),
    "task done": (Need.TASK_COMPLETION, -30),
    "practice": (Need.SKILL_IMPROVEMENT, -10),
    "gather": (Need.RESOURCE_ACQUISITION, -20),
    "explore": (Need.CURIOSITY, -FULL),
    "fun": (Need.HEDONISM, -FULL),
    "make": (Need.CREATIVITY, -10),
}
"""{what someone does: what need it changes, and by how much}"""

BODY_AND_MIND: Final = (*ATTRIBUTE_GROUPS["Physical"], *ATTRIBUTE_GROUPS["Mental"])


class Situation(Struct, frozen=True):
    """What the needs of a stretch of time depend on.

    Attributes:
        danger: of the place, 0 to 100; `hostile` are near.
        open_tasks: things that wait to be done.
        wealth: the share of people who have less, 0 to 100.
        is_bored: for more than two hours already.
    """

    is_asleep: bool = False
    has_company: bool = False
    in_combat: bool = False
    danger: float = 0.0
    hostile: int = 0
    open_tasks: int = 0
    wealth: float = 50.0
    near_unknown: bool = False
    is_bored: bool = False


class NeedChange(NamedTuple):
    """What a stretch of time does to a need: it adds something, and keeps the result between two bounds."""

    shift: float = 0.0
    low: float = -inf
    high: float = inf

    def of(self, value: float) -> float:
        """Return what becomes of a value."""
        return min(self.high, max(self.low, value + self.shift))

    def then(self, later: NeedChange) -> NeedChange:
        """Return both changes, one after the other, as one."""
        return NeedChange(self.shift + later.shift, later.of(self.low), later.of(self.high))


NO_CHANGE: Final = NeedChange()


def repeated(change: NeedChange, times: int) -> NeedChange:
    """Return a change that happens so many times, as one."""
    result, power = NO_CHANGE, change
    while times:
        if times & 1:
            result = result.then(power)
        power = power.then(power)
        times >>= 1
    return result


def rates(personality: Personality, situation: Situation) -> dict[Need, float]:
    """Return what an hour adds to each need but safety."""
    o, c, e = (personality.get(trait, 50) / 100 for trait in (OPENNESS, CONSCIENTIOUSNESS, EXTRAVERSION))
    return {
        Need.HUNGER: 1.0,
        Need.THIRST: 1.5,
        Need.SLEEP: -10.0 if situation.is_asleep else 1.0,
        Need.COMPANIONSHIP: -5.0 if situation.has_company else 0.5 * (0.5 + e),
        Need.CONVERSATION: 1 + e,
        Need.AFFECTION: 0.2,
        Need.TASK_COMPLETION: 2 * situation.open_tasks * (1 + c),
        Need.SKILL_IMPROVEMENT: 0.3 * o,
        Need.RESOURCE_ACQUISITION: (50 - situation.wealth) * 0.05,
        Need.CURIOSITY: 5 * o if situation.near_unknown else 0.0,
        Need.HEDONISM: 2 * (e + 1 - c) if situation.is_bored else 0.0,
        Need.CREATIVITY: 0.5 * o,
    }


def unsafe(situation: Situation) -> float:
    """Return how unsafe someone is: it follows from where they are alone."""
    if situation.in_combat:
        return FULL
    return min(FULL, situation.danger + 10 * situation.hostile)


def passing(personality: Personality, situation: Situation, hours: float) -> dict[Need, NeedChange]:
    """Return what a stretch of time of one kind does."""
    found = {need: NeedChange(rate * hours, 0.0, FULL) for need, rate in rates(personality, situation).items()}
    if hours:
        level = unsafe(situation)
        found[Need.SAFETY] = NeedChange(0.0, level, level)
    return found


def doing(what: str) -> dict[Need, NeedChange]:
    """Return what something does that someone does; `what` is one of MET."""
    need, change = MET[what]
    return {need: NeedChange(change, 0.0, FULL)}


def joined(changes: Iterable[Mapping[Need, NeedChange]]) -> dict[Need, NeedChange]:
    """Return changes that follow each other as one."""
    total: dict[Need, NeedChange] = {}
    for each in changes:
        for need, change in each.items():
            total[need] = total[need].then(change) if need in total else change
    return total


def changed(needs: Needs, change: Mapping[Need, NeedChange]) -> dict[str, float]:
    """Return the needs after a change."""
    return {need: change.get(need, NO_CHANGE).of(needs.get(need, 0.0)) for need in Need}


def settle(needs: Needs, personality: Personality, situation: Situation, hours: float) -> dict[str, float]:
    """Return the needs after so many hours of game time in one situation."""
    # As `changed` of `passing` would return, for a thousand people at once.
    after: dict[str, float] = {
        need: min(FULL, max(0.0, needs.get(need, 0.0) + rate * hours))
        for need, rate in rates(personality, situation).items()
    }
    after[Need.SAFETY] = unsafe(situation) if hours else needs.get(Need.SAFETY, 0.0)
    return after


def met(needs: Needs, what: str) -> dict[str, float]:
    """Return the needs after something that someone does or is done; `what` is one of MET."""
    return changed(needs, doing(what))


def priority(need: str, value: float, personality: Personality) -> float:
    """Return how much someone feels a need."""
    weight, trait = WEIGHTS[need]
    return value * (0.5 + personality.get(trait, 50) / 100) * weight


def most_felt(needs: Needs, personality: Personality) -> tuple[Need, float]:
    """Return the need that is felt most, and its priority."""
    scores = {need: priority(need, needs.get(need, 0.0), personality) for need in Need}
    need = max(scores, key=lambda each: scores[each])
    return need, scores[need]


def interrupts(need: str, value: float, score: float, current: float) -> bool:
    """Tell whether a need makes someone leave what they are doing.

    Args:
        score: the priority of the need.
        current: that of what they are doing it for.
    """
    return score > 2 * current or (need in SURVIVAL and value >= URGENT)


def pressing(needs: Needs) -> list[Need]:
    """Return the needs of survival that someone sees to now."""
    return [need for need in SURVIVAL if needs.get(need, 0.0) >= ACT_AT[need]]


def penalties(needs: Needs) -> dict[Attribute, int]:
    """Return what needs take from attributes; those of several needs add up."""
    lost = dict.fromkeys(BODY_AND_MIND, 0)

    def take(attributes: Iterable[Attribute], points: int) -> None:
        for each in attributes:
            lost[each] -= points

    if needs.get(Need.HUNGER, 0) >= 85:
        take(BODY_AND_MIND, 5)
    if needs.get(Need.THIRST, 0) >= 80:
        take(BODY_AND_MIND, 8)
    if needs.get(Need.SLEEP, 0) >= 90:
        take(BODY_AND_MIND, 12)
    elif needs.get(Need.SLEEP, 0) >= 75:
        take((Attribute.REFLEXES, Attribute.INTELLECT), 5)
    if needs.get(Need.COMPANIONSHIP, 0) >= 80:
        take((Attribute.PRESENCE,), 10)
    return {each: points for each, points in lost.items() if points}
