"""How people of the game talk with each other. Pure. Source: worlds 18.3."""

from __future__ import annotations

from typing import Final, NamedTuple

MINUTES: Final = 5.0


class TalkReply(NamedTuple):
    """What came of a talk for both: affection and trust, and how much of it stays in mind."""

    name: str
    affection: int
    trust: int
    weight: float


AGREES: Final = TalkReply("agree", 3, 2, 0.7)
DISAGREES: Final = TalkReply("disagree", -5, -3, 0.6)
NEUTRAL: Final = TalkReply("neutral", 1, 0, 0.2)


def chance(extraversion: float, affection: float, need: float) -> float:
    """Return the chance that someone begins to talk; all from 0 to 100."""
    return 0.1 * (1 + extraversion / 100) * (1 + affection / 200) * (1 + need / 100)


def cooldown(extraversion: float) -> float:
    """Return the minutes until someone begins to talk again."""
    return MINUTES * (1 - extraversion / 200)


def greeting(affection: float) -> str:
    """Return how someone greets another."""
    return "warm" if affection > 60 else "polite" if affection >= 20 else "curt"


def topic_score(emotion: float, hours_ago: float, shared: float) -> float:
    """Return how much something is worth talking about.

    Args:
        emotion, shared: from 0 to 1.
    """
    return 0.4 * emotion + 0.3 * max(0.0, 1 - hours_ago / 24) + 0.3 * shared


def reply(agreeableness: float, affection: float) -> TalkReply:
    """Return what someone makes of what another one says."""
    mean = (agreeableness + affection) / 2
    return AGREES if mean > 60 else DISAGREES if mean < 30 else NEUTRAL
