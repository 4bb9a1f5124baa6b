"""How opinions change: by actions, by time, and when someone is no longer as they were. Pure. Source: worlds 19."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from worlds.relationships.models import Opinion, PastAction, Relationship, SocialAction, Trait

MOST: Final = 100.0
DECAY: Final = 0.5 / 30
"""Points a day, without contact."""
DEAR, HATED = 75.0, -50.0
"""Affection above which an opinion lasts twice as long, and below which it fades twice as fast."""
HISTORY: Final = 20
BASELINE_DAYS: Final = 30
OLD: Final = 0.9
"""Of a baseline that is known, with each further action."""
NOTICED, MODERATE, SEVERE = 0.3, 0.5, 0.7
TRUST: Final = 0.5
"""Of their affection, that neighbours trust one another from before a player came. Ours."""
SEEN_BEFORE: Final = 3
"""Things that neighbours remember of someone from before a player came, where none are stored. Ours."""

EFFECTS: Final[Mapping[SocialAction, Opinion]] = {
    SocialAction.GIFT: Opinion(0, 5),  # and affection by its value
    SocialAction.HELP: Opinion(10, 8),
    SocialAction.SUPPORT: Opinion(5, 5),
    SocialAction.THREAT: Opinion(-15, -10, 20),
    SocialAction.LIE: Opinion(-10, -25),
    SocialAction.VIOLENCE: Opinion(-40, -20, 30),
    SocialAction.BETRAYAL: Opinion(-60, -50),
}
LOYALTY: Final[Mapping[SocialAction, float]] = {SocialAction.SUPPORT: 0.05, SocialAction.BETRAYAL: -0.3}
"""By how much an action moves what is usual, at once."""
USUAL: Final[Mapping[Trait, float]] = {
    Trait.GENEROSITY: 0.5,
    Trait.HONESTY: 0.5,
    Trait.SOCIABILITY: 0.5,
    Trait.LOYALTY: 0.5,
    Trait.AGGRESSION: 0.2,
    Trait.RECKLESSNESS: 0.2,
}
"""What an action says of those traits that it says nothing of."""
BEHAVIOUR: Final[Mapping[SocialAction, Mapping[Trait, float]]] = {
    SocialAction.GIFT: {Trait.GENEROSITY: 1.0, Trait.SOCIABILITY: 0.7},
    SocialAction.HELP: {Trait.GENEROSITY: 0.9, Trait.LOYALTY: 0.8},
    SocialAction.SUPPORT: {Trait.LOYALTY: 1.0, Trait.HONESTY: 0.8},
    SocialAction.THREAT: {Trait.AGGRESSION: 0.9, Trait.SOCIABILITY: 0.2},
    SocialAction.LIE: {Trait.HONESTY: 0.0, Trait.LOYALTY: 0.3},
    SocialAction.VIOLENCE: {Trait.AGGRESSION: 1.0, Trait.RECKLESSNESS: 0.9},
    SocialAction.BETRAYAL: {Trait.HONESTY: 0.0, Trait.LOYALTY: 0.0},
    SocialAction.TALK: {Trait.SOCIABILITY: 0.7},
    SocialAction.CHANGE: {},
}
WORSE: Final = frozenset({Trait.AGGRESSION, Trait.RECKLESSNESS})
"""Traits of which more is worse."""


def settle(opinion: Opinion, days: float) -> Opinion:
    """Return what is left of an opinion after so many days without contact. Fear stays.

    It fades in a straight line towards 0, whose slope changes where affection crosses a threshold: so the days are
    taken in up to two stretches, and it makes no difference how often this is asked.
    """
    affection, trust = opinion.affection, opinion.trust
    while days > 0 and (affection or trust):
        if affection > DEAR:
            rate, until = DECAY / 2, DEAR
        elif affection < HATED:
            rate, until = DECAY * 2, HATED
        else:
            rate, until = DECAY, None
        lasts = days if until is None else (affection - until) / rate if affection > 0 else (until - affection) / rate
        passed = min(days, lasts)
        affection = until if until is not None and lasts <= days else _towards_zero(affection, rate * passed)
        trust = _towards_zero(trust, rate * passed)
        days -= passed
    return Opinion(affection, trust, opinion.fear)


def changed(opinion: Opinion, by: Opinion) -> Opinion:
    """Return an opinion after a change, within its range."""
    return Opinion(
        _limited(opinion.affection + by.affection),
        _limited(opinion.trust + by.trust),
        _limited(opinion.fear + by.fear),
    )


def effect_of(action: SocialAction, value: float = 0.0) -> Opinion:
    """Return how an action changes an opinion.

    Args:
        value: of a gift.
    """
    effect = EFFECTS[action]
    return replace(effect, affection=value / 10) if action is SocialAction.GIFT else effect


def times(effect: Opinion, factor: float) -> Opinion:
    """Return an effect that is so many times as strong."""
    return Opinion(effect.affection * factor, effect.trust * factor, effect.fear * factor)


def behaviour_of(action: SocialAction, usual: Mapping[Trait, float] = USUAL) -> dict[Trait, float]:
    """Return what an action says of who did it.

    Args:
        usual: what it says of those traits that it says nothing of.
    """
    return {**usual, **BEHAVIOUR[action]}


def neighbours(npc_id: UUID, other_id: UUID, world_id: UUID, at: int, usual: Mapping[Trait, float]) -> Relationship:
    """Return what one thinks of another of the same village whom a player inhabits, and has always known.

    Args:
        usual: {trait: 0 to 1}, what they were like. A few things that they did then count as the last ones.
    """
    seen = PastAction(SocialAction.TALK, at, usual)
    return Relationship(
        npc_id=npc_id,
        other_id=other_id,
        world_id=world_id,
        settled_at=at,
        met_at=at,
        history=(seen,) * SEEN_BEFORE,
        baseline=usual,
        count=SEEN_BEFORE,
        frozen=usual,
    )


def acted(before: Relationship, interaction: PastAction, day: int) -> Relationship:
    """Return a relationship after an action: its history, and what is usual of the other one.

    Args:
        day: milliseconds of a day of the world.
    """
    count = before.count + 1
    history = (*before.history, interaction)[-HISTORY:]
    if not before.baseline:
        baseline = dict(interaction.behaviour)
    elif count <= HISTORY and interaction.at - before.met_at <= BASELINE_DAYS * day:
        baseline = {
            each: value + (interaction.behaviour[each] - value) / count for each, value in before.baseline.items()
        }
    else:
        recent = mean_of(history)
        baseline = {each: OLD * value + (1 - OLD) * recent[each] for each, value in before.baseline.items()}
    loyalty = baseline[Trait.LOYALTY] + LOYALTY.get(interaction.action, 0.0)
    baseline[Trait.LOYALTY] = max(0.0, min(1.0, loyalty))
    return replace(before, history=history, baseline=baseline, count=count)


def mean_of(history: Iterable[PastAction]) -> dict[Trait, float]:
    """Return how someone has behaved, on average."""
    behaviours = [each.behaviour for each in history]
    return {trait: sum(each[trait] for each in behaviours) / len(behaviours) for trait in Trait} if behaviours else {}


class Drift(Struct, frozen=True):
    """How far someone who is inhabited behaves otherwise than before.

    Attributes:
        size: 0 to 1, of the trait that has changed most.
        trait: which one; None without any actions.
        is_better: whether that is for the better.
    """

    size: float = 0.0
    trait: Trait | None = None
    is_better: bool = True


def drift_of(frozen: Mapping[Trait, float] | None, now: Mapping[Trait, float]) -> Drift:
    """Return how far someone has changed; none at all as long as there is nothing to compare."""
    if not frozen or not now:
        return Drift()
    trait = max(frozen, key=lambda each: abs(now[each] - frozen[each]))
    difference = now[trait] - frozen[trait]
    return Drift(abs(difference), trait, (difference > 0) != (trait in WORSE))


class DriftLevel(Struct, frozen=True):
    """What someone makes of a change in another.

    Attributes:
        name: subtle (a remark), moderate (a question) or severe (an alarm).
        effect: on what they think.
        weight: of the memory.
    """

    name: str
    effect: Opinion
    weight: float


def reaction_to(drift: Drift) -> DriftLevel | None:
    """Return how someone reacts to a change; None for one that they do not notice."""
    if drift.size < NOTICED:
        return None
    sign = 1 if drift.is_better else -1
    more = Opinion(sign * int(50 * drift.size), sign * int(30 * drift.size))
    if drift.size < MODERATE:
        return DriftLevel("subtle", changed(more, Opinion(sign * 5)), NOTICED)
    if drift.size < SEVERE:
        worse = Opinion() if drift.is_better else Opinion(0, -10, 5)
        return DriftLevel("moderate", changed(more, worse), 0.7)
    return DriftLevel("severe", changed(more, Opinion(0, -25)), 1.0)


def is_news(drift: Drift, noticed: float) -> bool:
    """Tell whether someone reacts to a change: when it reaches a level that they have not reacted to yet."""
    return any(noticed < level <= drift.size for level in (NOTICED, MODERATE, SEVERE))


def level_of(size: float) -> DriftLevel:
    """Return how someone reacts to a change for the better that they notice, by its size."""
    level = reaction_to(Drift(size))
    assert level is not None, "a change that no one notices"
    return level


def _towards_zero(value: float, by: float) -> float:
    return max(0.0, value - by) if value > 0 else min(0.0, value + by)


def _limited(value: float) -> float:
    return max(-MOST, min(MOST, value))
