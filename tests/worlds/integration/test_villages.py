"""Villages are there when someone comes near, and live on between visits. Source: worlds 16, 18, 28."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from math import hypot

import pytest
from psycopg.types.json import Jsonb

from kernel.database import Connection, Tx, transaction
from local.worlds.settling import settle_npc
from tests.support.grounds import make_ground
from tests.support.races import race_of
from tests.support.villages import look, pass_time, people_of, set_time, stand, village_of
from tests.support.worlds import Player, come_to, make_world, texts
from worlds.npcs.events import NpcDied
from worlds.rebuilding import service as rebuilding
from worlds.space.models import Position
from worlds.time.rules import DAYS_PER_YEAR
from worlds.villages import queries
from worlds.villages.talker_queries import list_talkers_near
from worlds.visiting import service as villages


def test_who_arrives_sees_smoke_and_meets_people_after_a_short_walk(tx: Tx):
    world = make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")
    village = village_of(tx, world)
    set_time(tx, world, 2, 10)

    assert village.name in look(tx, ann).split("Smoke rises")[1]
    entrance = world.generation["entrance"]
    metres = hypot(village.site.centre.x - entrance[0], village.site.centre.y - entrance[1]) / 10
    assert 50 < metres < 300

    farmer = next(
        each for each in people_of(tx, world) if each["doing"] == "works:farmer" and each["occupation"] == "farmer"
    )
    stand(tx, ann, village.site.places["farmer"])
    seen = look(tx, ann)
    assert f"{farmer['name']} (human) is tending the field." in seen
    assert f"You are in {village.name}." in seen


def test_a_village_has_a_well_and_what_its_people_work_at(tx: Tx):
    world = make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")
    village = village_of(tx, world)
    set_time(tx, world, 2, 10)

    stand(tx, ann, village.site.places["smith"])
    assert "forge" in look(tx, ann).split("You see: ")[1]
    stand(tx, ann, village.site.homes[0])
    assert "kiln" in look(tx, ann).split("You see: ")[1]
    assert texts(ann.types(tx, "go kiln"))[0].startswith("You walk to the kiln.")
    assert texts(ann.types(tx, "go well"))[0].startswith("You walk to the well.")
    assert "well" in look(tx, ann).split("You see: ")[1]


@pytest.mark.parametrize("people", ["lizardfolk", "Lichen Folk of the North"])
def test_peoples_that_no_content_knows_live_grow_up_and_talk(tx: Tx, people: str):
    world = make_ground(tx)
    tx.execute("UPDATE worlds.worlds SET generation = generation || %s::jsonb", (Jsonb({"peoples": [people]}),))
    set_time(tx, world, 2, 10)
    ann = come_to(tx, world.world_id, "Ann")
    for days in (1, 20 * DAYS_PER_YEAR):
        pass_time(tx, world, days)
        stand(tx, ann, village_of(tx, world).site.places["farmer"])
        look(tx, ann)

    [village] = queries.list_of_world(tx, world.world_id)
    assert village["species"] == people
    assert any(each["born"] > 0 for each in people_of(tx, world))
    assert f"({people})" in look(tx, ann)


def test_people_go_about_by_the_hour(tx: Tx):
    world = make_ground(tx)
    set_time(tx, world, 2, 3)
    ann = come_to(tx, world.world_id, "Ann")
    stand(tx, ann, village_of(tx, world).site.homes[0])

    assert "is asleep" in look(tx, ann)
    assert {each["doing"] for each in people_of(tx, world)} == {"sleeps"}

    set_time(tx, world, 2, 10)
    look(tx, ann)
    assert {"plays", "works:farmer"} <= {each["doing"] for each in people_of(tx, world)}


def story(tx: Tx, days: list[int]) -> list[tuple[object, ...]]:
    """Tell what became of a village that someone has looked at on some days."""
    world = make_ground(tx, f"Gaia {len(days)} {days[0]}")
    set_time(tx, world, days[0], 11)
    ann = come_to(tx, world.world_id, f"Ann {len(days)}")
    for day in days:
        set_time(tx, world, day, 12)
        look(tx, ann)
    return [
        (each["number"], each["born"], each["died"], each["wed"], each["house"], each["is_present"], each["genes"])
        for each in people_of(tx, world)
    ]


def test_a_village_is_the_same_whoever_comes_when_and_how_often(tx: Tx):
    at_once = story(tx, [3_600])

    assert story(tx, [1, 89, 3_600]) == at_once
    assert any(died is not None for _, _, died, *_ in at_once)


def test_what_the_dead_had_is_with_those_who_are_left(tx: Tx):
    world = make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")

    def coins() -> int:
        [row] = tx.execute(
            "SELECT sum(quantity)::int AS n FROM worlds.holdings AS h JOIN worlds.characters AS c USING (character_id)"
            " WHERE item = 'coin' AND is_present"
        )
        return row["n"]

    before = coins()
    pass_time(tx, world, 25 * DAYS_PER_YEAR)
    look(tx, ann)

    dead = [each for each in people_of(tx, world) if each["died"] is not None]
    assert dead
    assert not any(each["is_present"] for each in dead)
    assert coins() >= before  # strangers who wed bring their own


def test_what_is_rebuilt_of_a_village_is_what_is_live(tx: Tx):
    world = make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")
    pass_time(tx, world, 1_000.5)
    look(tx, ann)

    # But for the clock, which this test has set.
    assert [each for each in rebuilding.rebuild(tx).differences if each.table != "worlds"] == []


def test_whom_a_player_has_killed_stays_dead_and_has_no_more_children(tx: Tx):
    from worlds.characters import service as characters

    world = make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")
    victim = next(each for each in people_of(tx, world) if each["spouse_id"] is not None)
    body = characters.ask(tx, victim["character_id"])()
    assert body is not None
    characters.save(tx, body, [NpcDied(character_id=body.character_id, day=0, cause="Ann")])
    pass_time(tx, world, 2_000)
    look(tx, ann)

    after = next(each for each in people_of(tx, world) if each["number"] == victim["number"])
    assert after["died"] == 0
    rows = tx.execute(
        "SELECT count(*) AS n FROM worlds.npcs WHERE %s IN (mother_id, father_id) AND born > 0",
        (victim["character_id"],),
    )
    assert rows.fetchall()[0]["n"] == 0


@pytest.mark.parametrize("days", [0, 400])
def test_two_who_come_at_once_find_one_village_and_all_is_lived_once(conn: Connection, database_url: str, days: int):
    with transaction(conn) as tx:
        world = make_ground(tx)
        players = [come_to(tx, world.world_id, f"P{number}") for number in range(4)]
        if not days:
            for table in ("villages", "npcs"):
                tx.execute("DELETE FROM worlds." + table)
            tx.execute("DELETE FROM worlds.characters WHERE role = 'npc'")
        else:
            pass_time(tx, world, days)

    with race_of(4, database_url) as race:
        race(*(partial(Player.types, player, text="look") for player in players))
        race(*(partial(Player.types, player, text="look") for player in players))

    with transaction(conn) as tx:
        village = village_of(tx, world)
        people = people_of(tx, world)
        assert [each["number"] for each in people] == [*range(1, len(people) + 1)]
        assert village.lived == village.founded + days
        assert len({each["name"] for each in people}) == len(people)


def test_no_one_settles_twice_what_is_settled(tx: Tx):
    world = make_ground(tx)
    come_to(tx, world.world_id, "Ann")
    village = village_of(tx, world)

    assert village.moves_at > world.time.at(tx.now)
    assert villages.settle(tx, world, village.village_id)
    assert people_of(tx, world)


def test_one_hears_what_people_say_to_one_another_and_each_word_is_so(tx: Tx):
    """Worlds 18.3: by the well, in the evening; what one has done is spoken of by those who know of it."""
    world = make_world(tx)
    outgoing = {"openness": 50, "conscientiousness": 50, "extraversion": 100, "agreeableness": 90, "neuroticism": 50}
    maren, torben = (
        settle_npc(tx, world, name, Position(50, 50 + number), village="Kilnford", number=number, personality=outgoing)
        for number, name in enumerate(("Maren", "Torben"))
    )
    for one, other in ((maren, torben), (torben, maren)):
        tx.execute(
            "UPDATE worlds.npcs SET spouse_id = %s WHERE character_id = %s", (other.character_id, one.character_id)
        )
    ann = come_to(tx, world.world_id, "Ann")
    set_time(tx, world, 3, 17)
    ann.types(tx, "threaten maren")
    heard: list[str] = []
    set_time(tx, world, 3, 19.6)
    for _ in range(90):
        tx.now += timedelta(minutes=1)
        heard += [line for line in look(tx, ann).splitlines() if "Maren" in line and " says " in line]

    assert heard
    assert any(line.startswith("Maren greets Torben warmly. ") for line in heard)
    assert '"Ann threatened me today." says Maren. Torben agrees.' in " ".join(heard)
    assert not look(tx, come_to(tx, make_world(tx, "Quiet").world_id, "Bob")).count("says")


def test_no_one_chats_in_a_fight(tx: Tx):
    world = make_world(tx)
    for number, name in enumerate(("Maren", "Torben")):
        settle_npc(tx, world, name, Position(50, 50 + number), village="Kilnford", number=number)
    ann = come_to(tx, world.world_id, "Ann")
    near = [each["called"] for each in list_talkers_near(tx, ann.connection_id, 200)]
    ann.types(tx, "attack maren")

    assert near == ["Maren", "Torben"]
    assert [each["called"] for each in list_talkers_near(tx, ann.connection_id, 200)] == ["Torben"]
