"""Technology and recipes as they ship: how many there are, and what a world holds of them. Source: worlds 23.2."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kernel.content.errors import ContentError
from kernel.content.library import Library
from worlds import contents
from worlds.configs import shipped
from worlds.crafting.content import recipes
from worlds.interview.configuration import WorldConfiguration
from worlds.interview.deriving import generation_of
from worlds.items.content import items
from worlds.reaching import rules as reach
from worlds.technology import rules
from worlds.technology.content import technology
from worlds.technology.models import (
    NodeKnownAlready,
    PrerequisitesMissing,
    TechnologyLevel,
    WorldTechnology,
    technology_of,
)

NODES = technology.by_key
FUTURE = WorldTechnology(TechnologyLevel.FUTURISTIC, magic=1.0)


def test_each_level_has_as_many_nodes_as_the_specification_wants_and_each_of_its_tiers_has_some():
    wanted = {"primitive": (15, 20), "medieval": (20, 30), "industrial": (25, 35), "modern": (20, 30)}
    counted = Counter(each.level for each in NODES.values())
    for level, (least, most) in {**wanted, "futuristic": (15, 25)}.items():
        assert least <= counted[TechnologyLevel(level)] <= most, level
        assert {each.tier for each in NODES.values() if each.level == level} == {1, 2, 3, 4}, level
    assert len(NODES) >= 95


@pytest.mark.parametrize(
    ("key", "level", "tier", "seconds", "requires"),
    [
        ("fire_starting", "primitive", 1, 300, ()),
        ("stone_tools", "primitive", 1, 600, ()),
        ("pottery", "primitive", 2, 1_200, ("fire_starting",)),
        ("basic_agriculture", "primitive", 3, 2_400, ("pottery",)),
        ("iron_smelting", "medieval", 1, 3_600, ()),
        ("blacksmithing", "medieval", 1, 4_800, ("iron_smelting",)),
    ],
)
def test_the_given_nodes_are_as_given(key: str, level: str, tier: int, seconds: int, requires: tuple[str, ...]):
    node = NODES[key]
    assert (node.level, node.tier, node.seconds, node.requires) == (level, tier, seconds, requires)


def test_there_are_260_recipes_of_all_categories_and_the_given_ones_are_as_given():
    rows = recipes.by_key
    assert len(rows) >= 260
    assert {each.category for each in rows.values()} == {
        *("weapon", "armor", "tool", "consumable", "building", "component")
    }
    axe, pot = rows["stone_axe"], rows["clay_pot"]
    assert [(each.item, each.quantity) for each in axe.ingredients] == [("stone", 1), ("stick", 1)]
    assert (axe.skill, axe.level, axe.seconds, axe.value, axe.difficulty) == ("Herbalism", 0, 300, 10, "trivial")
    assert [(each.item, each.quantity) for each in pot.ingredients] == [("clay", 2)]
    assert pot.station is not None
    assert (pot.station.type, pot.station.tier) == ("kiln", 1)
    assert (pot.skill, pot.level, pot.seconds, pot.value, pot.difficulty) == ("Carpentry", 10, 600, 15, "easy")


def test_recipes_become_longer_and_harder_with_the_level_of_their_node():
    of_level = {
        level: [each for each in recipes.by_key.values() if NODES[each.node].level == level]
        for level in TechnologyLevel
    }
    first, last = of_level[TechnologyLevel.PRIMITIVE], of_level[TechnologyLevel.FUTURISTIC]
    assert {300 <= each.seconds <= 900 and each.level <= 10 and len(each.ingredients) <= 3 for each in first} == {True}
    assert {28_800 <= each.seconds <= 86_400 and 60 <= each.level <= 80 for each in last} == {True}
    assert {5 <= len(each.ingredients) <= 10 for each in last} == {True}


@pytest.mark.parametrize(
    ("key", "kind", "damage"),
    [
        *(("short_sword", "slashing", 15), ("longsword", "slashing", 22), ("greatsword", "slashing", 35)),
        *(("dagger", "piercing", 10), ("spear", "piercing", 18), ("rapier", "piercing", 20)),
        *(("club", "bludgeoning", 12), ("mace", "bludgeoning", 20), ("warhammer", "bludgeoning", 30)),
        *(("short_bow", "ranged", 18), ("longbow", "ranged", 28), ("crossbow", "ranged", 32)),
    ],
)
def test_the_weapons_of_the_specification_can_be_made_and_hurt_as_they_should(key: str, kind: str, damage: int):
    assert key in recipes.by_key
    assert (items.by_key[key].damage_type, items.by_key[key].base_damage) == (kind, damage)


@pytest.mark.parametrize("level", TechnologyLevel)
@pytest.mark.parametrize("magic", [0.0, 1.0])
def test_all_that_a_world_holds_can_be_reached_there_from_nothing(level: TechnologyLevel, magic: float):
    world = WorldTechnology(level, magic)
    held = {key for key, each in NODES.items() if rules.is_held(each, world)}

    found = reach.reached(shipped, world)

    assert found.nodes == held
    assert found.recipes == {key for key, each in recipes.by_key.items() if each.node in held}


def _changed(folder: Path, file: str, change: Any) -> Library:
    root = folder / "configs" / "worlds"
    shutil.copytree(shipped.root, root)
    path = root / file
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    return Library(root)


def test_an_author_learns_of_a_recipe_that_no_one_could_ever_make(tmp_path: Path):
    def only_by_itself(content: Any) -> None:
        next(each for each in content["recipes"] if each["key"] == "stone_axe")["ingredients"] = [{"item": "stone_axe"}]
        del content["tools"][1]["items"][1:]

    with pytest.raises(ContentError, match="no one in a primitive world can make it"):
        contents.check(_changed(tmp_path, "recipes.json", only_by_itself))


def test_an_author_learns_of_nodes_that_require_each_other(tmp_path: Path):
    def around(content: Any) -> None:
        content["nodes"][0]["requires"] = ["pottery"]

    with pytest.raises(ContentError, match="require each other"):
        contents.check(_changed(tmp_path, "technology.json", around))


@pytest.mark.parametrize(
    ("word", "level"),
    [
        *(("stone_age", "primitive"), ("medieval", "medieval"), ("renaissance", "medieval"), ("mixed", "medieval")),
        *(("industrial", "industrial"), ("modern", "modern"), ("futuristic", "futuristic"), ("", "medieval")),
    ],
)
def test_the_level_of_a_world_follows_from_its_interview(word: Any, level: str):
    made_from = generation_of(WorldConfiguration(tech_level=word, magic_level="common"), 1)
    assert technology_of(made_from) == WorldTechnology(TechnologyLevel(level), 0.8)


def test_a_world_from_before_technology_is_medieval():
    assert technology_of({}) == WorldTechnology(TechnologyLevel.MEDIEVAL, 0)


def test_what_is_below_the_level_of_a_world_is_known_to_all_and_what_is_above_it_to_no_one():
    world = WorldTechnology(TechnologyLevel.MEDIEVAL)
    known = rules.known_nodes((), world)
    assert {NODES[key].level for key in known} == {TechnologyLevel.PRIMITIVE}
    assert {each.level for each in rules.within_reach(known, world)} == {TechnologyLevel.MEDIEVAL}
    assert rules.known_nodes((), WorldTechnology(TechnologyLevel.PRIMITIVE)) == frozenset()


def test_blacksmithing_waits_for_iron_smelting_and_is_unlocked_once():
    smelting, smithing = NODES["iron_smelting"], NODES["blacksmithing"]
    with pytest.raises(PrerequisitesMissing, match="Iron Smelting"):
        rules.unlocked(smithing, frozenset())
    known = rules.unlocked(smithing, rules.unlocked(smelting, frozenset()))
    assert known == {"iron_smelting", "blacksmithing"}
    assert rules.unlocked(smithing, known) == known
    with pytest.raises(NodeKnownAlready):
        rules.require_unlockable(smithing, known)


def test_magic_makes_research_faster_and_dominant_magic_gives_steam_and_electricity_a_counterpart():
    steam, arcane = NODES["steam_engine"], NODES["arcane_engine"]
    plain, common = (WorldTechnology(TechnologyLevel.INDUSTRIAL, magic) for magic in (0.0, 0.8))
    dominant = WorldTechnology(TechnologyLevel.INDUSTRIAL, 1.0)
    assert [rules.research_seconds(steam, each) for each in (plain, common)] == [14_400, 10_800]
    assert [rules.is_held(arcane, each) for each in (plain, common, dominant)] == [False, False, True]
    assert {each.counterpart_of for each in NODES.values()} == {None, "steam_engine", "electricity"}
    railways = NODES["railways"]
    assert rules.missing(railways, {"arcane_engine", "bessemer_steel"}) == []
