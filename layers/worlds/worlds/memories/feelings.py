"""What someone feels about what has happened. Pure. Source: worlds 17."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from worlds.memories.models import Feeling, Occurrence
from worlds.npcs.personality import HIGH, LOW

_NOT_NEUROTIC: Final = 50


class Felt(Struct, frozen=True):
    """How something feels, and how much it moves someone.

    Attributes:
        profile: {feeling: 0 to 1}.
        weight: 0 to 1.
    """

    profile: Mapping[Feeling, float]
    weight: float


_FIXED: Final[Mapping[Occurrence, Felt]] = {
    Occurrence.THREAT: Felt({Feeling.FEAR: 0.95, Feeling.ANGER: 0.5}, 0.95),
    Occurrence.BETRAYAL: Felt({Feeling.ANGER: 0.8, Feeling.SADNESS: 0.6}, 0.9),
    Occurrence.PROMISE_BROKEN: Felt({Feeling.ANGER: 0.8, Feeling.SADNESS: 0.6}, 0.9),
    Occurrence.DEATH: Felt({Feeling.SADNESS: 0.9, Feeling.ANGER: 0.3}, 0.8),
    Occurrence.FIRST_MEETING: Felt({Feeling.SURPRISE: 0.5, Feeling.JOY: 0.2}, 0.5),
    Occurrence.TALK: Felt({Feeling.JOY: 0.1}, 0.1),
}
_KIND: Final = frozenset({Occurrence.GIFT, Occurrence.HELP, Occurrence.PROMISE, Occurrence.PROMISE_KEPT})


def felt(occurrence: Occurrence, share: float = 0.0) -> Felt:
    """Return what someone feels to whom something happens.

    Args:
        share: the relative value of a gift or a kindness, or the share of hit points that violence has cost; 0 to 1.
    """
    if occurrence in _FIXED:
        return _FIXED[occurrence]
    if occurrence in _KIND:
        return Felt({Feeling.JOY: 0.3 + 0.7 * share, Feeling.SURPRISE: 0.3}, 0.3 + 0.4 * share)
    if occurrence is Occurrence.VIOLENCE:
        return Felt({Feeling.FEAR: 0.5 + 0.5 * share, Feeling.ANGER: 0.5}, 0.7 + 0.3 * share)
    return Felt({Feeling.SURPRISE: 0.5}, share)


def seen_by_others(feeling: Felt) -> Felt:
    """Return what someone feels who only sees it happen to another. Ours: seven tenths of it."""
    return Felt({each: value * 0.7 for each, value in feeling.profile.items()}, feeling.weight * 0.7)


def tempered(feeling: Felt, personality: Mapping[str, float]) -> Felt:
    """Return how something feels to someone of a personality.

    The anxious fear and grieve more, the disagreeable are angrier, and the outgoing who are not anxious see the bright
    side of it.
    """
    factors: dict[Feeling, float] = {}
    neuroticism = personality.get("neuroticism", _NOT_NEUROTIC)
    if neuroticism >= HIGH:
        factors[Feeling.FEAR] = factors[Feeling.SADNESS] = 1.2
    if personality.get("agreeableness", 50) <= LOW:
        factors[Feeling.ANGER] = 1.3
    if personality.get("extraversion", 50) >= HIGH and neuroticism <= _NOT_NEUROTIC:
        factors |= {Feeling.JOY: 1.2, Feeling.SADNESS: 0.8}
    profile = {each: min(1.0, value * factors.get(each, 1.0)) for each, value in feeling.profile.items()}
    return Felt(profile, feeling.weight)


def mixed(profile: Mapping[Feeling, float]) -> dict[str, float]:
    """Return the feelings that are made of two."""
    joy, anger, fear, surprise, disgust = (
        profile.get(each, 0.0) for each in (Feeling.JOY, Feeling.ANGER, Feeling.FEAR, Feeling.SURPRISE, Feeling.DISGUST)
    )
    return {
        "anticipation": 0.5 * joy + 0.5 * surprise,
        "contempt": 0.6 * anger + 0.4 * disgust,
        "anxiety": 0.7 * fear + 0.3 * surprise,
    }
