"""Hunters that warn and attack, packs, herds, and people who come to help. Source: worlds 15.2, 19, 21."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from msgspec.structs import replace

from kernel.database import Connection, Tx, transaction
from local.worlds.settling import YEAR, settle_npc
from tests.support.beasts import WOLVES, put_creature, put_wolf
from tests.support.grounds import make_ground
from tests.support.races import race_of
from tests.support.worlds import Player, come_to, told
from worlds.characters import service as characters
from worlds.ecosystem.models import MEAT_EATER, PLANT_EATER
from worlds.fights import service as fights
from worlds.rebuilding.running import run as rebuild_all
from worlds.rebuilding.service import rebuild
from worlds.relationships import queries as relationships
from worlds.relationships.models import Opinion, strangers
from worlds.space.models import Position
from worlds.world import queries as worlds_sql
from worlds.world.models import World

BRAVE = {"neuroticism": 20, "agreeableness": 40}
TIMID = {"neuroticism": 90, "agreeableness": 60}
DEER = 5
"""The number of a species of plant eaters."""


@pytest.fixture
def world(tx: Tx) -> World:
    return make_ground(tx)


def now_world(tx: Tx, world: World) -> World:
    [row] = worlds_sql.find(tx, world.world_id)
    return worlds_sql.read(row)


def beside(tx: Tx, player: Player, east: int = 0, north: int = 0) -> Position:
    """Return a place that is so many metres away from someone."""
    x, y, z = player.character(tx).position
    return Position(x + 10 * east, y + 10 * north, z)


def wait(tx: Tx, seconds: float) -> None:
    """Let time pass, and what is due in fights happen."""
    tx.now += timedelta(seconds=seconds)
    for fight_id in fights.list_due(tx):
        fights.settle_one(tx, fight_id)


def lines_of(tx: Tx, player: Player, text: str) -> list[str]:
    """Type something; return the lines about fights that come back."""
    answer = player.types(tx, text)
    return [each["data"]["text"] for each in answer if each["data"].get("type") == "combat"]


def heard(tx: Tx, player: Player) -> list[str]:
    return [each["text"] for each in told(tx, player) if each["type"] == "combat"]


def fighting(tx: Tx) -> set[str]:
    """Return the states of all who are in a fight."""
    return {row["state"]["state"] for row in tx.execute("SELECT state FROM worlds.fighters").fetchall()}


def stands_at(tx: Tx, number: int) -> Position:
    [row] = tx.execute("SELECT x, y, z FROM worlds.creatures WHERE number = %s", (number,))
    return Position(row["x"], row["y"], row["z"])


def test_a_hungry_hunter_warns_who_comes_near_and_leaps_at_who_stays(tx: Tx, world: World, ann: Player):
    wolf = put_wolf(tx, now_world(tx, world), beside(tx, ann, north=9), hungry=True)

    [growl] = lines_of(tx, ann, "north")

    assert growl == (
        f"{wolf} growls at you, 8 m away, to the north. Get away from it, or it attacks. Write: run south 20"
    )
    hints = ann.types(tx, "hint")[0]["data"]["metadata"]["hints"]
    assert [each["command"] for each in hints[:2]] == ["run south 20", f"attack {wolf}"]
    wait(tx, 14)  # so near to where everyone arrives, it is patient
    assert heard(tx, ann) == []
    wait(tx, 1)
    assert heard(tx, ann)[0] == f"{wolf} leaps at you! Write flee to get away, or attack."
    assert stands_at(tx, 1) == beside(tx, ann, north=1)
    assert rebuild(tx).differences == []


def test_who_runs_from_a_growl_gets_away(tx: Tx, world: World, ann: Player):
    wolf = put_wolf(tx, now_world(tx, world), beside(tx, ann, north=9), hungry=True)
    assert lines_of(tx, ann, "north")

    assert lines_of(tx, ann, "run south 20") == []
    wait(tx, 15)

    assert heard(tx, ann) == [f"{wolf} turns away from you."]
    assert fighting(tx) == set()


def test_far_from_where_everyone_arrives_a_hunter_is_less_patient(tx: Tx, world: World, ann: Player):
    for _ in range(2):
        tx.now += timedelta(minutes=5)
        ann.types(tx, "west 60")
    wolf = put_wolf(tx, now_world(tx, world), beside(tx, ann, north=9), hungry=True)
    assert lines_of(tx, ann, "north")

    wait(tx, 5)

    assert heard(tx, ann)[0].startswith(f"{wolf} leaps at you!")


def test_hunters_that_are_fed_attack_by_their_temper_alone(tx: Tx, world: World, ann: Player):
    grown: dict[bool, int] = {True: 0, False: 0}
    for number in range(1, 9):
        put_creature(tx, now_world(tx, world), beside(tx, ann, north=9), WOLVES, MEAT_EATER, number=number)
        put_creature(tx, now_world(tx, world), beside(tx, ann, north=900), DEER, PLANT_EATER, number=number + 20)
        tx.execute("SAVEPOINT one")
        tx.execute("DELETE FROM worlds.creatures WHERE kind = %s AND number <> %s", (MEAT_EATER, number))
        grown[bool(lines_of(tx, ann, "north"))] += 1
        tx.execute("ROLLBACK TO one")

    assert min(grown.values()) >= 2  # half of them, by the seed of the world


def test_a_hunter_does_not_hear_who_sneaks_so_soon(tx: Tx, world: World, ann: Player):
    put_wolf(tx, now_world(tx, world), beside(tx, ann, north=10), hungry=True)

    assert lines_of(tx, ann, "sneak north") == []
    assert lines_of(tx, ann, "north")


def test_a_pack_comes_when_one_of_it_is_attacked(tx: Tx, world: World, ann: Player):
    wolf = put_wolf(tx, now_world(tx, world), beside(tx, ann, north=1))
    put_creature(tx, now_world(tx, world), beside(tx, ann, north=9), WOLVES, MEAT_EATER, number=2)
    put_creature(tx, now_world(tx, world), beside(tx, ann, north=40), WOLVES, MEAT_EATER, number=3)

    ann.types(tx, f"attack {wolf} quick")
    wait(tx, 2)

    assert f"{wolf} leaps at you! Write flee to get away, or attack." in heard(tx, ann)
    rows = tx.execute("SELECT state FROM worlds.fighters WHERE cell IS NOT NULL").fetchall()
    assert {row["state"]["nature"]["number"] for row in rows} == {1, 2}  # the third is too far away
    assert stands_at(tx, 2) == beside(tx, ann, north=1)
    assert rebuild(tx).differences == []


def test_a_pack_growls_as_one(tx: Tx, world: World, ann: Player):
    for number in (1, 2, 3):
        wolf = put_creature(
            tx, now_world(tx, world), beside(tx, ann, number, 9), WOLVES, MEAT_EATER, number=number, hungry=True
        )

    [growl] = lines_of(tx, ann, "north")
    assert growl.startswith(f"{wolf} growls, 8 m from you, to the north, and 2 more of the pack look at you.")
    assert lines_of(tx, ann, "west") == []  # it has been said
    wait(tx, 15)
    assert [line.startswith(f"{wolf} leaps at you!") for line in heard(tx, ann)[:3]] == [True] * 3


def test_a_herd_runs_when_one_of_it_is_attacked(tx: Tx, world: World, ann: Player):
    deer = put_creature(tx, now_world(tx, world), beside(tx, ann, north=1), DEER, PLANT_EATER)
    put_creature(tx, now_world(tx, world), beside(tx, ann, north=5), DEER, PLANT_EATER, number=2)
    put_creature(tx, now_world(tx, world), beside(tx, ann, north=5), DEER + 1, PLANT_EATER, number=3)

    ann.types(tx, f"attack {deer} quick")

    assert stands_at(tx, 2) == beside(tx, ann, north=20)
    assert stands_at(tx, 3) == beside(tx, ann, north=5)
    assert rebuild(tx).differences == []


@pytest.mark.parametrize(
    ("personality", "related", "liked", "helps"),
    [
        (BRAVE, False, 0, True),  # a neighbour who dares
        (BRAVE, False, 40, False),  # but not against a friend
        (BRAVE, True, 40, True),  # unless it is about a brother
        ({}, False, 0, False),
        ({}, True, 0, True),
        (TIMID, True, 0, False),
    ],
)
def test_kin_and_neighbours_come_to_help_if_they_dare(
    tx: Tx, world: World, ann: Player, personality: dict[str, float], related: bool, liked: float, helps: bool
):
    mother = settle_npc(tx, world, "Old Jo", beside(tx, ann, north=300)).character_id
    family = {"mother_id": mother} if related else {}
    settle_npc(tx, world, "Maren", beside(tx, ann, north=1), **family)
    kai = settle_npc(tx, world, "Kai", beside(tx, ann, north=12), personality=personality, **family)
    settle_npc(tx, world, "Pip", beside(tx, ann, north=3), personality=personality, born=-9 * YEAR, **family)
    like(tx, kai.character_id, ann, liked)

    ann.types(tx, "attack maren")
    wait(tx, 2)

    assert ("Kai comes running, and turns against you." in heard(tx, ann)) == helps
    assert not any(line.startswith("Pip") for line in heard(tx, ann))  # a child
    after = characters.ask(tx, kai.character_id)()
    assert after is not None
    assert after.position == beside(tx, ann, north=1 if helps else 12)
    tx.execute("DELETE FROM worlds.relationships")  # it was made without an event
    assert [each.table for each in rebuild(tx).differences if each.table != "relationships"] == []


def like(tx: Tx, npc: UUID, player: Player, affection: float) -> None:
    """Let one of the game's own people like someone."""
    known = strangers(npc, player.character_id, player.character(tx).world_id, 0)
    if affection:
        relationships.save(tx, replace(known, version=1, opinion=Opinion(affection=affection)))


@pytest.mark.parametrize(("liked", "helps"), [(40, True), (0, False)])
def test_friends_help_against_a_wolf(tx: Tx, world: World, ann: Player, liked: float, helps: bool):
    maren = settle_npc(tx, world, "Maren", beside(tx, ann, north=6))
    like(tx, maren.character_id, ann, liked)
    wolf = put_wolf(tx, now_world(tx, world), beside(tx, ann, north=1), hungry=True)

    ann.types(tx, f"attack {wolf} quick")
    wait(tx, 2)

    assert (f"Maren comes running, and turns against {wolf}." in heard(tx, ann)) == helps


def test_players_fight_a_wolf_on_one_side(tx: Tx, world: World, ann: Player):
    bob = come_to(tx, world.world_id, "Bob")
    wolf = put_wolf(tx, now_world(tx, world), beside(tx, ann, north=1), hungry=True)
    ann.types(tx, f"attack {wolf} quick")
    bob.types(tx, f"attack {wolf} quick")
    tx.execute("UPDATE worlds.fighters SET state = jsonb_set(state, '{nature,hp}', '1') WHERE cell IS NOT NULL")

    for _ in range(20):
        wait(tx, 1)
        if not fighting(tx):
            break
        ann.types(tx, "attack quick")
        bob.types(tx, "attack quick")

    assert f"{wolf} is dead." in heard(tx, ann)
    assert f"{wolf} is dead." in heard(tx, bob)
    assert not any("Bob" in line and "hit" in line and wolf not in line for line in heard(tx, ann))
    assert "The fight is over for you." in [*heard(tx, ann), *heard(tx, bob)]


def test_a_pack_turns_on_one_of_two_who_come_near_at_the_same_moment(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        world = make_ground(tx)
        players = [come_to(tx, world.world_id, f"P{number}") for number in range(4)]
        for number in (1, 2, 3):
            place = beside(tx, players[0], number, 9)
            put_creature(tx, now_world(tx, world), place, WOLVES, MEAT_EATER, number=number, hungry=True)

    with race_of(4, database_url) as race:
        answers = race(*(partial(Player.types, player, text="north") for player in players))

    assert all(isinstance(each, list) for each in answers)
    assert sum("growls" in str(each) for each in answers) == 1
    with transaction(conn) as tx:
        [row] = tx.execute("SELECT count(*) AS number FROM worlds.fighters WHERE cell IS NOT NULL")
        assert row["number"] == 3
    assert rebuild_all(conn, write=False).differences == []
