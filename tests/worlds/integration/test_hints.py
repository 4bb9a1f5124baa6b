"""What one could do next, for who does not know. Source: worlds 27."""

from __future__ import annotations

from datetime import timedelta

from kernel.database import Tx
from tests.support.grounds import make_ground
from tests.support.villages import set_time
from tests.support.worlds import Player, come_to, come_to_lobby, texts, told
from tests.worlds.integration.test_gathering import Luck, stays_signed_in


def hinted(tx: Tx, player: Player) -> list[str]:
    """Return the commands that a player is told of; each stands in what they read."""
    [line] = [each["data"] for each in player.types(tx, "hint") if each["type"] == "game_message"]
    commands = line["metadata"]["commands"]
    assert all(command in line["text"] for command in commands)
    return commands


def test_in_the_lobby_one_learns_where_worlds_are_and_how_to_make_one(tx: Tx):
    assert hinted(tx, come_to_lobby(tx)) == ["enter west portal", "create world"]


def test_who_comes_to_a_world_first_is_told_at_once_and_later_on_asking(tx: Tx):
    world = make_ground(tx)
    set_time(tx, world, 0, 9)
    ann = come_to(tx, world.world_id, "Ann")

    assert told(tx, ann)[-1]["metadata"]["commands"] == hinted(tx, ann)
    assert texts(ann.types(tx, "help"))[1] == texts(ann.types(tx, "hint"))[0]


def test_watchers_are_told_what_they_can_do_without_a_body(tx: Tx):
    world = make_ground(tx)
    lou = come_to(tx, world.world_id, "Lou", "watcher")

    assert hinted(tx, lou)[-1] == "fly up"


def test_a_newcomer_who_does_only_what_hints_say_gathers_crafts_and_finds_people_to_talk_with(tx: Tx):
    world = make_ground(tx)
    set_time(tx, world, 0, 9)
    ann = come_to(tx, world.world_id, "Ann")
    stays_signed_in(tx)
    tx.rng = Luck()

    done: list[str] = []
    while not any(each.startswith("talk ") for each in done):
        tx.now += timedelta(minutes=1)
        done.append(min(hinted(tx, ann), key=done.count))  # the first of those that were not tried yet
        assert texts(ann.types(tx, done[-1])), done
        assert len(done) < 20, done

    assert {each.split()[0] for each in done} >= {"go", "gather", "craft", "talk"}
    assert len(ann.character(tx).inventory.held) > 1


def test_one_walks_to_a_village_that_is_far_away_a_hundred_metres_at_a_time(tx: Tx):
    world = make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")
    [village] = [each for each in hinted(tx, ann) if each.startswith("go ") and "Hazelmere" in each]

    first = texts(ann.types(tx, village))[0]
    second = texts(ann.types(tx, "go village"))[0]

    assert first.startswith("You walk towards Hazelmere; 20 m are left.")
    assert second.startswith("You walk to Hazelmere.")
    assert "You are in Hazelmere." in texts(ann.types(tx, "look Hazelmere"))[0]
