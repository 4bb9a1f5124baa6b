"""Searching the ground for ore, as a player types it. Source: worlds 11.5."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from kernel.database import Connection, Tx, transaction
from tests.support.grounds import make_ground
from tests.support.round_trips import counted
from tests.support.worlds import Player, code, come_to, come_to_lobby, texts
from tests.worlds.integration.test_resource_grounds import offers, put, terrain_of
from worlds.characters import service as characters
from worlds.characters.events import StaminaChanged
from worlds.forgetting import service as forgetting
from worlds.minerals.models import Vein
from worlds.minerals.planets import planet_of
from worlds.minerals.rules import site_of, veins_near
from worlds.movement.models import PARTS
from worlds.rebuilding import service as rebuilding
from worlds.space.models import METRE, Position
from worlds.world import service as worlds
from worlds.world.events import WorldDeleted
from worlds.world.models import World

BEGUN = "You begin to search the ground for ore."


def hidden_veins(tx: Tx, world: World) -> list[Vein]:
    """Veins on land that no one sees, those that are found most easily first."""
    terrain, planet = terrain_of(tx, world), planet_of(world.generation)
    found = veins_near(
        planet, world.space, Position(0, 0), 10_000 * METRE, lambda position: site_of(planet, *terrain.cell(position))
    )
    dry = [each for each in found if not each.is_visible and not terrain.at(each.position).water]
    return sorted(dry, key=lambda each: each.depth)


def search_until_found(tx: Tx, player: Player, vein: Vein) -> list[str]:
    put(tx, player, vein.position)
    said = texts(player.types(tx, "search"))
    tx.now += timedelta(hours=6)
    return [*said, *texts(player.types(tx, "prospect"))]


def lucky(tx: Tx, world: World) -> tuple[Player, Vein]:
    """Someone who has found a hidden vein."""
    easiest = hidden_veins(tx, world)[:40]
    for number in range(10 * len(easiest)):  # what is drawn depends on the ids, which are others each time
        vein = easiest[number % len(easiest)]
        someone = come_to(tx, world.world_id, f"Ann{number}")
        if "You find: " in search_until_found(tx, someone, vein)[-1]:
            return someone, vein
    raise AssertionError("no one finds anything")


def stored(tx: Tx, table: str) -> int:
    [row] = tx.execute(f"SELECT count(*) AS n FROM worlds.{table}")  # pyright: ignore[reportArgumentType]
    return row["n"]


def test_who_stays_and_searches_finds_what_is_hidden_and_sees_it_from_then_on(tx: Tx):
    world = make_ground(tx)

    ann, _ = lucky(tx, world)

    found = [each for each in offers(ann.types(tx, "look")) if each["type"] == "vein"]
    assert found
    assert texts(ann.types(tx, f"look {found[0]['name']}"))[0].startswith(f"{found[0]['name']}. ")
    assert stored(tx, "found_veins") >= len(found)
    assert "You find nothing more than before." in texts(ann.types(tx, "search"))[0]
    bob = come_to(tx, world.world_id, "Bob")
    put(tx, bob, ann.character(tx).position)
    assert not [each for each in offers(bob.types(tx, "look")) if each["type"] == "vein"]


def test_a_search_costs_stamina_once_and_begins_anew_elsewhere(tx: Tx):
    world = make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")
    first, second = (each.position for each in hidden_veins(tx, world)[:2])
    put(tx, ann, first)
    before = ann.character(tx).stamina

    assert texts(ann.types(tx, "search"))[0].startswith(BEGUN)
    assert before - ann.character(tx).stamina == 20 * PARTS
    tx.now += timedelta(minutes=90)
    assert texts(ann.types(tx, "search"))[0].startswith("You have searched for 1 h 30 min. ")
    put(tx, ann, second)
    assert texts(ann.types(tx, "search"))[0].startswith(BEGUN)


def test_who_is_too_tired_or_in_water_or_in_the_lobby_cannot_search(tx: Tx):
    world = make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")
    terrain = terrain_of(tx, world)
    sea = next(
        Position(x * 1_000, y * 1_000)
        for x in range(100)
        for y in range(-20, 20)
        if terrain.at(Position(x * 1_000, y * 1_000)).water == "sea"
    )
    home = ann.character(tx).position
    put(tx, ann, sea)
    assert code(ann.types(tx, "search")) == "INVALID_COMMAND"
    put(tx, ann, home)
    me = ann.character(tx)
    tired = StaminaChanged(character_id=me.character_id, old=me.stamina, new=5 * PARTS, reason="test")
    characters.save(tx, me, [tired])
    assert code(ann.types(tx, "search")) == "INSUFFICIENT_STAMINA"
    assert stored(tx, "searches") == 0
    assert code(come_to_lobby(tx).types(tx, "search")) == "INVALID_COMMAND"


def test_a_repeated_search_changes_nothing(tx: Tx):
    ann = come_to(tx, make_ground(tx).world_id, "Ann")
    command_id = str(uuid4())

    first = ann.types(tx, "search", command_id)
    spent = ann.character(tx).stamina
    again = ann.types(tx, "search", command_id)

    assert texts(first) == texts(again)
    assert ann.character(tx).stamina == spent
    assert stored(tx, "searches") == 1


def test_searches_and_species_are_rebuilt_from_the_log(tx: Tx):
    world = make_ground(tx)
    lucky(tx, world)
    assert stored(tx, "species") > 20

    assert rebuilding.rebuild(tx).differences == []


def test_they_go_with_who_found_them_and_with_the_world(tx: Tx):
    world = make_ground(tx)
    ann, _ = lucky(tx, world)
    forgetting.forget(tx, ann.me.account_id)
    tx.execute("DELETE FROM kernel.accounts WHERE account_id = %s", (ann.me.account_id,))
    assert stored(tx, "found_veins") == 0
    assert rebuilding.rebuild(tx).differences == []


def test_a_deleted_world_leaves_neither_species_nor_finds(tx: Tx):
    world = make_ground(tx)
    lucky(tx, world)
    worlds.save(tx, world, world.world_id, [WorldDeleted(world_id=world.world_id)])

    assert [stored(tx, table) for table in ("species", "searches", "found_veins")] == [0, 0, 0]
    assert rebuilding.rebuild(tx).differences == []


@pytest.mark.parametrize("times", [1, 2])
def test_a_search_is_two_round_trips(conn: Connection, database_url: str, times: int):
    with transaction(conn) as tx:
        ann = come_to(tx, make_ground(tx).world_id, "Ann")
    with counted(database_url) as (connection, wire):
        for _ in range(8):
            with transaction(connection) as tx:
                ann.types(tx, "search")
        before = wire.round_trips()
        for _ in range(times):
            with transaction(connection) as tx:
                assert texts(ann.types(tx, "search"))

        assert wire.round_trips() - before == 2 * times
