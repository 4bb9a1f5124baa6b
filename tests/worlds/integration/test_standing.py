"""What people see of the ground, where water stops them, and maps. Source: worlds 6, 13 and 27; acceptance 13."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from kernel.database import Tx
from tests.support.grounds import TINY, made_ground, make_ground, start_world
from tests.support.worlds import Player, code, come_to, come_to_lobby, make_world, place_item, texts, told
from worlds.acting.looking import around
from worlds.acting.models import Scene
from worlds.characters import service as characters
from worlds.characters.events import PlayerMoved
from worlds.generation.tiles import Tile, key_of
from worlds.ground import cache, service
from worlds.ground.atlas import SIZES
from worlds.ground.models import Terrain, is_too_deep
from worlds.ground.words import SIDES
from worlds.posts import envelopes
from worlds.space.models import METRE, Position
from worlds.space.rules import moved
from worlds.weather.moons import number_up
from worlds.world.models import World


def put(tx: Tx, player: Player, position: Position) -> None:
    """Let a character stand somewhere."""
    body = player.character(tx)
    event = PlayerMoved(
        character_id=body.character_id,
        start=body.position,
        to=position,
        mode="walk",
        facing=body.facing,
        stamina_cost=0,
        stamina=body.stamina,
    )
    characters.save(tx, body, [event])


def whole(tx: Tx, world: World) -> Terrain:
    """Return the ground around the entrance, and everywhere else that is asked for."""
    terrain = service.read(tx, world, [made_ground().entrance])
    assert terrain is not None
    return terrain


def banks(terrain: Terrain, world: World) -> Iterator[tuple[str, Position]]:
    """Yield the places with dry ground from which a walk of 60 m leads into deep water, and the way."""
    for x in range(0, 100_000, 300):
        for y in range(-20_000, 20_001, 300):
            start = Position(x, y)
            for (east, north), word in SIDES.items():
                end = moved(world.space, start, east * 60 * METRE, north * 60 * METRE)
                if not terrain.at(start).water and is_too_deep(terrain.at(end)):
                    yield word.removeprefix("to the "), start


def maps(envelopes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each["data"] for each in envelopes if each["type"] == "map_update"]


def everything(tx: Tx, world: World) -> Terrain:
    terrain = whole(tx, world)
    rows = tx.execute("SELECT tile, content FROM worlds.tiles WHERE world_id = %s", (world.world_id,))
    return Terrain(terrain.land, {key_of(row["tile"]): Tile(row["content"]) for row in rows})


def test_a_look_begins_with_the_time_and_says_what_grows_and_which_water_is_near(tx: Tx):
    world = make_ground(tx, game_time=6 * 3_600_000)
    ann = come_to(tx, world.world_id, "Ann")

    [text] = texts(ann.types(tx, "look"))

    assert text.startswith("[Dawn, early Spring] ")
    assert re.search("grassland|forest|oak|tundra|desert|rock", text)
    assert "a river to the " in text or "a lake to the " in text


def test_what_is_far_from_water_has_none_in_its_description(tx: Tx):
    world = make_ground(tx)
    terrain = everything(tx, world)
    around = range(-700, 701, 100)
    inland = next(
        place
        for x in range(0, 100_000, 500)
        for place in [Position(x, 1000)]
        if not any(terrain.at(place._replace(x=x + east, y=1000 + north)).water for east in around for north in around)
    )
    ann = come_to(tx, world.world_id, "Ann")
    put(tx, ann, inland)

    [text] = texts(ann.types(tx, "look"))

    assert "river" not in text
    assert "lake" not in text
    assert "sea" not in text


def test_what_a_description_mentions_can_be_looked_at_and_gone_to(tx: Tx):
    world = make_ground(tx, game_time=6 * 3_600_000)
    ann, entrance = come_to(tx, world.world_id, "Ann"), made_ground().entrance  # at a river, and the sea is near
    terrain = everything(tx, world)

    assert texts(ann.types(tx, "look river")) == ["River: beside you, to the east."]
    assert texts(ann.types(tx, "go river")) == ["You are there already."]
    put(tx, ann, entrance._replace(x=entrance.x - 300))
    [described] = texts(ann.types(tx, "look"))
    assert "a river to the east" in described
    assert texts(ann.types(tx, "look river")) == ["River: 30 m to the east."]
    assert code(ann.types(tx, "look water")) == "INVALID_INPUT"  # which one?
    assert texts(ann.types(tx, "go river"))[0].startswith("You walk to the river.")
    here = ann.character(tx).position
    assert not terrain.at(here).water
    assert terrain.at(here._replace(x=here.x + 10)).water == "river"

    assert texts(ann.types(tx, "look sky")) == ["The sky is clear."]
    assert texts(ann.types(tx, "look at the ground"))[0].startswith("You are in a forest of oak and birch.")
    assert texts(ann.types(tx, "go ground")) == ["You are there already."]
    assert code(ann.types(tx, "go sky")) == "MOVEMENT_BLOCKED"
    assert code(come_to_lobby(tx).types(tx, "look sky")) == "TARGET_NOT_FOUND"


def test_moons_are_seen_in_clear_nights(tx: Tx):
    """Moons that are up, and no others."""
    world = make_ground(tx, made_of=replace(TINY, moons=2))
    ann = come_to(tx, world.world_id, "Ann")
    [about] = texts(ann.types(tx, "look moons"))
    scene = Scene(me=ann.character(tx), world=world, now=tx.now, rng=tx.rng, ground=everything(tx, world))
    seen = Counter[int]()
    for hour in range(0, 24 * 30, 5):
        look = around(replace(scene, now=tx.now + timedelta(hours=hour)))
        is_clear_night = look.text.startswith(("[Night", "[Evening")) and look.metadata["weather"]["state"] == "clear"
        up = number_up(world.generation, world.time.at(tx.now + timedelta(hours=hour)), 24) if is_clear_night else 0
        assert len(re.findall(r"\bmoons?\b", look.text)) == (up > 0)
        seen[up] += 1

    assert about.startswith("This world has 2 moons. ")
    assert set(seen) == {0, 1, 2}


def test_deep_water_stops_those_who_walk_and_says_so(tx: Tx):
    world = make_ground(tx)
    side, bank = next(banks(everything(tx, world), world))
    ann = come_to(tx, world.world_id, "Ann")
    put(tx, ann, bank)

    [refusal] = ann.types(tx, f"{side} 60")

    assert refusal["data"]["code"] == "MOVEMENT_BLOCKED"
    assert "too deep to walk through" in refusal["data"]["message"]
    assert ann.character(tx).position == bank


def test_watchers_cross_water_and_who_is_in_it_gets_out(tx: Tx):
    world = make_ground(tx)
    side, bank = next(banks(everything(tx, world), world))
    eye = come_to(tx, world.world_id, "Eye", role="watcher")
    put(tx, eye, bank)
    assert code_or_none(eye.types(tx, f"{side} 60")) is None
    assert texts(eye.types(tx, "fly 10")) == ["You fly, 10 m above the ground."]
    assert texts(eye.types(tx, "fly 0")) == ["You come down to the water, and float on it."]
    ann = come_to(tx, world.world_id, "Ann")
    put(tx, ann, eye.character(tx).position)

    assert code_or_none(ann.types(tx, "north")) is None


def code_or_none(envelopes: list[dict[str, Any]]) -> str | None:
    return code(envelopes) if envelopes[0]["type"] == "error" else None


def test_a_map_comes_with_the_welcome_and_after_each_step(tx: Tx):
    world = make_ground(tx)
    world, _ = place_item(tx, world, "lamp", made_ground().entrance._replace(x=made_ground().entrance.x + 20))
    ann = come_to(tx, world.world_id, "Ann")
    rows = tx.execute("SELECT envelope FROM worlds.posts WHERE character_id = %s ORDER BY post_id", (ann.character_id,))
    first = next(row["envelope"] for row in rows)
    assert first["type"] == "map_update"

    [after] = maps(ann.types(tx, "north"))

    assert (after["grid_size"], len(after["tiles"]), after["render_quality"]) == (9, 81, "low")
    assert after["world_id"] == str(world.world_id)
    x, y = (axis / METRE for axis in ann.character(tx).position[:2])
    assert (after["player_x"], after["player_y"]) == (x, y)
    [middle] = [tile for tile in after["tiles"] if tile["is_player"]]
    assert (middle["x"], middle["y"]) == (x, y)
    assert {tile["biome"] for tile in after["tiles"]} & {"grassland", "deciduous_forest"}
    shown = [each["name"] for tile in after["tiles"] for each in tile["entities"]]
    assert shown == ["lamp"]
    earlier = {(tile["x"], tile["y"]): tile["elevation"] for tile in first["data"]["tiles"]}
    both = [tile for tile in after["tiles"] if (tile["x"], tile["y"]) in earlier]
    assert len(both) == 72
    assert all(tile["elevation"] == earlier[tile["x"], tile["y"]] for tile in both)


def test_a_repeated_step_shows_the_map_again(tx: Tx):
    world = make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")

    first = ann.types(tx, "north", "one")

    assert maps(ann.types(tx, "north", "one")) == maps(first)
    assert len(maps(first)) == 1


def test_high_up_a_map_is_wide_and_comes_in_parts(tx: Tx):
    world = make_ground(tx)
    eye = come_to(tx, world.world_id, "Eye", role="watcher")
    before = len(told(tx, eye))

    assert maps(eye.types(tx, "fly 100")) == []

    rows = tx.execute("SELECT envelope FROM worlds.posts WHERE character_id = %s ORDER BY post_id", (eye.character_id,))
    parts = maps([row["envelope"] for row in rows])  # the first one is not needed any more
    assert [part["chunk"] for part in parts] == [1, 2, 3, 4]
    assert {part["chunks"] for part in parts} == {4}
    assert sum(len(part["tiles"]) for part in parts) == 49 * 49
    assert max(envelopes.size([part]) for part in parts) < envelopes.ROOM
    assert before == len(told(tx, eye))


def test_the_lobby_has_a_map_with_its_portals_and_walls(tx: Tx):
    ann = come_to_lobby(tx)

    [shown] = maps(ann.types(tx, "w 4"))

    assert {tile["biome"] for tile in shown["tiles"]} == {None}
    assert any(tile["out_of_bounds"] for tile in shown["tiles"])
    assert [tile["portal"] for tile in shown["tiles"] if tile["portal"]] == ["west portal"]


def test_perception_draws_better_maps(tx: Tx):
    world = make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")
    tx.execute(
        """UPDATE worlds.characters SET skills = '{"Perception": 31}' WHERE character_id = %s""", (ann.character_id,)
    )

    assert maps(ann.types(tx, "north"))[0]["render_quality"] == "medium"


def test_the_map_of_the_world_says_where_one_is(tx: Tx):
    world = make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")

    [shown] = ann.types(tx, "map")

    assert shown["data"]["type"] == "world_map_data"
    drawn = shown["data"]["metadata"]
    assert (drawn["columns"], drawn["rows"], len(drawn["cells"])) == (128, 64, 128 * 64)
    assert drawn["land_percent"] == pytest.approx(made_ground().land, abs=5)
    here = drawn["cells"][drawn["player"]["row"] * 128 + drawn["player"]["column"]]
    assert drawn["legend"][here] in ("grassland", "deciduous_forest", "taiga", "ocean", "rainforest")
    assert shown["data"]["text"].startswith("Gaia: 30 % land, ")
    assert "Seed 42, 0 years of deep time." in shown["data"]["text"]
    assert "You are at " in shown["data"]["text"]


def test_a_map_that_was_lost_is_drawn_again_the_same(tx: Tx):
    world = make_ground(tx)
    first = service.map_of(tx, world)
    tx.execute("DELETE FROM worlds.maps")

    assert service.map_of(tx, world) == first == made_ground().world_map
    assert [row["size"] for row in tx.execute("SELECT size FROM worlds.maps")] == [64]
    assert service.map_of(tx, world, SIZES[1])["columns"] == 256


def test_a_world_without_ground_has_no_map(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")

    [refusal] = ann.types(tx, "map")

    assert refusal["data"]["code"] == "INVALID_COMMAND"
    assert "no map of Aether" in refusal["data"]["message"]
    assert texts(ann.types(tx, "look")) == ["[Night, early Spring]\nThere is nothing near you but the ground."]


def test_the_ground_comes_from_memory_or_from_the_same_trip(tx: Tx):
    world = make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")
    [row] = tx.execute("SELECT tiles FROM worlds.connections WHERE connection_id = %s", (ann.connection_id,))
    assert row["tiles"]
    tx.execute("DELETE FROM worlds.tiles WHERE tile = ANY(%s)", (row["tiles"],))

    assert "oak" in texts(ann.types(tx, "look"))[0].lower()  # from memory

    assert start_world(tx, "Another").status == "building"
    assert (world.world_id, next(iter(whole(tx, world).tiles))) in cache.tiles.list_keys()


def test_a_long_jump_reads_what_it_needs_and_notes_it_for_the_next_command(tx: Tx):
    world = make_ground(tx)
    eye = come_to(tx, world.world_id, "Eye", role="watcher")
    [before] = tx.execute("SELECT tiles FROM worlds.connections WHERE connection_id = %s", (eye.connection_id,))

    assert len(maps(eye.types(tx, "east 5000"))) == 1

    [after] = tx.execute("SELECT tiles FROM worlds.connections WHERE connection_id = %s", (eye.connection_id,))
    assert after != before
    assert after["tiles"] == sorted(key.number for key in service.tiles_around(world, eye.character(tx).position))


def test_turning_to_where_one_looks_already_is_no_event(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")
    for _ in range(3):
        ann.types(tx, "face east")

    row = tx.execute("SELECT count(*) AS n FROM worlds.events WHERE event_type = 'PlayerTurned'").fetchone()
    assert row == {"n": 1}
