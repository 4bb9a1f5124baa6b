"""What it takes to make something, and what comes of it. Pure. Source: worlds 22 and 23.2."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from fractions import Fraction
from math import ceil
from typing import Final
from uuid import UUID

from msgspec import Struct

from worlds.crafting.content import Recipe, RecipeDifficulty, RecipeIngredient, recipes
from worlds.fixtures.content import Station
from worlds.items import rules as items
from worlds.items.models import HIGHEST_QUALITY, Belongings, Held
from worlds.skills import rules as skills
from worlds.skills.models import Skill
from worlds.technology.content import Amount, technology
from worlds.technology.models import WorldTechnology
from worlds.technology.rules import is_held

AT_ONCE: Final = 600
"""Seconds: what takes no longer is made at once, and its time is paid afterwards. For the rest one stays and waits."""
WORK_AHEAD: Final = 1800
"""Seconds that may be owed before hands are too busy for more."""
SPECIALIST: Final = 50
"""Proficiency."""
MOST_PROFICIENT: Final = 100.0
LEAST_GAIN: Final = 0.1
GAINS: Final[Mapping[RecipeDifficulty, float]] = {"trivial": 1, "easy": 2, "medium": 3, "hard": 4, "extreme": 5}
"""{difficulty: the proficiency that a beginner gains}"""
FASTER: Final = 200
SPECIALIST_FASTER: Final = 0.15
BETTER: Final = 500
SPECIALIST_BETTER: Final = 0.1
TIERS: Final = HIGHEST_QUALITY + 1
SAME: Final = 0.6
COMPLEMENTARY: Final = 0.8
TRADITIONAL: Final = 1.0
NONSENSE: Final = 0.1
LUCK: Final = 0.3
"""What the chance of an experiment is multiplied with."""
TEACHING: Final = 0.7
TEACHING_FASTER: Final = 200
AFFECTION_TO_TEACH: Final = 40
"""That one of the game's own people needs for who teaches them, or whom they teach."""
AFFECTION_FOR_LESSON: Final = 5
"""What a lesson that succeeds adds to it."""
TRADES: Final[Mapping[str, Skill]] = {
    "smith": Skill.SMITHING,
    "miner": Skill.SMITHING,
    "woodcutter": Skill.CARPENTRY,
    "potter": Skill.CARPENTRY,
    "weaver": Skill.TAILORING,
    "hunter": Skill.TAILORING,
    "herbalist": Skill.HERBALISM,
    "chandler": Skill.ALCHEMY,
    "brewer": Skill.ALCHEMY,
    "baker": Skill.COOKING,
    "farmer": Skill.COOKING,
    "fisher": Skill.COOKING,
}
"""{occupation: in which skill those who live of it know what the world knows}"""
XP: Final = 5
"""For each thing that one makes; and one more for each minute."""

NewId = Callable[[], UUID]


class Taken(Struct, frozen=True):
    """What is left when the ingredients are gone, and what was used up: {item: how many}."""

    left: Belongings
    used: Mapping[str, int]


class Lacking(Struct, frozen=True):
    """What is missing of an ingredient; `quantity` is of the item that the recipe names."""

    amount: Amount
    quantity: int


class Experiment(Struct, frozen=True):
    """What trying two things with each other may lead to.

    Attributes:
        compatibility: how well both go together.
    """

    recipe: Recipe
    compatibility: float


def known_recipes(nodes: Set[str], learned: Iterable[str]) -> dict[str, Recipe]:
    """Return what someone knows how to make, in the order of the content.

    Args:
        nodes: keys of those that they know.
        learned: keys of recipes that they know besides.
    """
    extra = frozenset(learned)
    return {key: each for key, each in recipes.by_key.items() if each.node in nodes or key in extra}


def trade_recipes(occupation: str, world: WorldTechnology) -> dict[str, Recipe]:
    """Return what someone of an occupation knows how to make, as far as their world holds it."""
    return {
        key: each
        for key, each in recipes.by_key.items()
        if each.skill is TRADES.get(occupation) and is_held(technology.by_key[each.node], world)
    }


def lessons_of(occupation: str, world: WorldTechnology) -> list[str]:
    """Return the names of what someone of an occupation could teach, the easiest first."""
    known = sorted(trade_recipes(occupation, world).values(), key=lambda each: each.level)
    return [recipes.product(each).name for each in known]


def take(needs: Sequence[Amount], inventory: Belongings, new_id: NewId) -> Taken | list[Lacking]:
    """Use things up, such as the ingredients of a recipe; or say what is missing.

    Substitutes count, and may be mixed. What is worn is not used, and the poorest things that are good enough go first.
    """
    left, used, lacking = inventory, dict[str, int](), list[Lacking]()
    for amount in sorted(needs, key=lambda each: len(_choices(each))):  # the choosy ones first
        needed = Fraction(1)
        for choice in _choices(amount):
            least = amount.min_quality if isinstance(amount, RecipeIngredient) else 0
            for stack in _usable(left, choice.item, least):
                quantity = min(stack.quantity, ceil(needed * choice.quantity))
                if quantity > 0:
                    left, _ = items.take(left, stack.holding_id, quantity, new_id)
                    used[choice.item] = used.get(choice.item, 0) + quantity
                    needed -= Fraction(quantity, choice.quantity)
        if needed > 0:
            lacking.append(Lacking(amount, ceil(needed * amount.quantity)))
    return lacking or Taken(left, used)


def _choices(amount: Amount) -> tuple[Amount, ...]:
    return amount.choices if isinstance(amount, RecipeIngredient) else (amount,)


def _usable(inventory: Belongings, item: str, min_quality: int) -> list[Held]:
    found = (each for each in inventory.held if each.item.key == item and each.slot is None)
    return sorted((each for each in found if each.quality >= min_quality), key=lambda each: each.quality)


def has_tool(recipe: Recipe, inventory: Belongings) -> bool:
    """Tell whether someone carries a tool for a recipe that is not broken."""
    if recipe.tool is None:
        return True
    serving = recipes.tools[recipe.tool].items
    return any(each.item.key in serving and not each.is_broken for each in inventory.held)


def has_station(recipe: Recipe, stations: Iterable[Station]) -> bool:
    """Tell whether something near serves for a recipe."""
    needed = recipe.station
    return needed is None or any(each.serves(needed) for each in stations)


def quality(recipe: Recipe, level: int, proficiency: float, check: skills.SkillCheck | None) -> int:
    """Return how good what is made becomes: 0 is poor, 4 legendary.

    The skill over the minimum decides, with what practice adds. A check that fails costs a tier, and one that fails
    badly all of them; a stroke of luck adds one.

    Args:
        check: None for what is trivial.
    """
    share = (level - recipe.level) / max(1, skills.HIGHEST - recipe.level) + proficiency / BETTER
    if proficiency >= SPECIALIST:
        share += SPECIALIST_BETTER
    tier = int(share * TIERS + 1e-9)
    if check is not None and check.is_critical:
        tier = tier + 1 if check.is_success else 0
    elif check is not None and not check.is_success:
        tier -= 1
    return max(0, min(HIGHEST_QUALITY, tier))


def difficulty(recipe: Recipe) -> int | None:
    """Return what the skill is tested against; None for what never fails."""
    return skills.DIFFICULTIES.get(recipe.difficulty)


def seconds(recipe: Recipe, proficiency: float) -> float:
    """Return how long someone takes to make something, in the time of the world."""
    faster = proficiency / FASTER + (SPECIALIST_FASTER if proficiency >= SPECIALIST else 0)
    return recipe.seconds * (1 - faster)


def practised(recipe: Recipe, proficiency: float) -> float:
    """Return the proficiency after something was made once more."""
    gained = GAINS[recipe.difficulty] * (MOST_PROFICIENT - proficiency) / MOST_PROFICIENT
    return min(MOST_PROFICIENT, proficiency + max(LEAST_GAIN, gained))


def xp(recipe: Recipe) -> int:
    """Return the experience that making something brings the first times."""
    return XP + recipe.seconds // 60


def experiment(one: str, other: str, known: Set[str], world: WorldTechnology) -> Experiment | None:
    """Return what two things may lead to: the easiest recipe that is not known; None when there is none.

    Args:
        one, other: keys of items.
        known: keys of recipes.
    """
    of_one, of_other = (_new_recipes(key, known, world) for key in (one, other))
    both = [each for each in of_one if each in of_other and _needs_both(each, one, other)]
    if found := both or [*of_one, *of_other]:
        share = TRADITIONAL if both else compatibility(one, other)
        return Experiment(min(found, key=lambda each: (each.level, each.key)), share)
    return None


def compatibility(one: str, other: str) -> float:
    """Return how well two things go together that no recipe combines."""
    kind, with_kind = (recipes.material_of.get(key) for key in (one, other))
    if kind is None or with_kind is None:
        return NONSENSE
    if with_kind.key in kind.goes_with or kind.key in with_kind.goes_with:
        return COMPLEMENTARY
    return SAME if kind.key == with_kind.key else NONSENSE


def chance_to_discover(compatible: float, level: int) -> float:
    """Return how likely an experiment is to succeed."""
    return compatible * level / 100 * LUCK


def chance_to_teach(proficiency: float) -> float:
    """Return how likely a pupil is to understand a teacher."""
    return TEACHING + proficiency / TEACHING_FASTER


def lesson_seconds(recipe: Recipe) -> int:
    """Return how long a lesson takes, in the time of the world."""
    return 2 * recipe.seconds


def _new_recipes(item: str, known: Set[str], world: WorldTechnology) -> list[Recipe]:
    return [
        each
        for each in recipes.using.get(item, ())
        if each.key not in known and is_held(technology.by_key[each.node], world)
    ]


def _needs_both(recipe: Recipe, one: str, other: str) -> bool:
    """Tell whether a recipe uses two things as two ingredients, and not one in the place of the other."""
    choices = [{amount.item for amount in each.choices} for each in recipe.ingredients]
    return any(
        one in first and other in second
        for place, first in enumerate(choices)
        for number, second in enumerate(choices)
        if place != number
    )
