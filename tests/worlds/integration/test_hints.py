"""A newcomer who does only what the hints say gets through the first hour. Source: worlds 27."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel.database import Tx
from tests.support.grounds import make_ground
from tests.support.people import make_someone
from tests.support.villages import set_time
from tests.support.worlds import Player, come_to, come_to_lobby, give_things, place_item, texts, told
from worlds.characters import service as characters
from worlds.characters.events import HealthChanged, StaminaChanged
from worlds.founding import service as founding
from worlds.founding.models import NewWorld
from worlds.space.models import Position, Space
from worlds.time.models import PartOfDay

MOST_STEPS = 30


def hints(tx: Tx, player: Player) -> list[dict[str, Any]]:
    [answer, *_] = player.types(tx, "hint")
    found = answer["data"]["metadata"]["hints"]
    assert all(f"Write: {each['command']}" in answer["data"]["text"] for each in found)
    return found


def test_the_lobby_leads_on(tx: Tx):
    assert [each["command"] for each in hints(tx, come_to_lobby(tx))][-2:] == ["worlds", "tell statue"]


def test_a_watcher_is_told_to_fly(tx: Tx):
    wendy = come_to(tx, make_ground(tx).world_id, "Wendy", "watcher")

    assert [each["command"] for each in hints(tx, wendy)] == ["look", "fly", "map"]


def test_who_comes_to_a_world_first_reads_at_once_what_help_says_later(tx: Tx):
    world = make_ground(tx)
    set_time(tx, world, 0, 9)
    ann = come_to(tx, world.world_id, "Ann")

    assert told(tx, ann)[-1]["metadata"]["hints"] == hints(tx, ann)
    assert texts(ann.types(tx, "help"))[1] == texts(ann.types(tx, "hint"))[0]


def test_who_is_out_of_breath_is_told_to_rest_and_not_to_walk(tx: Tx):
    ann = come_to(tx, make_ground(tx).world_id, "Ann")
    me = ann.character(tx)
    characters.save(tx, me, [StaminaChanged(character_id=me.character_id, old=me.stamina, new=0, reason="a test")])

    found = hints(tx, ann)

    assert found[0] == {
        "command": "score",
        "why": "You are out of breath: stamina comes back while you stand still.",
    }
    assert not any(each["command"].startswith("go ") for each in found)


def test_who_is_badly_hurt_is_told_to_heal(tx: Tx):
    ann = come_to(tx, make_ground(tx).world_id, "Ann")
    me = give_things(tx, ann.character(tx), "healing_herb", 1)
    hurt = HealthChanged(character_id=me.character_id, old=me.hp, new=me.hp // 3, reason="a test")
    characters.save(tx, me, [hurt])

    assert hints(tx, ann)[0]["command"] == "use healing herb"


def test_who_does_only_what_the_hints_say_gets_through_the_first_hour(tx: Tx):
    world = make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")
    x, y, _ = ann.character(tx).position
    for number, item in enumerate(("stick", "stone", "berry"), start=1):
        world, _ = place_item(tx, world, item, Position(x + 20 * number, y), 30)
    set_time(tx, world, 2, 9)
    done: list[str] = []

    while (command := hints(tx, ann)[0]["command"]) != "skills":
        answer = ann.types(tx, command)
        assert answer[0]["type"] != "error", (command, answer[0], done)
        done.append(command)
        tx.now += timedelta(seconds=5)
        assert len(done) <= MOST_STEPS, "; ".join(done[5:30])

    verbs = {each.split()[0] for each in done}
    assert verbs == {"go", "get", "gather", "craft", "talk", "sell"}, done
    [skills, *_] = texts(ann.types(tx, "skills"))
    assert "Persuasion" in skills
    assert "Bartering" in skills


@pytest.mark.parametrize("hours", [12, 24, 30])
def test_a_new_world_begins_at_a_third_of_its_day(tx: Tx, hours: int):
    someone = make_someone(tx)

    world = founding.make(tx, someone.account_id, NewWorld(name="Gaia", space=Space("infinite"), hours_per_day=hours))

    assert world.time.at(tx.now) * 3 == world.time.day_length
    assert world.time.moment(tx.now).part is PartOfDay.MORNING
