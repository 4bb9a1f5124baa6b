"""Where one can gather, and how it grows again. Source: worlds 23.1; acceptance 23, 2 and 3; 28, acceptance 4."""

from __future__ import annotations

from collections import Counter
from functools import cache
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.grounds import SEED, made_ground
from worlds.generation.biomes import Biome
from worlds.generation.ground import GroundCover, Land
from worlds.generation.tiles import Tile, key_of
from worlds.ground.models import Terrain
from worlds.resources.content import Group, Rarity, resources
from worlds.resources.models import ResourceGround, Stock
from worlds.resources.rules import DENSITIES, GROWS_IN, capacity, densities, grounds_near, settled
from worlds.space.models import METRE, Position, Space, sphere
from worlds.time.rules import HOUR

HERE = Position(0, 0)


@cache
def terrain() -> Terrain:
    return Terrain(
        Land(SEED, "tiny", 10_000), {key_of(number): Tile(content) for number, content in made_ground().tiles}
    )


def biome_at(position: Position) -> Biome:
    return terrain().cell(position)[1].biome


def wooded(position: Position) -> Biome:
    return Biome.DECIDUOUS_FOREST


@cache
def all_grounds() -> list[ResourceGround]:
    return grounds_near(SEED, sphere(), HERE, 10_000 * METRE, terrain().cover, biome_at)


def forest(position: Position) -> GroundCover:
    return GroundCover(Biome.DECIDUOUS_FOREST, "")


def a_ground(key: str, most: float = 100) -> ResourceGround:
    kind = resources.by_key[key]
    return ResourceGround(
        key="1.2.3",
        kind=kind,
        position=HERE,
        most=most,
        regrowth=kind.regrowth,
        level=kind.level,
        is_rich=False,
    )


TABLE = """
oak 100-500 2 168 0; birch 80-400 2.5 168 5; maple* 100-300 1.5 168 15; medicinal_herbs 20-100 15 24 10;
berries 30-150 20 24 0; deer* 10-50 7 72 20; rabbit 15-75 10 48 5;
grain 50-200 18 24 0; cotton 40-180 12 48 10; hemp 35-160 14 48 8; bison 20-80 6 72 25; sheep 25-100 8 48 5;
nests* 15-60 10 24 12;
cactus* 10-50 5 72 15; aloe* 8-40 6 48 18; crystal** 1-10 0.5 168 40; scorpion** 3-15 5 72 35;
fish 50-250 10 24 0; kelp 40-200 18 24 5; seaweed 35-180 20 24 0; pearl** 1-5 0.3 168 50; coral* 5-25 1 168 30;
arctic_fox* 10-40 6 72 30; polar_bear** 5-20 5 168 60; ice_crystal* 3-15 2 72 25; lichen 15-60 8 48 10;
mahogany* 80-350 1.5 168 20; rare_medicine** 10-50 10 48 40; fruit 30-120 15 24 5; jaguar** 5-20 6 168 55;
mountain_herbs* 8-35 5 72 25; goat* 10-40 6 72 35
"""
"""As the rule has it: quantity, regrowth a day, hours of rest, skill; * for uncommon, ** for rare."""


def test_the_table_of_resource_grounds_is_the_rule():
    stars = {Rarity.COMMON: "", Rarity.UNCOMMON: "*", Rarity.RARE: "**"}

    found = [
        f"{key}{stars[each.rarity]} {each.quantity[0]:g}-{each.quantity[1]:g}"
        f" {each.regrowth:g} {each.rest_hours:g} {each.level:g}"
        for key, each in resources.by_key.items()
    ]

    assert found == [" ".join(each.split()) for each in TABLE.split(";")]


def test_everything_is_where_it_is_at_home():
    grounds = all_grounds()

    assert len({each.key for each in grounds}) == len(grounds) > 300
    assert len({each.kind.key for each in grounds}) > 10
    for each in grounds:
        ground = terrain().at(each.position)
        assert ground.biome in each.kind.biomes
        assert ground.water == ("sea" if ground.biome == Biome.OCEAN else "")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_there_are_as_many_in_a_square_kilometre_as_the_rule_says(seed: int):
    """Those around others come on top; the first of each cluster has three parts in its key."""
    found = grounds_near(seed, Space("infinite"), HERE, 4_000 * METRE, forest, wooded)
    area = 3.1416 * 4 * 4
    first = Counter(each.kind.key for each in found if each.key.count(".") == 2)

    for key, number in first.items():
        wanted = densities(seed)[key]
        assert number / area == pytest.approx(wanted, rel=0.4)
        kind = resources.by_key[key]
        low, high = DENSITIES[kind.rarity]
        assert low <= wanted / (1.5 if kind.group is Group.PLANT else 1) <= high
    assert {resources.by_key[key].rarity for key in first} == {Rarity.COMMON, Rarity.UNCOMMON}


def test_there_is_more_of_what_the_people_of_a_world_need_within_what_the_rule_says():
    """Source: worlds 10.4; the shares of an interview were stored, and nothing looked at them."""
    usual, wanted = densities(1), densities(1, (("food", 0.2), ("stone", 0.5), ("wood", 0.3)))

    for key, kind in resources.by_key.items():
        most = DENSITIES[kind.rarity][1] * (1.5 if kind.group is Group.PLANT else 1)
        share = 0.3 if "wood" in kind.goods else 0.2 if "food" in kind.goods else 0
        assert wanted[key] == pytest.approx(usual[key] + (most - usual[key]) * share)
    shares = (("wood", 1.0),)
    found = [grounds_near(1, Space("infinite"), HERE, 4_000 * METRE, forest, wooded, each) for each in ((), shares)]
    few, many = (sum("wood" in each.kind.goods for each in grounds) for grounds in found)
    assert many > 1.2 * few


def test_plants_grow_in_clusters_and_animals_do_not():
    found = grounds_near(5, Space("infinite"), HERE, 5_000 * METRE, forest, wooded)
    members = Counter(each.key.rsplit(".", 2)[0] for each in found if each.key.count(".") == 4)
    plants = [each for each in found if each.key.count(".") == 2 and each.kind.group is Group.PLANT]

    assert not any(each.kind.group is Group.ANIMAL for each in found if each.key.count(".") == 4)
    whole = [each for each in plants if abs(each.position.x) + abs(each.position.y) < 4_700 * METRE]
    assert mean(each.key in members for each in whole) == pytest.approx(0.6, abs=0.04)
    assert {members[each.key] for each in whole} == {0, 2, 3, 4, 5}
    kinds = {each.key: each.kind.key for each in found}
    for each in found:
        if each.key.count(".") == 4 and (first := each.key.rsplit(".", 2)[0]) in kinds:
            assert each.kind.key == kinds[first]


def test_one_in_twenty_is_rich():
    found = grounds_near(5, Space("infinite"), HERE, 4_000 * METRE, forest, wooded)

    assert mean(each.is_rich for each in found) == pytest.approx(0.05, abs=0.01)
    for each in found:
        low, high = each.kind.quantity
        times = 3 if each.is_rich else 1
        assert low * times <= each.most <= high * times
        assert each.regrowth == each.kind.regrowth * (2 if each.is_rich else 1)
        assert each.level == each.kind.level + (10 if each.is_rich else 0)


@given(st.integers(0, 99_999), st.integers(-24_999, 24_999), st.integers(1, 300))
def test_everyone_sees_the_same_grounds_from_everywhere(x: int, y: int, metres: int):
    near = grounds_near(SEED, sphere(), Position(x, y), metres * METRE, terrain().cover, biome_at)

    assert {each.key: each for each in near}.items() <= {each.key: each for each in all_grounds()}.items()


def test_a_ground_grows_again_in_fractions_after_its_rest():
    """The original's slow resources never grew again, because fractions were cut off."""
    oak = a_ground("oak")
    rest = oak.kind.rest_hours * HOUR
    cut = Stock(10, 0, rest)

    assert settled(oak, cut, rest).quantity == 10
    stock = cut
    for hour in range(1, 25):
        stock = settled(oak, stock, rest + hour * HOUR)
    assert stock.quantity == pytest.approx(12)
    assert settled(oak, cut, rest + 1000 * GROWS_IN).quantity == 100


def test_an_animal_has_at_most_two_of_each():
    deer = a_ground("deer", 30)

    assert capacity(deer, 10) == settled(deer, Stock(30, 0, 0), GROWS_IN, 10).quantity == 20
    assert capacity(deer) == capacity(deer, 100) == 30
    assert capacity(a_ground("oak", 30), 1) == 30


def test_what_no_one_has_gathered_from_is_whole():
    assert settled(a_ground("oak"), None, 5) == Stock(100, 5, 5)


@given(
    st.floats(0, 100),
    st.integers(0, 400 * HOUR),
    st.lists(st.integers(0, 2_000 * HOUR), min_size=1, max_size=20),
)
def test_growth_is_the_same_however_often_it_is_looked_at(quantity: float, rest: int, moments: list[int]):
    birch, stock = a_ground("birch"), Stock(quantity, 0, rest)

    often = stock
    for moment in sorted(moments):
        often = settled(birch, often, moment)

    assert often.quantity == pytest.approx(settled(birch, stock, max(moments)).quantity, abs=1e-9)
