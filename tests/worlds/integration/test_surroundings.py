"""What a client shows of who and what is around stays true without a look. Source: worlds 14."""

from __future__ import annotations

from typing import Any

from kernel.database import Tx
from tests.support.worlds import Player, come_to, place_fixture, place_item
from worlds.acting.needs import MOST_SEEN
from worlds.entering.models import ENTRANCE
from worlds.space.models import Position
from worlds.world.models import World

HERE = Position(*ENTRANCE)


def update(tx: Tx, player: Player, line: str) -> dict[str, Any]:
    [found] = [each["data"] for each in player.types(tx, line) if each["type"] == "around_update"]
    return found


def names(tx: Tx, player: Player, line: str) -> list[str]:
    return [each["name"] for each in update(tx, player, line)["entities"]]


def test_what_one_takes_and_puts_down_is_gone_and_there_with_the_answer(tx: Tx, world: World, ann: Player):
    world, _ = place_item(tx, world, "lamp", HERE)
    place_item(tx, world, "arrow", HERE, 3)

    assert names(tx, ann, "get lamp") == ["arrows"]
    assert names(tx, ann, "get arrows 2") == ["arrow"]
    assert sorted(names(tx, ann, "drop lamp")) == ["arrow", "lamp"]
    assert names(tx, ann, "get all") == []


def test_what_others_did_meanwhile_is_in_the_answer_to_what_one_does(tx: Tx, world: World, ann: Player):
    bob = come_to(tx, world.world_id, "Bob")
    place_item(tx, world, "lamp", HERE)
    assert sorted(names(tx, ann, "e")) == ["Bob", "lamp"]

    bob.types(tx, "get lamp")
    bob.types(tx, "n 3")
    bob.types(tx, "drop lamp")

    seen = update(tx, ann, "w")["entities"]
    assert [(each["name"], each["position"]["y"] - HERE.y / 10) for each in seen] == [("Bob", 3), ("lamp", 3)]


def test_what_was_in_a_chest_is_there_once_it_is_open(tx: Tx, world: World, ann: Player):
    place_fixture(tx, world, "oak_chest", HERE._replace(x=HERE.x + 15))

    chest, *revealed = update(tx, ann, "open chest")["entities"]

    assert (chest["name"], {each["type"] for each in revealed}) == ("oak chest", {"item"})


def test_what_was_pushed_is_where_it_is_now(tx: Tx, world: World, ann: Player):
    place_fixture(tx, world, "barrel", HERE._replace(x=HERE.x + 15))

    [barrel] = update(tx, ann, "push barrel east")["entities"]

    assert barrel["position"]["x"] * 10 == HERE.x + 25


def test_no_more_is_said_to_be_all_than_was_read(tx: Tx, world: World, ann: Player):
    assert update(tx, ann, "e 6")["within"] == 12
    for number in range(MOST_SEEN):
        come_to(tx, world.world_id, f"P{number}")

    assert update(tx, ann, "e") == {"within": 5, "entities": []}
