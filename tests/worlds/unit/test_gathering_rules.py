"""What one gets at a place. Source: worlds 23.1, with acceptance 1, 2 and 8."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worlds.generation.biomes import Biome
from worlds.items.content import items
from worlds.minerals.content import minerals
from worlds.minerals.models import TOOLS as HARDNESS
from worlds.minerals.rules import mined_share, mining_level
from worlds.resources.content import resources
from worlds.resources.gathering import TOOLS, experience, failure, harvest
from worlds.resources.rules import population_at
from worlds.skills.models import SKILL_CATEGORIES, Skill


@pytest.mark.parametrize(
    ("quantity", "level", "tool", "luck", "got"),
    [
        (100, 50, 1, 1, 75),
        (100, 100, 1.3, 1.2, 100),
        (80, 0, 0.5, 1.2, 24),
        (1.9, 0, 0.5, 0.8, 1),
        (10.9, 100, 1.3, 1.2, 10),
    ],
)
def test_the_yield(quantity: float, level: int, tool: float, luck: float, got: int):
    assert harvest(quantity, level, tool, luck) == got


@given(st.floats(1, 100_000), st.integers(0, 100), st.sampled_from((0.5, *TOOLS)), st.floats(0.8, 1.2))
def test_one_never_gets_more_than_is_there_nor_nothing(quantity: float, level: int, tool: float, luck: float):
    assert 1 <= harvest(quantity, level, tool, luck) <= quantity


def test_missing_skill_makes_attempts_fail():
    assert [failure(30, level) for level in (30, 50, 29, 10, 9, 0)] == [0, 0, 0.25, 0.25, 0.5, 0.5]


def test_better_tools_bring_more():
    assert TOOLS == (0.7, 0.7, 1.0, 1.3, 1.3)


def test_experience_grows_with_what_a_place_asks_for():
    assert [experience(level, is_success=True) for level in (0, 5, 55)] == [10, 10, 110]
    assert experience(0, is_success=False) == 5


@pytest.mark.parametrize(
    ("depth", "grade", "level"),
    [(300, 0.3, 80), (300, 0.6, 70), (300, 0.1, 90), (60, 0.3, 20), (10, 0.9, 0), (3_000, 0.49, 80)],
)
def test_deep_and_poor_ore_asks_for_more_skill(depth: float, grade: float, level: int):
    assert mining_level(depth, grade) == level


def test_less_comes_out_of_deep_and_poor_mines():
    assert mined_share(0, 1) == 1
    assert mined_share(2_000, 0.5) == pytest.approx(0.45)
    assert mined_share(19_999, 0.5) == pytest.approx(0.05)


def test_each_ground_and_each_mineral_has_a_product_and_some_tool():
    tools = [each.tool for each in items.by_key.values() if each.tool]

    assert {each.product for each in resources.by_key.values()} <= {*items.by_key}
    assert len({each.product for each in minerals.by_key.values()}) == len(minerals.by_key)
    assert {skill for each in tools for skill in each.skills} >= {*SKILL_CATEGORIES["Gathering"]}
    assert {each.skill for each in resources.by_key.values()} == {*SKILL_CATEGORIES["Gathering"]}
    assert all(each.material in HARDNESS for each in tools)
    assert Skill.MINING in {skill for each in tools if each.material == "stone" for skill in each.skills}


def test_where_animals_have_died_out_there_are_none():
    def world(*kinds: int, extinctions: int = 0) -> dict[str, object]:
        homes = {str(each): {"kind": each, "biomes": [Biome.TAIGA]} for each in kinds}
        return {"deep_time": {"seen": {"homes": homes, "extinctions": extinctions}}}

    assert population_at({}, Biome.TAIGA) is None
    assert population_at(world(0, 1), Biome.TAIGA) is None
    assert population_at(world(0), Biome.TAIGA) == 0
    assert population_at(world(0, 1), Biome.DESERT) == 0
    assert population_at(world(), Biome.TAIGA) is None
    assert population_at(world(extinctions=5), Biome.TAIGA) == 0
