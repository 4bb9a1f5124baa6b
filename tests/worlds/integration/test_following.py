"""The community follows heroes who let it: what it is told, and what it is not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from kernel.database import Tx
from local.worlds.settling import settle_npc
from tests.support import heroes
from tests.support.factories import announced
from tests.support.grounds import make_ground
from tests.support.people import make_someone
from tests.support.worlds import Player, code, come_to, connect, give_things, make_world, texts
from worlds.acting.models import CommandOutcome, Scene
from worlds.entering import service as entering
from worlds.entering.models import ENTRANCE, CharacterWish
from worlds.following import service as following
from worlds.following.rules import EVERY
from worlds.owning import service as owning
from worlds.owning.models import Settings
from worlds.play import leaving
from worlds.space.models import Position
from worlds.world.models import World


def seen(tx: Tx) -> list[dict[str, Any]]:
    return announced(tx, "world.hero_sighted")


@pytest.fixture
def world(tx: Tx) -> World:
    return make_world(tx, "Aether")


@pytest.fixture
def ann(tx: Tx, world: World) -> Player:
    """Whom the community has chosen."""
    ann = come_to(tx, world.world_id, "Ann")
    heroes.follow(tx, ann.me.account_id)
    return ann


def later(tx: Tx, player: Player, line: str) -> None:
    tx.now += EVERY
    player.types(tx, line)


def test_no_one_is_followed_who_has_not_agreed(tx: Tx, ann: Player):
    assert texts(ann.types(tx, "follow")) == ["The chat does not see you. It may if you write: follow on"]
    later(tx, ann, "e 2")

    assert seen(tx) == []


def test_who_agrees_is_seen_at_once_and_then_every_three_seconds_at_most(tx: Tx, ann: Player):
    ann.types(tx, "follow on")
    assert len(seen(tx)) == 1
    first = seen(tx)[0]
    assert (first["account_id"], first["hero"], first["world"]) == (str(ann.me.account_id), "Ann", "Aether")
    assert first["hp"] == first["most_hp"] > 0

    tx.now += EVERY - timedelta(milliseconds=1)
    ann.types(tx, "e 2")
    ann.types(tx, "follow on")
    assert len(seen(tx)) == 1
    tx.now += timedelta(milliseconds=1)
    ann.types(tx, "e 2")

    assert len(seen(tx)) == 2
    assert seen(tx)[-1]["lines"][0].startswith("You go east.")
    assert texts(ann.types(tx, "follow"))[0].endswith("follow off ends that.")


def test_the_games_people_are_named_and_other_players_are_only_counted(tx: Tx, world: World, ann: Player):
    settle_npc(tx, world, "Maren", Position(*ENTRANCE))
    bob = come_to(tx, world.world_id, "Bob")
    give_things(tx, ann.character(tx), "berry", 3)
    ann.types(tx, "follow on")

    later(tx, ann, "look")
    assert (seen(tx)[-1]["people"], seen(tx)[-1]["players"]) == (["Maren"], 1)

    later(tx, ann, "give berry to Bob")
    assert (seen(tx)[-1]["people"], seen(tx)[-1]["lines"]) == (None, [])
    assert "Bob" not in str(seen(tx))
    assert bob.character(tx).inventory.held


def test_nothing_that_anyone_says_is_shown(tx: Tx, ann: Player):
    ann.types(tx, "follow on")

    for line in ("say my password is swordfish", "emote writes swordfish on the wall", "whisper Ann swordfish"):
        later(tx, ann, line)

    assert len(seen(tx)) == 4
    assert "swordfish" not in str(seen(tx))


def test_of_a_world_that_is_not_public_nothing_is_told_but_how_the_hero_is(tx: Tx):
    owner = make_someone(tx).identity
    world = make_world(tx, "Secret", privacy="invite", owner_id=owner.account_id)
    made = entering.create(tx, owner, world.world_id, CharacterWish(name="Ann", species="human", seed=1))
    ann = connect(tx, owner, made.character_id)
    heroes.follow(tx, owner.account_id)

    ann.types(tx, "follow on")
    later(tx, ann, "e 2")

    told = seen(tx)[-1]
    assert (told["world"], told["world_id"], told["place"], told["people"], told["lines"]) == ("", None, None, None, [])
    assert told["hp"] > 0
    assert "Secret" not in str(seen(tx))


def test_a_hero_has_a_place_and_a_spot_on_the_map_where_there_is_one(tx: Tx):
    world = make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")
    x, y, _ = ann.character(tx).position
    heroes.follow(tx, ann.me.account_id)

    ann.types(tx, "follow on")

    [told] = seen(tx)
    assert told["place"]
    assert told["world_id"] == str(world.world_id)
    assert told["map_x"] == 1000 * x // world.space.circumference
    assert told["map_y"] == 1000 * (world.space.pole - y) // (2 * world.space.pole + 1)


def test_off_ends_it_and_the_community_is_told_once(tx: Tx, ann: Player):
    ann.types(tx, "follow on")
    for _ in range(2):
        later(tx, ann, "follow off")
    later(tx, ann, "e 2")

    assert len(seen(tx)) == 1
    [hidden] = announced(tx, "world.hero_hidden")
    assert hidden["account_id"] == str(ann.me.account_id)
    assert datetime.fromisoformat(hidden["hidden_at"]) == tx.now - 2 * EVERY
    assert code(ann.types(tx, "follow me")) == "INVALID_COMMAND"


def test_nothing_is_told_of_someone_whom_the_community_does_not_follow(tx: Tx, ann: Player, world: World):
    bob = come_to(tx, world.world_id, "Bob")

    bob.types(tx, "follow on")
    later(tx, bob, "e 2")

    assert seen(tx) == []
    assert texts(bob.types(tx, "follow"))[0].endswith("follow off ends that.")


def test_with_two_characters_one_is_seen_no_more_often_and_not_after_either_has_ended_it(tx: Tx, ann: Player):
    other = connect(tx, ann.me, _another_character(tx, ann))
    ann.types(tx, "follow on")
    other.types(tx, "e 2")
    assert len(seen(tx)) == 1

    later(tx, other, "follow off")
    later(tx, ann, "e 2")

    assert len(seen(tx)) == 1


def test_who_has_ended_it_while_a_command_was_under_way_is_not_told_of(tx: Tx, ann: Player, world: World):
    ann.types(tx, "follow on")
    heroes.disagree(tx, ann.me.account_id)
    tx.now += EVERY
    me = ann.character(tx)

    following.show(tx, Scene(me=me, world=world, now=tx.now, rng=tx.rng), me, CommandOutcome(), looked=False)

    assert len(seen(tx)) == 1


def _another_character(tx: Tx, player: Player) -> UUID:
    world_id = make_world(tx, "Gaia").world_id
    return entering.create(tx, player.me, world_id, CharacterWish(name="Anna", species="human", seed=1)).character_id


def test_a_world_that_is_no_longer_public_takes_the_hero_with_it(tx: Tx):
    owner = make_someone(tx).identity
    world = make_world(tx, "Aether", owner_id=owner.account_id)
    made = entering.create(tx, owner, world.world_id, CharacterWish(name="Ann", species="human", seed=1))
    ann = connect(tx, owner, made.character_id)
    heroes.follow(tx, owner.account_id)
    ann.types(tx, "follow on")

    tx.now += EVERY
    owning.change(tx, owner, world.world_id, Settings(changes={"name": "Aether the Second"}))
    assert announced(tx, "world.hero_hidden") == []
    owning.change(tx, owner, world.world_id, Settings(changes={"privacy": "invite"}))

    assert [each["account_id"] for each in announced(tx, "world.hero_hidden")] == [str(owner.account_id)]


def test_who_comes_back_is_seen_again(tx: Tx, ann: Player):
    ann.types(tx, "follow on")
    leaving.go(tx, ann.connection_id)
    tx.now += timedelta(hours=1)

    connect(tx, ann.me, ann.character_id)

    assert len(seen(tx)) == 2


def test_what_was_agreed_goes_with_the_account(tx: Tx, ann: Player):
    ann.types(tx, "follow on")

    tx.execute("DELETE FROM kernel.accounts WHERE account_id = %s", (ann.me.account_id,))

    assert tx.execute("SELECT FROM worlds.followed").fetchall() == []
