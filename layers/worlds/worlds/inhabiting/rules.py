"""Who may be inhabited, and what they are like at that moment. Pure. Source: worlds 7.3."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from msgspec import Struct

from kernel.errors import Conflict, Refused
from kernel.naming import key
from worlds.inhabiting.models import NpcWish, OfferedNpc
from worlds.npcs.appearance import LifeStage
from worlds.npcs.personality import AGREEABLENESS, CONSCIENTIOUSNESS, EXTRAVERSION, NEUROTICISM, OPENNESS, Personality
from worlds.villages.models import Villager

FEWEST_RELATIONSHIPS: Final = 5
FEWEST_YEARS: Final = 1.0
"""Of the world, that someone has lived."""
MOST_OFFERED: Final = 5
MOST_READ: Final = 200
"""People of a world, village by village, among whom those who are offered are found."""


class InhabitableNpc(Struct, frozen=True, kw_only=True):
    """One of the game's own people, as far as it decides whether they can be inhabited.

    Attributes:
        years: lived, of the world.
    """

    name: str
    is_grown: bool
    years: float
    relationships: int
    is_alive: bool = True
    is_played: bool = False


class NotToInhabit(Refused):
    """Someone who cannot be taken over."""

    code = "invalid_input"
    message = "{name} cannot be played: {reason}. GET /api/game/entry-options lists those who can."


class AlreadyInhabited(Conflict):
    """Someone else plays them."""

    code = "conflict"
    message = "{name} is played by someone else now."


def require_eligible(candidate: InhabitableNpc) -> None:
    """Refuse to let someone be inhabited who is not grown, known and free.

    Raises:
        NotToInhabit, AlreadyInhabited
    """
    if candidate.is_played:
        raise AlreadyInhabited(name=candidate.name)
    if reason := _unfit(candidate):
        raise NotToInhabit(name=candidate.name, reason=reason)


def is_eligible(candidate: InhabitableNpc) -> bool:
    """Tell whether someone can be inhabited."""
    return not candidate.is_played and not _unfit(candidate)


def is_wished(someone: OfferedNpc, wish: NpcWish) -> bool:
    """Tell whether someone is what a player would like to be."""
    body = someone.body
    words = ((wish.occupation, body.occupation), (wish.species, body.species), (wish.place, someone.place))
    return (
        all(wanted is None or key(wanted) == key(there) for wanted, there in words)
        and wish.sex in (None, someone.npc.sex)
        and (wish.skill is None or any(key(each) == key(wish.skill) for each, level in body.skills.items() if level))
        and (wish.least_age is None or someone.years >= wish.least_age)
        and (wish.most_age is None or int(someone.years) <= wish.most_age)
    )


def in_order(people: Iterable[OfferedNpc], sort: str | None) -> list[OfferedNpc]:
    """Return people in the order that a player would like: the most first, and equals as they were."""
    ranks: Mapping[str | None, Callable[[OfferedNpc], float]] = {
        "relationships": lambda each: each.relationships,
        "years": lambda each: each.years,
        "skills": lambda each: sum(each.body.skills.values()),
    }
    rank = ranks.get(sort)
    return [*people] if rank is None else sorted(people, key=lambda each: -rank(each))


def _unfit(candidate: InhabitableNpc) -> str:
    if not candidate.is_alive:
        return "they have died"
    if candidate.years < FEWEST_YEARS:
        return "they have not lived for a year"
    if not candidate.is_grown:
        return "they are not grown"
    if candidate.relationships < FEWEST_RELATIONSHIPS:
        return "they know too few people"
    return ""


def relationships(of: Villager, people: Iterable[Villager], day: int, from_elsewhere: int) -> int:
    """Return how many people someone knows: their living kin, the grown neighbours of their village, and others.

    This is the one place that counts them.

    Args:
        from_elsewhere: people who are not of the village, and of whom they think something.
    """
    return from_elsewhere + sum(
        1
        for each in people
        if each.number != of.number
        and each.died is None
        and (each.stage(day) is not LifeStage.CHILD or of.number in (each.mother, each.father))
    )


def baseline(personality: Personality) -> Mapping[str, float]:
    """Return what someone is like, in the six traits that drift is measured in, each from 0 to 1.

    It is what their temper makes them do as long as nothing that they have done is counted.
    """
    o, c, e, a, n = (
        personality.get(trait, 50) / 100
        for trait in (OPENNESS, CONSCIENTIOUSNESS, EXTRAVERSION, AGREEABLENESS, NEUROTICISM)
    )
    return {
        "aggression": round(1 - a, 3),
        "generosity": round(a, 3),
        "honesty": round((a + c) / 2, 3),
        "sociability": round(e, 3),
        "recklessness": round((o + 2 - c - n) / 3, 3),
        "loyalty": round((a + c + 1 - o) / 3, 3),
    }
