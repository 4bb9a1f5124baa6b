"""Maps show what can be seen, and a whole world at a glance. Source: worlds 13, Map."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worlds.generation.biomes import Biome
from worlds.maps.models import PORTAL, Ground, LocalMap, MapEntity, MapTile, Sample
from worlds.maps.rules import extent, local_map, quality_of, world_map
from worlds.space.models import LOBBY, METRE, Position, Space, sphere

SMALL = sphere()
HERE = Position(1_000, 0)


def flat(x: int, y: int) -> tuple[Biome | None, int]:
    return Biome.GRASSLAND, 0


def seen_from(player: Position, ground: Ground = flat, *entities: MapEntity, space: Space = SMALL) -> LocalMap:
    return local_map(space, player, 50, ground, entities)


def tiles_of(found: LocalMap) -> Mapping[tuple[int, int], MapTile]:
    """Return the tiles by their places, so many to the east and to the north of the player."""
    radius = found.size // 2
    return {
        (number % found.size - radius, radius - number // found.size): tile for number, tile in enumerate(found.tiles)
    }


@pytest.mark.parametrize(
    ("perception", "quality"), [(0, "low"), (30, "low"), (31, "medium"), (70, "medium"), (71, "high"), (100, "high")]
)
def test_perception_draws_better_maps(perception: int, quality: str):
    assert quality_of(perception) == quality


@pytest.mark.parametrize(
    ("metres", "radius", "stride"),
    [
        (-9, 4, 1),
        (0, 4, 1),
        (4.9, 4, 1),
        (5, 5, 1),
        (100, 24, 1),
        (105, 25, 1),
        (199, 25, 1),
        (200, 25, 2),
        (950, 25, 9),
    ],
)
def test_who_flies_sees_farther(metres: float, radius: int, stride: int):
    assert extent(Position(0, 0, int(metres * METRE))) == (radius, stride)


def test_a_map_has_nine_by_nine_tiles_in_rows_from_the_north_west():
    found = seen_from(HERE)

    assert (len(found.tiles), found.size, found.stride, found.quality) == (81, 9, 1, "medium")
    assert found.tiles[0][:4] == (HERE.x - 40, HERE.y + 40, Biome.GRASSLAND, 0)
    assert found.tiles[1][:2] == (HERE.x - 30, HERE.y + 40)
    assert [number for number, tile in enumerate(found.tiles) if tile.is_player] == [40]
    assert not any(tile.occluded or tile.out_of_bounds for tile in found.tiles)


def ridge(width: int) -> Ground:
    """Return flat ground with a ridge of 50 m, 2 tiles of this width to the east."""
    return lambda x, _: (Biome.ALPINE, 50 * METRE if abs(x - HERE.x - 2 * width) < width // 2 else 0)


def test_a_ridge_hides_the_ground_behind_it():
    """Source: worlds 13, acceptance 6."""
    tiles = tiles_of(seen_from(HERE, ridge(1 * METRE)))

    assert {place for place, tile in tiles.items() if tile.occluded} == {(i, j) for i, j in tiles if i > 2}


def test_a_ridge_hides_nothing_from_high_above():
    """Source: worlds 13, acceptance 6."""
    found = seen_from(HERE._replace(z=200 * METRE), ridge(2 * METRE))

    assert (found.size, found.stride) == (51, 2)
    assert not any(tile.occluded for tile in found.tiles)
    assert sum(tile.elevation > 0 for tile in found.tiles) == 51


def test_eyes_are_as_high_as_the_ground_below_them():
    tiles = tiles_of(seen_from(HERE, lambda x, _: (Biome.ALPINE, 100 * METRE if x <= HERE.x else 0)))

    assert not any(tile.occluded for tile in tiles.values() if tile.x <= HERE.x)
    assert not tiles[1, 0].occluded


@pytest.mark.parametrize("slope", [-30, -10, 0, 1, 10, 200])
def test_no_slope_hides_itself(slope: int):
    found = seen_from(HERE, lambda x, y: (Biome.ALPINE, slope * (x - HERE.x) + 2 * slope * y))

    assert not any(tile.occluded for tile in found.tiles)


@pytest.mark.parametrize(("height", "occluded"), [(3, False), (2, True)])
def test_only_what_is_below_the_horizon_is_hidden(height: int, occluded: bool):
    east = {0: 0, 10: 10, 20: height}  # decimetres; the eye is at 17

    tiles = tiles_of(seen_from(HERE, lambda x, _: (None, east.get(x - HERE.x, 0))))

    assert tiles[2, 0].occluded is occluded


@given(st.lists(st.integers(0, 100), min_size=81, max_size=81))
def test_what_is_hidden_is_behind_something_higher(heights: list[int]):
    def ground(x: int, y: int) -> tuple[Biome | None, int]:
        return None, heights[(x - HERE.x + 40) // 10 * 9 + (y - HERE.y + 40) // 10]

    tiles = tiles_of(seen_from(HERE, ground))

    eye = tiles[0, 0].elevation + 17
    for (i, j), tile in tiles.items():
        if max(abs(i), abs(j)) <= 1:
            assert not tile.occluded
        between = [other.elevation for (k, m), other in tiles.items() if 0 < max(abs(k), abs(m)) < max(abs(i), abs(j))]
        if all(height <= min(eye, tile.elevation) for height in between):
            assert not tile.occluded
    # Along the axes, all that is on the line is the middles of tiles.
    for i in range(1, 5):
        nearer = [(tiles[k, 0].elevation - eye) / k for k in range(1, i)]
        assert tiles[i, 0].occluded == any(slope > (tiles[i, 0].elevation - eye) / i for slope in nearer)


def test_things_are_on_the_tile_they_are_nearest_to_across_the_seam():
    tree = MapEntity("a tree", "plant", Position(16, 6))
    stone = MapEntity("a stone", "item", Position(SMALL.circumference - 16, -5))
    gate = MapEntity("Temperate", PORTAL, Position(0, 40))
    far = MapEntity("a wolf", "creature", Position(0, 46))

    tiles = tiles_of(seen_from(Position(0, 0), flat, tree, stone, gate, far))

    assert {place: tile.entities for place, tile in tiles.items() if tile.entities} == {
        (2, 1): (tree,),
        (-2, 0): (stone,),
    }
    assert {place: tile.portal for place, tile in tiles.items() if tile.portal} == {(0, 4): "Temperate"}
    assert (tiles[-2, 0].x, tiles[-2, 0].y) == (SMALL.circumference - 20, 0)


def test_hidden_tiles_keep_what_is_on_them_to_themselves():
    thief = MapEntity("a thief", "npc", HERE._replace(x=HERE.x + 40))
    gate = MapEntity("a gate", PORTAL, HERE._replace(x=HERE.x + 40))

    tiles = tiles_of(seen_from(HERE, lambda x, _: (Biome.ALPINE, 500 if x == HERE.x + 20 else 0), thief, gate))

    assert tiles[4, 0].occluded
    assert (tiles[4, 0].entities, tiles[4, 0].portal) == ((), "")


def test_beyond_walls_there_is_nothing():
    found = tiles_of(seen_from(Position(50, 20), flat, space=LOBBY))

    assert {place for place, tile in found.items() if tile.out_of_bounds} == {(i, j) for i, j in found if j < -2}
    assert found[0, -3] == MapTile(50, -10, None, 0, (), "", False, True, False)


def test_maps_lead_over_the_pole():
    found = tiles_of(seen_from(Position(1_000, SMALL.pole - 10)))

    assert found[0, 1][:2] == (1_000, SMALL.pole)
    assert found[0, 3][:2] == (1_000 + SMALL.half, SMALL.pole - 20)


def sampled(x: int, y: int) -> Sample:
    """A planet whose eastern half is land, higher towards the south and 20 degrees warmer at the equator."""
    warm = 20.0 if abs(y) < SMALL.pole // 3 else 0.0
    return Sample(Biome.DESERT, 10_000 - y // 10, warm) if x >= SMALL.half else Sample(Biome.OCEAN, -500, warm)


def test_a_planet_is_twice_as_wide_as_high():
    found = world_map(SMALL, sampled, seed=7, years=1_000_000, sea_level=-120)

    assert (found.columns, len(found.biomes)) == (128, 128 * 64)
    assert list(found.biomes[:128]) == [Biome.OCEAN] * 64 + [Biome.DESERT] * 64
    assert (found.seed, found.years, found.sea_level) == (7, 1_000_000, -120)
    assert found.land == pytest.approx(50)
    assert found.highest == 10_000 - found.highest_at.y // 10
    assert found.highest_at.y == pytest.approx(-SMALL.pole, abs=SMALL.pole / 64)
    # A third of the way from the equator to the poles is half of the surface.
    assert found.celsius == pytest.approx(10, abs=0.3)


def test_the_north_is_at_the_top():
    space = Space("bounded_cube", lowest=Position(0, 0), highest=Position(639, 639))

    found = world_map(
        space, lambda x, y: Sample(Biome.TUNDRA if y >= 320 else Biome.DESERT, 0, 1), seed=1, years=0, sea_level=0
    )

    assert found.biomes == (Biome.TUNDRA,) * 2048 + (Biome.DESERT,) * 2048
    assert (found.columns, found.celsius, found.land) == (64, 1, 100)


@pytest.mark.parametrize(
    ("wide", "high", "columns", "rows"), [(1_000, 1_500, 64, 96), (3_000, 1_000, 192, 64), (1, 10**7, 64, 256)]
)
def test_the_short_side_has_64_cells(wide: int, high: int, columns: int, rows: int):
    space = Space("bounded_cube", lowest=Position(0, 0), highest=Position(wide - 1, high - 1))

    found = world_map(space, lambda _x, _y: Sample(Biome.TAIGA, 0, 0), seed=1, years=0, sea_level=0, votes=1)

    assert (found.columns, len(found.biomes)) == (columns, columns * rows)


@pytest.mark.parametrize(
    ("ballots", "winner"),
    [
        ([Biome.OCEAN] * 4 + [Biome.TAIGA] * 5, Biome.OCEAN),
        ([Biome.OCEAN] * 3 + [Biome.TAIGA] * 5 + [Biome.DESERT], Biome.TAIGA),
        ([Biome.TAIGA] * 4 + [Biome.TUNDRA] * 4 + [Biome.OCEAN], Biome.TUNDRA),
    ],
)
def test_the_biome_with_most_votes_wins_and_the_ocean_counts_one_and_a_half(ballots: list[Biome], winner: Biome):
    space = Space("bounded_cube", lowest=Position(0, 0), highest=Position(3 * 64 - 1, 3 * 64 - 1))

    found = world_map(
        space, lambda x, y: Sample(ballots[x % 3 + y % 3 * 3], 0, 0), seed=1, years=0, sea_level=0, votes=3
    )

    assert set(found.biomes) == {winner}


def test_an_infinite_world_is_shown_as_far_as_a_box_without_bounds():
    looked_at: list[int] = []

    def sample(x: int, y: int) -> Sample:
        looked_at.extend((x, y))
        return Sample(Biome.TAIGA, 0, 0)

    world_map(Space("infinite"), sample, seed=1, years=0, sea_level=0, votes=1)

    assert -10_000_000 <= min(looked_at) < -9_000_000
    assert 9_000_000 < max(looked_at) <= 10_000_000
