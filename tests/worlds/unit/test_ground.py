"""Tiles hold a world, and the ground at a place is read from them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from math import asin, atan2, pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worlds.generation.biomes import Biome
from worlds.generation.cube import cell_at
from worlds.generation.grid import grid_of
from worlds.generation.ground import Land
from worlds.generation.parameters import SIZES, Parameters
from worlds.generation.scale import CIRCUMFERENCES, direction, height_factor
from worlds.generation.stages import GeneratedWorld, generate
from worlds.generation.tile_writing import write_tiles
from worlds.generation.tiles import Tile, TileKey, tile_keys, tile_of

AROUND = 10_000
LAND = Land(42, "small", AROUND)


@cache
def world() -> GeneratedWorld:
    return generate(Parameters("small"), 42)


@cache
def tiles() -> Mapping[TileKey, Tile]:
    return {key: Tile(packed) for key, packed in write_tiles(world())}


def place_of(cell: int) -> tuple[float, float]:
    """Return where the middle of a cell is, in metres."""
    grid = grid_of(100)
    x, y, z = float(grid.x[cell]), float(grid.y[cell]), float(grid.z[cell])
    return atan2(y, x) / (2 * pi) * AROUND, asin(z) / (2 * pi) * AROUND


def test_all_tiles_of_a_world_are_written():
    assert set(tiles()) == set(tile_keys(100))
    assert len(tiles()) == 6 * 2 * 2


def test_one_face_can_be_written_at_a_time():
    chosen = [key for key in tile_keys(100) if key.face == 2]

    assert [key for key, _ in write_tiles(world(), chosen)] == chosen


def test_tiles_keep_every_cell():
    made = world()
    sides = grid_of(100).neighbours
    altitude = made.waters.heights - made.sea.level

    for number in range(0, len(altitude), 5):
        cell = cell_at(number, 100)
        data = tiles()[tile_of(cell)].at(cell)
        assert data.altitude == pytest.approx(altitude[number], abs=1)
        assert (data.altitude > 0) == (altitude[number] > 0)
        rough = max(abs(made.waters.heights[side[number]] - made.waters.heights[number]) for side in sides)
        assert data.roughness == pytest.approx(rough, rel=0.3, abs=1)
        assert data.celsius == pytest.approx(made.climate.celsius[number], abs=0.051)
        assert data.rain == pytest.approx(made.climate.rain[number], abs=0.51)
        assert data.biome == made.vegetation.biome[number]
        assert data.seasonality == pytest.approx(made.climate.seasonality[number], abs=0.0051)
        assert data.drainage == pytest.approx(made.climate.drainage[number], abs=0.0051)
        assert data.towards == made.waters.towards[number]
        assert data.lake == bool(made.waters.lake[number])
        assert data.river == int(made.waters.flow[number]).bit_length()
        assert data.boundary == made.plates.boundary[number]
        assert data.volcanic == bool(made.relief.volcanic[number])
        assert data.plate == made.plates.plate[number]


def test_other_bytes_are_no_tile():
    with pytest.raises(ValueError, match="not a tile"):
        Tile(b"something else")


def test_sizes_have_circumferences():
    assert CIRCUMFERENCES.keys() == SIZES.keys()
    assert [CIRCUMFERENCES[size] for size in ("small", "medium", "large")] == [10_000, 5_460_000, 40_030_000]


def test_mountains_shrink_less_than_the_planet():
    assert height_factor(40_030_000) == 1
    assert 4000 * height_factor(10_000) == pytest.approx(63.2, abs=0.1)


@given(st.floats(-20_000, 20_000), st.floats(0, 2_000))
def test_the_seam_and_the_pole_are_crossed_as_on_a_sphere(x: float, over: float):
    assert direction(x, 100, AROUND) == pytest.approx(direction(x + AROUND, 100, AROUND), abs=1e-9)
    assert direction(x, AROUND / 4 + over, AROUND) == pytest.approx(
        direction(x + AROUND / 2, AROUND / 4 - over, AROUND), abs=1e-9
    )


@given(st.floats(0, AROUND), st.floats(-AROUND / 4, AROUND / 4))
@settings(max_examples=300)
def test_one_to_four_tiles_are_enough_anywhere(x: float, y: float):
    needed = LAND.tiles_around(x, y)

    found = LAND.ground(x, y, {key: tiles()[key] for key in needed})

    assert 1 <= len(needed) <= 4
    assert (found.altitude <= 0) == (found.biome == Biome.OCEAN) == (found.water == "sea")


@given(st.floats(0, AROUND), st.floats(-AROUND / 4, AROUND / 4), st.sampled_from([(0.01, 0), (0, 0.01)]))
@settings(max_examples=300)
def test_there_are_no_cliffs_between_cells_tiles_and_faces(x: float, y: float, step: tuple[float, float]):
    here = LAND.ground(x, y, tiles())
    there = LAND.ground(x + step[0], y + step[1], tiles())

    assert abs(here.altitude - there.altitude) < 0.05
    assert abs(here.celsius - there.celsius) < 0.1


def test_there_are_no_cliffs_where_other_cells_become_the_nearest():
    for number in range(0, 60_000, 401):
        x, y = place_of(number)
        around = [LAND.ground(x + dx, y + dy, tiles()).altitude for dx in (-0.001, 0.001) for dy in (-0.001, 0.001)]
        assert max(around) - min(around) < 0.01


def test_the_ground_at_a_cells_middle_is_the_cells():
    made = world()

    for number in range(0, 60_000, 997):
        found = LAND.ground(*place_of(number), tiles(), detail=1_000)
        altitude = made.waters.heights[number] - made.sea.level
        assert found.cell == cell_at(number, 100)
        assert found.altitude == pytest.approx(altitude * height_factor(AROUND), abs=0.05)
        assert found.biome == made.vegetation.biome[number]


def test_what_grows_and_flows_is_that_of_the_ground_everywhere():
    kinds = set()
    for number in range(0, 60_000, 13):
        x, y = place_of(number)
        x += number % 5  # up to a few metres from the middle of a cell, where rivers run
        ground, cover = LAND.ground(x, y, tiles()), LAND.cover(x, y, tiles())
        assert cover == (ground.biome, ground.water)
        kinds.add((ground.water, ground.altitude > 0))
    assert kinds == {("", True), ("lake", True), ("river", True), ("sea", False)}


def test_fine_noise_is_that_of_the_seed():
    x, y = place_of(int(np.argmax(world().waters.heights)))
    other = Land(43, "small", AROUND)

    assert LAND.ground(x + 5, y, tiles()) == LAND.ground(x + 5, y, tiles())
    assert LAND.ground(x + 5, y, tiles()).altitude != other.ground(x + 5, y, tiles()).altitude


def test_the_ground_is_the_same_on_every_machine():
    found = sha256()
    for step in range(200):
        found.update(repr(LAND.ground(step * 137.3, step * 24.9 - 2_490, tiles())).encode())

    assert found.hexdigest()[:16] == "d77106da196264ef"


def test_rivers_run_from_middle_to_middle_of_their_cells():
    grid, waters = grid_of(100), world().waters
    beds = np.flatnonzero(waters.towards)
    seen = 0
    for bed in beds:
        following = int(grid.neighbours[waters.towards[bed] - 1][bed])
        (x1, y1), (x2, y2) = place_of(int(bed)), place_of(following)
        if abs(y1) > 2_000 or abs(x1 - x2) > 100:
            continue
        found = LAND.ground((x1 + x2) / 2, (y1 + y2) / 2, tiles())
        if found.water == "river":
            assert found.river >= int(waters.flow[bed]).bit_length()
            seen += 1
        else:
            assert found.water in ("sea", "lake")
    assert seen > 20
