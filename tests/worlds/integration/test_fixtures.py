"""Things that cannot be carried away: they are opened and pushed. Source: worlds 5 and 9."""

from __future__ import annotations

from functools import partial

import pytest

from kernel.database import Connection, Tx, transaction
from tests.support.grounds import make_ground
from tests.support.races import race_of
from tests.support.worlds import Player, code, come_to, make_world, place_fixture, place_item, texts
from worlds.ground import service as ground
from worlds.ground.models import is_too_deep
from worlds.movement.models import PARTS
from worlds.rebuilding import service as rebuilding
from worlds.rebuilding.running import run as rebuild
from worlds.space.models import Position, Space

HERE = Position(50, 50)


def place_of(tx: Tx, name: str) -> tuple[int, int]:
    [row] = tx.execute("SELECT x, y FROM worlds.entities WHERE name = %s", (name,))
    return row["x"], row["y"]


def lying(tx: Tx) -> dict[str, int]:
    rows = tx.execute(
        "SELECT item, sum(quantity)::int AS quantity FROM worlds.entities WHERE item IS NOT NULL GROUP BY 1"
    )
    return {row["item"]: row["quantity"] for row in rows}


def test_a_chest_is_opened_once_and_what_it_held_can_be_taken(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")
    place_fixture(tx, world, "oak_chest", Position(50, 80))

    assert texts(ann.types(tx, "look chest"))[0].startswith("oak chest. An oak chest with iron bands. It is closed.")
    assert texts(ann.types(tx, "open the chest")) == [
        "You open oak chest. It held: candles × 4, bandages × 2 and silver ring. Take it with: get <item>"
    ]
    assert lying(tx) == {"candle": 4, "bandage": 2, "silver_ring": 1}
    assert "It is open." in texts(ann.types(tx, "look chest"))[0]
    assert code(ann.types(tx, "open chest")) == "INVALID_COMMAND"
    ann.types(tx, "get candles")
    assert lying(tx) == {"bandage": 2, "silver_ring": 1}
    assert rebuilding.rebuild(tx).differences == []


def test_what_is_locked_far_away_or_has_no_lid_stays_shut(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")
    world = place_fixture(tx, world, "oak_chest", Position(50, 60), locked=True)
    world = place_fixture(tx, world, "barrel", Position(50, 81))
    world = place_fixture(tx, world, "boulder", Position(60, 50))
    place_item(tx, world, "lamp", HERE)

    assert [answer["data"]["message"] for line in ("open chest", "open barrel", "open boulder", "open lamp")
            for answer in ann.types(tx, line)] == [
        "oak chest is locked.",
        "You are 3.1 m away from the barrel, and have to be within 3 m. Write: go to barrel",
        "You cannot open boulder. Write look boulder to see what it is for.",
        "You cannot open lamp. Write look lamp to see what it is for.",
    ]  # fmt: skip


def test_a_push_moves_something_a_metre_away_and_costs_a_point_for_each_10_kg(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")
    place_fixture(tx, world, "oak_chest", Position(50, 65))
    before = ann.character(tx).stamina

    [said] = texts(ann.types(tx, "push chest"))

    assert said.startswith("You push oak chest one metre north. Stamina ")
    assert place_of(tx, "oak chest") == (50, 75)
    assert before - ann.character(tx).stamina == 5 * PARTS  # 45 kg
    assert ann.character(tx).position == HERE
    ann.types(tx, "pull chest")
    assert place_of(tx, "oak chest") == (50, 65)
    ann.types(tx, "push the chest northeast")
    assert place_of(tx, "oak chest") == (60, 75)
    ann.types(tx, "pull chest")  # it lies nearer to the north than to the northeast
    assert place_of(tx, "oak chest") == (60, 65)
    assert rebuilding.rebuild(tx).differences == []


def test_what_is_pushed_across_the_seam_is_found_on_the_other_side(tx: Tx):
    world = make_world(tx, space=Space("spherical", circumference=100_000))
    ann = come_to(tx, world.world_id, "Ann")
    place_fixture(tx, world, "barrel", Position(5, 50))
    ann.types(tx, "w 3")

    ann.types(tx, "push barrel west")

    assert place_of(tx, "barrel") == (99_995, 50)
    assert texts(ann.types(tx, "look barrel"))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("push lamp", "You do not have to push lamp. Pick it up: get lamp"),
        ("push statue", "statue does not come loose."),
        ("push signpost", "signpost cannot be pushed: it is fastened to the ground."),
        ("pull boulder", "You stand in the way yourself. Step back, and do it again."),
        ("push boulder west", "Something is in the way: barrel."),
        ("push boulder east", "Something is in the way: Bob."),
        ("push chest", "You are 4.0 m away from the oak chest, and have to be within 3 m. Write: go to oak chest"),
        ("push dragon", 'There is no "dragon" here. Write look to see what is.'),
    ],
)
def test_what_does_not_move_says_why_and_stays_where_it_is(tx: Tx, line: str, says: str):
    world = make_world(tx)
    ann, bob = come_to(tx, world.world_id, "Ann"), come_to(tx, world.world_id, "Bob")
    bob.types(tx, "e 2.5")
    bob.types(tx, "n 1.5")
    world = place_fixture(tx, world, "boulder", Position(62, 62))
    world = place_fixture(tx, world, "barrel", Position(52, 66))
    world = place_fixture(tx, world, "oak_chest", Position(50, 10))
    world = place_fixture(tx, world, "statue", Position(40, 50), metadata={}, locked=True)
    world = place_fixture(tx, world, "signpost", Position(40, 40), metadata={})
    place_item(tx, world, "lamp", HERE)

    [refusal] = ann.types(tx, line)

    assert refusal["data"]["message"] == says
    assert place_of(tx, "boulder") == (62, 62)


def test_strength_and_stamina_limit_what_one_moves(tx: Tx):
    world = make_world(tx)
    strong = come_to(tx, world.world_id, "Ann")  # Might 47: 235 kg
    weak = come_to(tx, world.world_id, "Bob")
    tx.execute(
        "UPDATE worlds.characters SET attributes = attributes || '{\"Might\": 35}' WHERE character_id = %s",
        (weak.character_id,),
    )
    place_fixture(tx, world, "boulder", Position(50, 65))

    [refusal] = weak.types(tx, "push boulder")
    assert refusal["data"]["message"] == (
        "boulder weighs 180.0 kg, and you can move 175.0 kg. Someone stronger may help you."
    )
    [said, *_] = texts(strong.types(tx, "push boulder"))
    assert said.startswith("You push boulder one metre north.")
    tx.execute("UPDATE worlds.characters SET stamina = %s WHERE character_id = %s", (17 * PARTS, strong.character_id))
    assert code(strong.types(tx, "push boulder")) == "INSUFFICIENT_STAMINA"
    assert place_of(tx, "boulder") == (50, 75)


def test_nothing_is_pushed_into_a_wall_or_into_deep_water(tx: Tx):
    box = make_world(tx, space=Space("bounded_cube", lowest=Position(0, 0), highest=Position(100, 100, 100)))
    ann = come_to(tx, box.world_id, "Ann")
    place_fixture(tx, box, "barrel", Position(70, 95))
    ann.types(tx, "go to barrel")
    assert code(ann.types(tx, "push barrel north")) == "MOVEMENT_BLOCKED"

    world = make_ground(tx)
    bob = come_to(tx, world.world_id, "Bob")
    start = bob.character(tx).position
    terrain = ground.read(tx, world, [start])
    assert terrain is not None
    shore = next(
        (at, way)
        for metres in range(200)
        for way, (x, y) in (("north", (0, 1)), ("east", (1, 0)), ("south", (0, -1)), ("west", (-1, 0)))
        if not is_too_deep(terrain.at(at := Position(start.x + x * metres * 10, start.y + y * metres * 10)))
        and is_too_deep(terrain.at(Position(at.x + x * 10, at.y + y * 10)))
    )
    at, way = shore
    tx.execute("UPDATE worlds.characters SET x = %s, y = %s WHERE character_id = %s", (at.x, at.y, bob.character_id))
    place_fixture(tx, world, "oak_chest", at)
    assert "too deep" in bob.types(tx, f"push chest {way}")[0]["data"]["message"]


def test_watchers_open_and_push_nothing(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann", role="watcher")
    place_fixture(tx, world, "oak_chest", Position(50, 65))

    assert code(ann.types(tx, "open chest")) == code(ann.types(tx, "push chest")) == "FORBIDDEN"


def test_of_many_who_open_one_chest_or_push_it_each_finds_it_as_the_one_before_has_left_it(
    conn: Connection, database_url: str
):
    with transaction(conn) as tx:
        world = make_world(tx)
        players = [come_to(tx, world.world_id, f"P{number}") for number in range(8)]
        place_fixture(tx, world, "oak_chest", Position(50, 55))

    with race_of(8, database_url) as race:
        opened = race(*(partial(Player.types, player, text="open chest") for player in players))
        pushed = race(*(partial(Player.types, player, text="push chest north") for player in players[:2]))

    assert sum(bool(isinstance(each, list) and texts(each)) for each in opened) == 1
    assert all(isinstance(each, list) and texts(each) for each in pushed)
    with transaction(conn) as tx:
        assert lying(tx) == {"candle": 4, "bandage": 2, "silver_ring": 1}
        assert place_of(tx, "oak chest") == (50, 75)
    assert rebuild(conn, write=False).differences == []
