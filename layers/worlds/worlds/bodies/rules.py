"""How a body comes about, what follows from it, and what may be written about it. Pure. Source: worlds 2.4, 7."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from random import Random
from types import MappingProxyType
from typing import Final

from kernel.look_alikes import is_of_one_script, look_of, sounds_like_ours
from kernel.naming import clean_name, key, quoted
from kernel.texts import listed
from worlds.bodies.content import BackgroundAnswer, BackgroundQuestion, Species
from worlds.bodies.models import (
    AdminRoleForbidden,
    Attribute,
    AttributeRepeated,
    Attributes,
    BudgetExceeded,
    CharacterNameInvalid,
    CharacterNameOfManyScripts,
    CharacterNameReserved,
    Derived,
    DescriptionTooLong,
    GeneratedBody,
    NegativePurchase,
    OccupationTooLong,
    PurchaseTooHigh,
    QuestionAnsweredTwice,
    Role,
    UnknownAttribute,
    UnknownBackgroundAnswer,
    UnknownRole,
    UnknownSpecies,
)
from worlds.generation.randomness import Stream
from worlds.skills.models import Skill

LOWEST: Final = 1
HIGHEST: Final = 100
MOST_VARIANCE: Final = 5
"""Either way."""
BUDGET: Final = 100
MOST_BOUGHT: Final = 30
"""Points of one attribute."""
PRICED_ALIKE: Final = 10
"""Points of one attribute that cost the same each; the next ones cost 1 more."""
MOST_STARTING_SKILL: Final = 15
LARGEST_SEED: Final = 2**53 - 1
"""JavaScript reads it without loss."""

MAX_NAME: Final = 50
MAX_DESCRIPTION: Final = 500
MAX_OCCUPATION: Final = 100

_NOT_IN_NAMES: Final = re.compile(r"[:\uff1a\ufe55\ua789\u2236]|^\d+(?:\s*[.\uff0e]|(?:st|nd|rd|th)\s)", re.IGNORECASE)
"""Colons, and a number before a name."""
_RESERVED: Final = re.compile(
    r"\bsystem\b|\b(?:asks?|says?|shouts?|teiis?|wants?|whispers?)\b|^(?:you|someone|no one)\b|^(?:trade|iobby)$"
)
"""Of the look of a name: what lines of the game begin with, and what they say that someone does."""

_ATTRIBUTES: Final[Mapping[str, Attribute]] = {key(each): each for each in Attribute}


def derived(attributes: Attributes) -> Derived:
    """Return what a body has at most of hit points, stamina, focus, mana and nerve."""
    willpower = attributes[Attribute.WILLPOWER]
    return Derived(
        hp=10 * attributes[Attribute.VITALITY],
        stamina=7 * attributes[Attribute.ENDURANCE] + 3 * attributes[Attribute.MIGHT],
        focus=6 * attributes[Attribute.INTELLECT] + 4 * willpower,
        mana=6 * attributes[Attribute.INTUITION] + 4 * willpower,
        nerve=5 * willpower + 3 * attributes[Attribute.PRESENCE] + 2 * attributes[Attribute.REFLEXES],
    )


def choose_species(known: Iterable[Species], typed: str) -> Species:
    """Return the species of that name, ignoring case.

    Raises:
        UnknownSpecies
    """
    rows = tuple(known)
    wanted = key(typed)
    for each in rows:
        if wanted in (key(each.key), key(each.written_name), key(each.name)):
            return each
    raise UnknownSpecies(typed=quoted(typed), names=listed([each.name for each in rows]))


def generate(species: Species, seed: int, point_buy: Mapping[str, int], rng: Random) -> GeneratedBody:
    """Make a body: the species' values, what chance adds, and what the player adds to that.

    Args:
        seed: decides the variance; 0 picks a seed.
        point_buy: {name of an attribute, ignoring case: points}.
        rng: used for picking a seed only.

    Raises:
        UnknownAttribute, AttributeRepeated, NegativePurchase, PurchaseTooHigh, BudgetExceeded
    """
    bought = purchases(point_buy)
    seed = seed or rng.randint(1, LARGEST_SEED)
    varied = variance(seed)
    attributes = {
        each: max(LOWEST, min(HIGHEST, species.attributes[each] + varied[each] + bought.get(each, 0)))
        for each in Attribute
    }
    return GeneratedBody(species.key, seed, varied, bought, MappingProxyType(attributes))


def variance(seed: int) -> Attributes:
    """Return what chance adds to each attribute: the same for the same seed, on every machine."""
    stream = Stream(seed, "variance")
    return MappingProxyType({each: stream.below(2 * MOST_VARIANCE + 1) - MOST_VARIANCE for each in Attribute})


def purchases(point_buy: Mapping[str, int]) -> Attributes:
    """Return what was bought, without zeros, if it is allowed and the budget pays for it.

    Raises:
        UnknownAttribute, AttributeRepeated, NegativePurchase, PurchaseTooHigh, BudgetExceeded
    """
    bought: dict[Attribute, int] = {}
    for name, points in point_buy.items():
        attribute = _ATTRIBUTES.get(key(name))
        if attribute is None:
            raise UnknownAttribute(typed=quoted(name), names=listed(list(Attribute)))
        if attribute in bought:
            raise AttributeRepeated(attribute=attribute)
        if points < 0:
            raise NegativePurchase(attribute=attribute)
        if points > MOST_BOUGHT:
            raise PurchaseTooHigh(attribute=attribute, most=MOST_BOUGHT, points=points)
        bought[attribute] = points
    total = sum(map(cost_of, bought.values()))
    if total > BUDGET:
        raise BudgetExceeded(cost=total, budget=BUDGET)
    return MappingProxyType({each: points for each, points in bought.items() if points})


def cost_of(points: int) -> int:
    """Return what raising one attribute costs: 1 each for the first ten points, then 2, then 3."""
    return sum(max(0, points - free) for free in (0, PRICED_ALIKE, 2 * PRICED_ALIKE))


def starting_skills(questions: Iterable[BackgroundQuestion], answers: Iterable[str]) -> Mapping[Skill, int]:
    """Return {skill: level} that a character starts with.

    Args:
        answers: keys of answers, at most one for each question, in any order.

    Raises:
        UnknownBackgroundAnswer, QuestionAnsweredTwice
    """
    known: dict[str, tuple[BackgroundQuestion, BackgroundAnswer]] = {
        answer.key: (question, answer) for question in questions for answer in question.answers
    }
    answered: set[str] = set()
    levels: dict[Skill, int] = {}
    for each in answers:
        if each not in known:
            raise UnknownBackgroundAnswer(typed=quoted(each))
        question, answer = known[each]
        if question.key in answered:
            raise QuestionAnsweredTwice(question=question.text)
        answered.add(question.key)
        for skill, points in answer.skills.items():
            levels[skill] = min(MOST_STARTING_SKILL, levels.get(skill, 0) + points)
    return levels


def character_name(typed: str) -> str:
    """Return a character's name as it is stored: on one line, and all of it can be seen.

    What a character says and does begins with its name. So no name may read like a line of its own, such as
    `Bob says: ...`, like the game, or like the number of someone else, as in `2.Ann`. People are told apart by their
    names, so a name has letters of one script.

    Raises:
        CharacterNameInvalid, CharacterNameOfManyScripts, CharacterNameReserved
    """
    name = _line(typed)
    if not name or len(name) > MAX_NAME or _NOT_IN_NAMES.search(name):
        raise CharacterNameInvalid(most=MAX_NAME)
    if not is_of_one_script(name):
        raise CharacterNameOfManyScripts
    if sounds_like_ours(name) or _RESERVED.search(look_of(name)):
        raise CharacterNameReserved
    return name


def description(typed: str) -> str:
    """Return a character's description as it is stored; perhaps empty.

    Raises:
        DescriptionTooLong
    """
    text = _line(typed)
    if len(text) > MAX_DESCRIPTION:
        raise DescriptionTooLong(most=MAX_DESCRIPTION, length=len(text))
    return text


def occupation(typed: str) -> str:
    """Return a character's occupation as it is stored; perhaps empty.

    Raises:
        OccupationTooLong
    """
    text = _line(typed)
    if len(text) > MAX_OCCUPATION:
        raise OccupationTooLong(most=MAX_OCCUPATION, length=len(text))
    return text


def choose_role(typed: str, *, may_be_admin: bool) -> Role:
    """Return the role of that name, ignoring case; without a name, a player's.

    Raises:
        UnknownRole
        AdminRoleForbidden: the account is not an administrator's.
    """
    wanted = key(typed) or Role.PLAYER
    if wanted not in tuple(Role):
        raise UnknownRole(typed=quoted(typed))
    if wanted == Role.ADMIN and not may_be_admin:
        raise AdminRoleForbidden
    return Role(wanted)


def _line(typed: str) -> str:
    """Return a text on one line, without what cannot be seen; perhaps empty.

    JSON can carry half of a surrogate pair, which no database stores.
    """
    return clean_name(" ".join(typed.encode(errors="replace").decode().split()))
