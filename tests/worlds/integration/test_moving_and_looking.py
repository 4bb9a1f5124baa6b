"""Going and looking, as a player types it. Source: worlds 5, 8 and 9."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from kernel.database import Tx
from kernel.texts import speaking
from tests.support.grounds import make_ground
from tests.support.villages import look, village_of
from tests.support.worlds import Player, code, come_to, connect, make_world, place_fixture, place_item, texts
from worlds.acting import looking
from worlds.movement.models import PARTS
from worlds.space.models import Position, Space
from worlds.world import service as worlds
from worlds.world.events import ThingPlaced
from worlds.world.models import World


def place(tx: Tx, world: World, name: str, at: Position) -> World:
    thing = ThingPlaced(
        world_id=world.world_id,
        entity_id=uuid4(),
        kind="static",
        name=name,
        description="It is old.",
        details="A name is scratched into it.",
        position=at,
    )
    return worlds.save(tx, world, world.world_id, [thing])


def spent(tx: Tx, player: Player, line: str) -> int:
    before = player.character(tx).stamina
    assert texts(player.types(tx, line)), line
    return (before - player.character(tx).stamina) // PARTS


def test_a_thing_is_seen_within_twenty_metres_and_its_details_within_two(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")
    world = place(tx, world, "milestone", Position(50, 70))
    world = place(tx, world, "signpost", Position(50, 71))
    world = place(tx, world, "obelisk", Position(250, 50))
    place(tx, world, "tower", Position(251, 50))

    assert texts(ann.types(tx, "look milestone")) == ["milestone. It is old. A name is scratched into it."]
    assert texts(ann.types(tx, "look signpost")) == ["signpost. It is old. Go nearer to see more."]
    assert texts(ann.types(tx, "look obelisk"))
    assert code(ann.types(tx, "look tower")) == "TARGET_NOT_FOUND"
    assert "You see: milestone, signpost and obelisk." in texts(ann.types(tx, "look"))[0]


def test_stamina_pays_for_each_way_to_walk(tx: Tx):
    """Source: worlds 8, acceptance 1; 5, acceptance 2."""
    ann = come_to(tx, make_world(tx).world_id, "Ann")

    assert [spent(tx, ann, line) for line in ("walk n 10", "sneak n 3", "sprint n 2.1", "ne")] == [10, 5, 9, 2]
    assert ann.character(tx).position == (60, 50 + 100 + 30 + 21 + 10, 0)


def test_too_little_stamina_changes_nothing(tx: Tx):
    """Source: worlds 8, acceptance 2."""
    ann = come_to(tx, make_world(tx).world_id, "Ann")
    tx.execute("UPDATE worlds.characters SET stamina = %s", (4 * PARTS,))
    before = ann.character(tx)

    assert code(ann.types(tx, "run n 3")) == "INSUFFICIENT_STAMINA"

    assert ann.character(tx) == before


def test_half_a_point_of_a_rest_is_kept(tx: Tx):
    """Source: worlds 8, acceptance 3."""
    ann = come_to(tx, make_world(tx).world_id, "Ann")
    tx.execute(
        "UPDATE worlds.characters SET stamina = %s, settled_at = %s, attributes = attributes || '{\"Endurance\": 50}'",
        (100 * PARTS, tx.now),
    )
    tx.now += timedelta(seconds=3.5)

    ann.types(tx, "n")

    assert ann.character(tx).stamina == 100 * PARTS + 17 * PARTS + PARTS // 2 - PARTS


def test_the_pole_and_the_seam_are_crossed_on_foot(tx: Tx):
    """Source: worlds 8, acceptance 4; 30, trap 11."""
    wendy = come_to(tx, make_world(tx, space=Space("spherical", circumference=100_000)).world_id, "Wendy", "watcher")

    tx.execute("UPDATE worlds.characters SET x = 10000, y = 24900")
    wendy.types(tx, "n 20")
    assert wendy.character(tx).position == (60_000, 24_900, 0)
    tx.execute("UPDATE worlds.characters SET x = 5, y = 0")
    wendy.types(tx, "w 1")
    assert wendy.character(tx).position == (99_995, 0, 0)


def test_a_watcher_goes_ten_kilometres_at_once_and_flies_to_the_ceiling(tx: Tx):
    wendy = come_to(tx, make_world(tx).world_id, "Wendy", "watcher")

    assert texts(wendy.types(tx, "n 10000"))
    assert code(wendy.types(tx, "n 10001")) == "INVALID_INPUT"
    assert texts(wendy.types(tx, "fly")) == ["You fly, 10 m above the ground."]
    assert texts(wendy.types(tx, "fly up")) == ["You fly, 20 m above the ground."]
    assert texts(wendy.types(tx, "fly 1000")) == ["You fly, 1000 m above the ground."]
    assert texts(wendy.types(tx, "look"))[0].endswith("\nThere is nothing near you but the air.")
    assert code(wendy.types(tx, "up")) == "MOVEMENT_BLOCKED"
    assert texts(wendy.types(tx, "fly 0")) == ["You land."]
    assert code(wendy.types(tx, "up")) == "MOVEMENT_BLOCKED"


@pytest.mark.parametrize(("height", "refusal"), [("10", True), ("10.1", False)])
def test_nothing_is_in_the_way_of_who_flies_above_ten_metres(tx: Tx, height: str, refusal: bool):
    world = make_world(tx)
    wendy = come_to(tx, world.world_id, "Wendy", "watcher")
    place_fixture(tx, world, "boulder", Position(50, 70, 101 if not refusal else 100))
    wendy.types(tx, f"fly {height}")

    answer = wendy.types(tx, "n 2")

    assert (answer[0]["type"] == "error") is refusal


def test_a_body_walks_a_hundred_metres_at_once_and_does_not_fly(tx: Tx):
    ann = come_to(tx, make_world(tx).world_id, "Ann")

    assert texts(ann.types(tx, "n 100"))
    assert [code(ann.types(tx, line)) for line in ("n 100.1", "fly", "up", "d")] == ["MOVEMENT_BLOCKED"] * 4


def test_where_one_looks_follows_the_last_step_and_face(tx: Tx):
    ann = come_to(tx, make_world(tx).world_id, "Ann")

    ann.types(tx, "sw")
    assert ann.character(tx).facing == (-707, -707, 0)
    ann.types(tx, "face e")
    assert ann.character(tx).facing == (1000, 0, 0)


def test_one_goes_to_a_thing_and_stops_before_it(tx: Tx):
    world = make_world(tx)
    ann, bob = come_to(tx, world.world_id, "Ann"), come_to(tx, world.world_id, "Bob")
    place_fixture(tx, world, "boulder", Position(50, 250))
    bob.types(tx, "e 10")

    assert texts(ann.types(tx, "go to the boulder"))[0].startswith("You walk to the boulder.")
    assert ann.character(tx).position == (50, 240, 0)
    assert texts(ann.types(tx, "go to boulder")) == ["You are there already."]
    ann.types(tx, "go to bob")
    assert abs(ann.character(tx).position.x - 150) <= 10
    assert abs(ann.character(tx).position.y - 50) <= 10


def test_one_goes_around_what_is_in_the_way_and_pays_for_the_longer_way(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")
    world = place_fixture(tx, world, "boulder", Position(50, 150), radius=20)
    place_item(tx, world, "lamp", Position(50, 250))

    assert code(ann.types(tx, "n 15")) == "MOVEMENT_BLOCKED"
    [went] = texts(ann.types(tx, "go to the lamp"))[:1]

    assert ann.character(tx).position == (50, 240, 0)
    assert went == "You walk to the lamp. Stamina 492/512."  # 20; straight on it would be 19


def test_one_goes_as_far_as_one_gets_and_reads_what_is_in_the_way(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")
    world = place_fixture(tx, world, "boulder", Position(50, 150), radius=20)
    for x in (-90, -50, -10, 90, 130, 170):
        world = place_fixture(tx, world, "boulder", Position(x, 150), radius=40)
    place_item(tx, world, "lamp", Position(50, 250))

    [went] = texts(ann.types(tx, "go to the lamp"))[:1]

    assert went.startswith("You walk towards the lamp. Something is in the way: boulder.")
    assert 100 < ann.character(tx).position.y <= 130
    assert code(ann.types(tx, "go to the lamp")) == "MOVEMENT_BLOCKED"


def test_one_goes_to_a_village_in_stages(tx: Tx):
    world = make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")
    village = village_of(tx, world)

    stages = [texts(ann.types(tx, line))[0] for line in ("go village", f"go to {village.name}", *["go village"] * 3)]

    assert stages[0].startswith(f"You walk towards {village.name}. ")
    assert "m are left" in stages[0]
    assert stages[-1] == "You are there already."
    assert f"You are in {village.name}." in look(tx, ann)


def test_what_is_worn_is_put_on_and_taken_off(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")
    for item in ("copper_ring", "copper_ring", "silver_ring", "walking_boots"):
        world, _ = place_item(tx, world, item, Position(50, 50))
    ann.types(tx, "get all")

    assert texts(ann.types(tx, "equip boots")) == ["You equip walking boots: feet."]
    for line in ("equip copper ring", "wear copper ring"):
        assert texts(ann.types(tx, line))
    assert code(ann.types(tx, "wear silver ring")) == "CANNOT_EQUIP"
    assert code(ann.types(tx, "equip silver ring on the head")) == "CANNOT_EQUIP"
    assert texts(ann.types(tx, "remove boots")) == ["You take off walking boots."]
    assert sorted(each.slot or "" for each in ann.character(tx).inventory.held) == ["", "", "ring1", "ring2"]
    assert "copper ring (0.006 kg), ring1" in texts(ann.types(tx, "inventory"))[0]


def test_other_languages_have_plain_sentences_where_they_are_translated(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    world = make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")
    [composed] = texts(ann.types(tx, "look"))
    with speaking("de"):
        ann = connect(tx, ann.me, ann.character_id)
    [german] = texts(ann.types(tx, "look"))

    assert german == composed  # not translated yet: "and" is not, either
    monkeypatch.setattr(looking, "translate", lambda text, **fields: f"<{text}>")
    [plain] = texts(ann.types(tx, "look"))

    assert composed.split("\n")[0] not in plain
    assert "You are in a forest of oak and birch." in plain
