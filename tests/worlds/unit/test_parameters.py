"""What the words of a world's maker mean."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from worlds.generation.parameters import (
    Age,
    Interval,
    Parameters,
    as_json,
    from_json,
    from_words,
    land_share,
    number_of_moons,
)


def test_without_words_a_world_is_as_usual():
    assert from_words() == Parameters()
    assert (Parameters().edge, Parameters().plates, Parameters().land) == (200, 5, 0.3)


@pytest.mark.parametrize(
    ("word", "edge", "plates"), [("a small one", 100, 3), ("Tiny", 100, 3), ("medium", 200, 5), ("HUGE!", 500, 8)]
)
def test_a_size_is_cells_and_plates(word: str, edge: int, plates: int):
    found = from_words(size=word)

    assert (found.edge, found.plates) == (edge, plates)


@pytest.mark.parametrize(
    ("words", "share"),
    [
        ("30% water, 70% land", 0.7),
        ("30% water", 0.7),
        ("40% land", 0.4),
        ("40 percent land", 0.4),
        ("2% land", 0.1),
        ("0 % water", 1.0),
        ("some islands", None),
    ],
)
def test_a_share_of_land_is_said_by_land_or_by_water(words: str, share: float | None):
    assert land_share(words) == (None if share is None else pytest.approx(share))


@pytest.mark.parametrize(
    ("words", "land"), [("high", 0.2), ("a flood", 0.2), ("low", 0.8), ("medium", 0.5), ("65%", 0.35)]
)
def test_a_water_level_leaves_the_rest_as_land(words: str, land: float):
    assert from_words(water_level=words).land == pytest.approx(land)


def test_a_share_of_land_outweighs_a_water_level():
    assert from_words(land="40% land", water_level="high").land == 0.4
    assert from_words(land="40% land", water_level="-120 m").sea_level is None


def test_a_water_level_in_metres_is_one_of_heights():
    assert from_words(water_level="-120 m").sea_level == -120


def test_climate_rain_and_age_are_numbers():
    found = from_words(climate="frozen", rain="arid", age="an old world")

    assert found.temperature == Interval(-40, 10)
    assert (found.rain, found.rain_factor) == (Interval(0, 250), 0.25)
    assert Age(found.erosion, found.life) == Age(2.5, 1.5)


@pytest.mark.parametrize(
    ("words", "number"), [("none", 0), ("one moon", 1), ("many", 3), ("4", 4), ("9", 5), ("random", None)]
)
def test_moons_are_a_word_a_number_or_left_to_chance(words: str, number: int | None):
    assert number_of_moons(words) == number


def test_parameters_are_the_same_after_they_were_stored():
    said = replace(from_words(climate="frozen"), geology=False, biomes=(0, 0.1, 0, 0, 0.35, 0.55, 0, 0))

    stored = from_json(json.loads(json.dumps(as_json(said))))

    assert stored == said
    assert hash(stored) == hash(said)
    assert from_json({"size": "small"}) == Parameters("small")  # of before there was geology to choose
