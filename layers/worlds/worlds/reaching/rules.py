"""What can be made at all: the graph of recipes and technology, walked from what the ground yields. Pure.

It is for authors: a recipe that no one can ever make is a mistake in the content.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Final

from msgspec import Struct

from kernel.content.library import Library
from kernel.content.problems import Problem
from worlds.building.things import StartingThingsSection
from worlds.crafting.content import Recipe, RecipesSection
from worlds.crafting.rules import has_station
from worlds.fixtures.content import FixturesSection
from worlds.items.content import WorldItemsSection
from worlds.minerals.content import MineralsSection
from worlds.minerals.models import HANDS
from worlds.minerals.rules import is_broken_by
from worlds.resources.content import ResourcesSection
from worlds.skills.models import Skill
from worlds.technology.content import TechnologySection
from worlds.technology.models import DOMINANT_MAGIC, LEVELS, WorldTechnology
from worlds.technology.rules import is_held, missing

RAW: Final = frozenset({"stick", "stone", "clay"})
"""What lies at the entrance of each world for the first recipes. Of what else lies there, there is one in a world."""


class Reached(Struct, frozen=True):
    """What people can come to in a world: keys."""

    items: frozenset[str]
    nodes: frozenset[str]
    recipes: frozenset[str]


def reached(library: Library, world: WorldTechnology) -> Reached:
    """Return what people can come to in a world who begin with nothing, and have all the time that they need.

    Resource grounds yield to bare hands; minerals break only by a tool that is hard enough.
    """
    recipes, technology = library[RecipesSection], library[TechnologySection].by_key
    fixtures = library[FixturesSection].by_key
    lying = {thing.item for thing in library[StartingThingsSection].document.things}
    items = lying & RAW
    items |= {each.product for each in library[ResourcesSection].document.resources}
    nodes, made = set[str](), set[str]()
    before = -1
    while before != (before := len(items) + len(nodes) + len(made)):
        items |= _mined(library, items)
        for node in technology.values():
            can_try = all(each.item in items for each in node.cost)
            if is_held(node, world) and can_try and not missing(node, nodes, technology):
                nodes.add(node.key)
        stations = [station for key in made if key in fixtures and (station := fixtures[key].station)]
        for recipe in recipes.by_key.values():
            if recipe.node in nodes and has_station(recipe, stations) and _has_things(recipes, recipe, items):
                made.add(recipe.key)
                items |= {each.item for each in recipe.by_products}
                items |= set() if recipe.is_building else {recipe.key}
    return Reached(frozenset(items), frozenset(nodes), frozenset(made))


def _mined(library: Library, items: Set[str]) -> set[str]:
    known = library[WorldItemsSection].by_key
    tools = (known[key].tool for key in items)
    materials = {HANDS, *(each.material for each in tools if each and Skill.MINING in each.skills)}
    return {
        each.product
        for each in library[MineralsSection].document.minerals
        if any(is_broken_by(each.hardness, material) for material in materials)
    }


def _has_things(recipes: RecipesSection, recipe: Recipe, items: Set[str]) -> bool:
    has_tool = recipe.tool is None or any(each in items for each in recipes.tools[recipe.tool].items)
    return has_tool and all(any(amount.item in items for amount in each.choices) for each in recipe.ingredients)


def problems(library: Library) -> Iterator[Problem]:
    """Yield what cannot be reached in worlds of the level where it belongs."""
    recipes, technology = library[RecipesSection], library[TechnologySection]
    for level in LEVELS:
        found = reached(library, WorldTechnology(level, DOMINANT_MAGIC))
        for node in technology.by_key.values():
            if node.level == level and node.key not in found.nodes:
                yield Problem(technology.file, f"nodes.{node.key}", f"no one in a {level} world can research it")
        for recipe in recipes.by_key.values():
            if technology.by_key[recipe.node].level == level and recipe.key not in found.recipes:
                yield Problem(recipes.file, f"recipes.{recipe.key}", f"no one in a {level} world can make it")
