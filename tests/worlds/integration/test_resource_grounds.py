"""What the ground offers to who stands on it. Source: worlds 11.5, 23.1, 27."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from kernel.database import Tx
from tests.support.grounds import make_ground
from tests.support.worlds import Player, code, come_to, texts
from worlds.characters import service as characters
from worlds.characters.events import PlayerMoved
from worlds.forgetting import service as forgetting
from worlds.ground import service as ground
from worlds.ground.models import Terrain
from worlds.minerals.models import Vein
from worlds.minerals.planets import planet_of
from worlds.minerals.rules import site_of, veins_near
from worlds.posts.envelopes import Envelope
from worlds.rebuilding import service as rebuilding
from worlds.resources.events import ResourceGathered
from worlds.resources.models import ResourceGround
from worlds.resources.rules import grounds_near
from worlds.space.models import METRE, Position
from worlds.space.rules import place_at, squared_distance
from worlds.time.rules import HOUR
from worlds.world.models import World


def terrain_of(tx: Tx, world: World) -> Terrain:
    found = ground.read(tx, world, [Position(x * 5_000, y * 5_000) for x in range(20) for y in range(-5, 6)])
    assert found is not None
    return found


def on_land(tx: Tx, world: World) -> list[ResourceGround]:
    terrain = terrain_of(tx, world)
    found = grounds_near(
        world.generation["seed"],
        world.space,
        Position(0, 0),
        10_000 * METRE,
        terrain.cover,
        lambda position: terrain.cell(position)[1].biome,
    )
    return [each for each in found if each.kind.key in ("oak", "birch", "berries", "grain")]


def put(tx: Tx, player: Player, at: Position) -> None:
    """Let someone be somewhere else."""
    me = player.character(tx)
    moved = PlayerMoved(
        character_id=me.character_id,
        start=me.position,
        to=at,
        mode="walk",
        facing=me.facing,
        stamina_cost=0,
        stamina=me.stamina,
    )
    characters.save(tx, me, [moved])


def offers(answer: list[Envelope]) -> list[Mapping[str, Any]]:
    [line] = [each["data"] for each in answer if each["type"] == "game_message"]
    return line["metadata"].get("offers", [])


def beside(world: World, at: Position, metres: int) -> Position:
    found = place_at(world.space, at.x, at.y - metres * METRE)
    assert found is not None
    return found


def test_one_sees_where_one_can_gather_and_walks_there(tx: Tx):
    world = make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")
    stand = on_land(tx, world)[0]
    put(tx, ann, stand.position)

    answer = ann.types(tx, "look")

    assert offers(answer)[0] == {
        "key": stand.key,
        "type": "resource",
        "what": stand.kind.key,
        "name": stand.kind.name,
        "position": {"x": stand.position.x / 10, "y": stand.position.y / 10},
        "distance": 0.0,
        "left": 1.0,
    }
    assert stand.kind.name in texts(answer)[0]
    assert texts(ann.types(tx, f"examine {stand.kind.name}"))[0].startswith(
        f"{stand.kind.name}. {stand.kind.description}"
    )
    put(tx, ann, beside(world, stand.position, 60))
    assert f"{stand.kind.name} (60 m to the north)" in texts(ann.types(tx, "look"))[0]
    assert texts(ann.types(tx, f"go {stand.kind.name}"))[0].startswith(f"You walk to the {stand.kind.name}.")
    assert squared_distance(world.space, ann.character(tx).position, stand.position) <= (METRE + 1) ** 2
    put(tx, ann, beside(world, stand.position, 201))
    assert stand.key not in {each["key"] for each in offers(ann.types(tx, "look"))}


def test_a_map_shows_where_one_can_gather_and_bare_ore_beside_ones_way(tx: Tx):
    world = make_ground(tx)
    stand, bare = on_land(tx, world)[0], next(each for each in veins_of(tx, world) if each.is_visible)
    ann = come_to(tx, world.world_id, "Ann")
    for at, name, kind in ((stand.position, stand.kind.name, "resource"), (bare.position, None, "outcrop")):
        put(tx, ann, beside(world, at, 3))

        [drawn] = [each["data"] for each in ann.types(tx, "north") if each["type"] == "map_update"]

        shown = [(tile["x"], tile["y"], each) for tile in drawn["tiles"] for each in tile["entities"]]
        [(x, y, _)] = [each for each in shown if each[2]["type"] == kind and name in (None, each[2]["name"])]
        assert (x, y) == (at.x / METRE, at.y / METRE)


def test_what_was_gathered_is_seen_grows_again_and_is_rebuilt(tx: Tx):
    world = make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")
    stand = next(each for each in on_land(tx, world) if each.kind.key == "berries")
    put(tx, ann, stand.position)
    now = world.time.at(tx.now)
    gathered = ResourceGathered(
        character_id=ann.character_id,
        world_id=world.world_id,
        ground=stand.key,
        resource=stand.kind.key,
        position=stand.position,
        quantity=int(stand.most / 2),
        left=stand.most / 2,
        game_time=now,
        rests_until=now + stand.kind.rest_hours * HOUR,
    )
    characters.save(tx, ann.character(tx), [gathered])

    def left() -> float:
        [seen] = [each for each in offers(ann.types(tx, "look")) if each["key"] == stand.key]
        return seen["left"]

    assert left() == pytest.approx(0.5, abs=0.01)
    assert "It looks thinner than it was." in texts(ann.types(tx, f"look {stand.kind.name}"))[0]
    tx.now += timedelta(hours=stand.kind.rest_hours + 12)
    assert left() == pytest.approx(0.5 + stand.regrowth / 2 / stand.most, abs=0.01)
    bob = come_to(tx, world.world_id, "Bob")
    forgetting.forget(tx, ann.me.account_id)
    tx.execute("DELETE FROM kernel.accounts WHERE account_id = %s", (ann.me.account_id,))
    put(tx, bob, stand.position)
    assert stand.key in {each["key"] for each in offers(bob.types(tx, "look")) if each["left"] < 1}
    assert rebuilding.rebuild(tx).differences == []


def test_everyone_sees_the_same_grounds(tx: Tx):
    world = make_ground(tx)
    ann, ben = come_to(tx, world.world_id, "Ann"), come_to(tx, world.world_id, "Ben")
    for stand in on_land(tx, world)[:5]:
        put(tx, ann, stand.position)
        put(tx, ben, beside(world, stand.position, 10))
        seen = [{each["key"] for each in offers(player.types(tx, "look"))} for player in (ann, ben)]
        assert stand.key in seen[0] & seen[1]


def veins_of(tx: Tx, world: World) -> list[Vein]:
    terrain, planet = terrain_of(tx, world), planet_of(world.generation)
    return veins_near(
        planet,
        world.space,
        Position(0, 0),
        10_000 * METRE,
        lambda position: site_of(planet, *terrain.cell(position)),
    )


def test_ore_that_comes_to_the_surface_is_seen_and_what_is_hidden_is_not(tx: Tx):
    world = make_ground(tx)
    found = veins_of(tx, world)
    ann = come_to(tx, world.world_id, "Ann")

    def seen(vein: Vein) -> set[str]:
        put(tx, ann, vein.position)
        return {each["key"] for each in offers(ann.types(tx, "look")) if each["type"] == "outcrop"}

    bare = next(each for each in found if each.is_visible)
    hidden = next(each for each in found if not each.is_visible)
    assert bare.key in seen(bare)
    assert hidden.key not in seen(hidden)


def test_what_is_nowhere_near_is_not_found(tx: Tx):
    ann = come_to(tx, make_ground(tx).world_id, "Ann")

    assert code(ann.types(tx, "look coral reef")) == "TARGET_NOT_FOUND"
