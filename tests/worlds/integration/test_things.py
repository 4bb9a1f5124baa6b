"""Things: in the ground, with people, and from one to the other. Source: worlds 5 and 9."""

from __future__ import annotations

from kernel.database import Tx
from tests.support.worlds import Player, code, come_to, make_world, place_item, texts, told
from worlds.space.models import Position

HERE = Position(50, 50)


def held(tx: Tx, player: Player) -> dict[str, int]:
    counts: dict[str, int] = {}
    for each in player.character(tx).inventory.held:
        counts[each.item.key] = counts.get(each.item.key, 0) + each.quantity
    return counts


def lying(tx: Tx) -> dict[str, int]:
    rows = tx.execute(
        "SELECT item, sum(quantity)::int AS quantity FROM worlds.entities WHERE item IS NOT NULL GROUP BY 1"
    )
    return {row["item"]: row["quantity"] for row in rows}


def shown(tx: Tx, player: Player) -> dict[str, int]:
    """Return what a player's client shows that they carry, who has typed nothing since."""
    row = tx.execute(
        "SELECT envelope FROM worlds.posts WHERE character_id = %s AND envelope ->> 'type' = 'state_update'"
        " ORDER BY post_id DESC LIMIT 1",
        (player.character_id,),
    ).fetchone()
    assert row is not None
    return {each["name"]: each["quantity"] for each in row["envelope"]["data"]["inventory"]}


def test_a_lamp_is_taken_from_three_metres_and_not_from_a_decimetre_more(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")
    place_item(tx, world, "lamp", Position(50, 81))

    [refusal] = ann.types(tx, "get lamp")
    assert refusal["data"] == {
        "code": "TARGET_OUT_OF_RANGE",
        "message": "You are 3.1 m away from the lamp, and have to be within 3 m. Write: go to lamp",
    }
    ann.types(tx, "n 0.1")
    assert texts(ann.types(tx, "get lamp"))[0].startswith("Taken: lamp (1.2 kg).")
    assert held(tx, ann) == {"lamp": 1}
    assert lying(tx) == {}


def test_a_locked_thing_stays(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")
    place_item(tx, world, "lamp", HERE, locked=True)

    assert code(ann.types(tx, "get lamp")) == "INVALID_COMMAND"
    assert lying(tx) == {"lamp": 1}


def test_five_of_twenty_arrows_are_put_down_and_fifteen_stay(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")
    place_item(tx, world, "arrow", HERE, 20)

    assert texts(ann.types(tx, "take arrows"))[0].startswith("Taken: arrows × 20 (1.0 kg).")
    assert texts(ann.types(tx, "drop 5 arrows")) == ["You put down arrows × 5."]

    assert held(tx, ann) == {"arrow": 15}
    assert lying(tx) == {"arrow": 5}


def test_everything_within_reach_is_taken_as_far_as_one_can_carry_it_and_put_down_again(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")
    for away, (item, quantity) in enumerate([("lamp", 1), ("clay", 50), ("stone", 50), ("clay", 50)]):
        world, _ = place_item(tx, world, item, Position(HERE.x + away, HERE.y), quantity)  # the nearest is taken first
    place_item(tx, world, "axe", Position(50, 90))

    [taken] = texts(ann.types(tx, "get all"))  # 1.2 kg, 50 kg and 100 kg of 235 kg; another 100 kg is too much

    assert taken.startswith("Taken: ")
    assert held(tx, ann) == {"lamp": 1, "clay": 50, "stone": 50}
    assert lying(tx) == {"clay": 50, "axe": 1}
    ann.types(tx, "equip lamp")
    ann.types(tx, "drop all")
    assert held(tx, ann) == {"lamp": 1}
    assert lying(tx) == {"clay": 100, "stone": 50, "axe": 1}
    assert code(ann.types(tx, "drop all")) == "ITEM_NOT_FOUND"


def test_what_one_does_not_have_cannot_be_put_down(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")

    assert code(ann.types(tx, "drop lamp")) == "ITEM_NOT_FOUND"
    assert lying(tx) == {}


def test_food_is_used_up_and_gives_stamina_back(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")
    place_item(tx, world, "berry", HERE, 3)
    ann.types(tx, "get berries 2")
    ann.types(tx, "run e 20")
    before = ann.character(tx).stamina

    [said] = texts(ann.types(tx, "use berry"))

    assert said.startswith("You use berry. Stamina ")
    assert ann.character(tx).stamina > before
    assert held(tx, ann) == {"berry": 1}


def test_things_are_given_to_someone_within_reach(tx: Tx):
    world = make_world(tx)
    ann, bob = come_to(tx, world.world_id, "Ann"), come_to(tx, world.world_id, "Bob")
    place_item(tx, world, "arrow", HERE, 20)
    ann.types(tx, "get arrows")

    assert texts(ann.types(tx, "give 8 arrows to bob")) == ["You give arrows × 8 to Bob."]

    assert (held(tx, ann), held(tx, bob)) == ({"arrow": 12}, {"arrow": 8})
    assert told(tx, bob)[-1]["text"] == "Ann gives you arrows × 8."
    assert shown(tx, bob) == {"arrows": 8}
    bob.types(tx, "e 4")
    assert code(ann.types(tx, "give 1 arrow to bob")) == "TARGET_NOT_FOUND"


def test_a_trade_is_whole_when_both_have_accepted_and_nothing_before(tx: Tx):
    world = make_world(tx)
    ann, bob = come_to(tx, world.world_id, "Ann"), come_to(tx, world.world_id, "Bob")
    world, _ = place_item(tx, world, "arrow", HERE, 20)
    place_item(tx, world, "lamp", HERE)
    ann.types(tx, "get arrows")
    bob.types(tx, "get lamp")

    assert code(ann.types(tx, "offer arrows 5")) == "NOT_FOUND"
    ann.types(tx, "trade bob")
    bob.types(tx, "trade ann")
    ann.types(tx, "offer arrows 5")
    bob.types(tx, "offer lamp")
    ann.types(tx, "accept")
    assert (held(tx, ann), held(tx, bob)) == ({"arrow": 20}, {"lamp": 1})
    ann.types(tx, "offer arrows 6")  # those who had accepted have to do so again
    bob.types(tx, "accept")
    assert (held(tx, ann), held(tx, bob)) == ({"arrow": 20}, {"lamp": 1})

    assert texts(ann.types(tx, "accept")) == ["The trade is done. Bartering +5 XP (5 of 100)."]

    assert (held(tx, ann), held(tx, bob)) == ({"arrow": 14, "lamp": 1}, {"arrow": 6})
    assert shown(tx, bob) == {"arrows": 6}
    assert code(bob.types(tx, "accept")) == "NOT_FOUND"


def test_a_trade_whose_things_are_gone_is_refused_as_a_whole(tx: Tx):
    world = make_world(tx)
    ann, bob = come_to(tx, world.world_id, "Ann"), come_to(tx, world.world_id, "Bob")
    world, _ = place_item(tx, world, "arrow", HERE, 20)
    place_item(tx, world, "lamp", HERE)
    ann.types(tx, "get arrows")
    bob.types(tx, "get lamp")
    for player, line in ((ann, "trade bob"), (bob, "trade ann"), (ann, "offer arrows 5"), (bob, "offer lamp")):
        player.types(tx, line)
    ann.types(tx, "accept")
    ann.types(tx, "drop arrows all")

    [refusal] = bob.types(tx, "accept")

    assert refusal["data"]["message"].startswith("What Ann had offered is not there any more.")
    assert held(tx, bob) == {"lamp": 1}
    assert texts(bob.types(tx, "decline")) == ["You do not trade. You keep what is yours."]


def test_who_has_asked_for_a_trade_cannot_ask_for_another_although_someone_asks_them_meanwhile(tx: Tx):
    world = make_world(tx)
    ann, _, cyd = (come_to(tx, world.world_id, name) for name in ("Ann", "Bob", "Cyd"))
    ann.types(tx, "trade Bob")
    cyd.types(tx, "trade Ann")

    for name in ("Cyd", "Bob"):
        assert code(ann.types(tx, f"trade {name}")) == "CONFLICT"
    ann.types(tx, "decline")
    assert texts(ann.types(tx, "trade Cyd"))[0].startswith("You trade with Cyd")
