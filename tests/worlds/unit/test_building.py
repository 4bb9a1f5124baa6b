"""A world is made in slices: however it is cut, it is the same. Source: worlds 11 and 28; acceptance 11.1."""

from __future__ import annotations

from time import process_time
from uuid import UUID

import pytest
from msgspec.structs import replace

from tests.support.grounds import SEED, TINY, made_ground, stepped
from worlds.building.computing import PROGRESS, SECONDS, run_slice
from worlds.building.models import Task
from worlds.generation.biomes import Biome
from worlds.generation.ground import Land
from worlds.generation.parameters import Parameters
from worlds.generation.scale import CIRCUMFERENCES
from worlds.generation.stages import STAGES
from worlds.generation.tiles import Tile, contents, key_of, tile_keys
from worlds.ground.models import Terrain, is_too_deep
from worlds.space.models import sphere
from worlds.space.rules import squared_distance

TASK = Task(UUID(int=0), TINY, Land(SEED, TINY.size, 10_000), sphere())


def test_a_world_cut_into_slices_is_the_same_as_one_made_at_once():
    slices = stepped(TASK)

    assert [each.stage for each in slices] == [*STAGES, "tiles"]
    last = slices[-1].finished
    assert last == made_ground() or (last.digest, last.entrance) == (made_ground().digest, made_ground().entrance)
    assert [(number, contents(content)) for number, content in last.tiles] == [
        (number, contents(content)) for number, content in made_ground().tiles
    ]


def test_a_slice_that_is_killed_and_repeated_makes_the_same():
    first = run_slice(TASK, seconds=0)
    then = replace(TASK, done=first.made)

    assert run_slice(then, seconds=0) == run_slice(then, seconds=0)


def test_progress_grows_with_each_slice_and_ends_at_100():
    shown = [each.progress for each in stepped(TASK)]

    assert shown == sorted(set(shown))
    assert shown[-1] == 100
    assert PROGRESS.keys() == STAGES.keys()


def test_a_slice_begins_no_stage_after_its_time():
    times = iter([0.0, *[SECONDS] * 20])

    assert run_slice(TASK, clock=lambda: next(times)).stage == "moons"


@pytest.mark.slow
def test_people_hear_of_a_large_world_every_ten_seconds():
    large = Task(
        UUID(int=0), Parameters("large"), Land(SEED, "large", CIRCUMFERENCES["large"]), sphere(CIRCUMFERENCES["large"])
    )
    took, done = dict[str, float](), large
    while "tiles" not in took:
        began = process_time()
        made = run_slice(done, seconds=0)
        took[made.stage] = process_time() - began
        done = replace(done, done={**done.done, **made.made})

    assert max(took.values()) < 10, took


def test_a_stage_keeps_only_what_later_ones_need():
    made = {name: packed for each in stepped(TASK) for name, packed in each.made.items()}
    task = replace(TASK, done={name: packed for name, packed in made.items() if name not in ("climate", "biomes")})

    assert run_slice(task, seconds=0).stage == "biomes"


def test_tiles_are_all_there_and_another_seed_has_another_digest():
    made = made_ground()

    assert [key_of(number) for number, _ in made.tiles] == list(tile_keys(TINY.edge))
    assert made_ground(43).digest != made.digest


def test_one_arrives_on_habitable_land_beside_fresh_water():
    for seed in range(40, 46):
        made = made_ground(seed)
        terrain = Terrain(
            Land(seed, TINY.size, 10_000), {key_of(number): Tile(content) for number, content in made.tiles}
        )
        ground = terrain.at(made.entrance)

        assert ground.biome in (Biome.GRASSLAND, Biome.DECIDUOUS_FOREST), seed
        assert ground.water == ""
        assert not is_too_deep(ground)
        assert 5 <= ground.celsius <= 25
        around = [
            terrain.at(made.entrance._replace(x=made.entrance.x + x, y=made.entrance.y + y)).water
            for x in range(-600, 601, 50)
            for y in range(-600, 601, 50)
        ]
        assert {"river", "lake"} & set(around), seed
        distances = [squared_distance(sphere(), made.entrance, spot) for spot in made.spots]
        assert len(distances) >= 12
        assert distances[11] <= 400**2
        assert all(terrain.at(spot).water == "" for spot in made.spots)
