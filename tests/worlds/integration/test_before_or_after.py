"""Killed at any point or sent twice, a command has happened whole and once, or not at all. Source: worlds 4.3, 28."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from itertools import count
from typing import Any, LiteralString

import psycopg
import pytest

from kernel.database import Connection, Tx, transaction
from kernel.errors import TryAgain
from local.worlds.settling import settle_npc
from tests.support.grounds import make_ground
from tests.support.killed import connect_killed_after
from tests.support.people import make_someone
from tests.support.worlds import (
    Player,
    come_to,
    come_to_lobby,
    connect,
    give_things,
    make_world,
    place_fixture,
    place_item,
)
from tests.worlds.integration.test_gathering import a_ground, gets
from tests.worlds.integration.test_resource_grounds import put
from worlds.acting.table import ACTIONS
from worlds.characters.models import CharacterExists
from worlds.entering import service as entering
from worlds.entering.models import CharacterWish
from worlds.fights import service as fights
from worlds.interview import service as interviews
from worlds.play.leaving import go
from worlds.rebuilding.running import run as rebuild
from worlds.space.models import Position

HERE = Position(50, 50)
Attempt = Callable[[Tx], object]
STORED: dict[str, LiteralString] = {
    "events": "SELECT event_type, version, count(*) FROM worlds.events GROUP BY 1, 2",
    "characters": "SELECT name, world_id, version, x, y, z, stamina, hp, is_present, is_flying, facing"
    " FROM worlds.characters",
    "holdings": "SELECT c.name, h.item, h.quantity, h.slot FROM worlds.holdings AS h"
    " JOIN worlds.characters AS c USING (character_id)",
    "entities": "SELECT name, item, quantity, x, y, z, metadata FROM worlds.entities",
    "memories": "SELECT npc_id, occurrence, weight, about_id FROM worlds.memories",
    "relationships": "SELECT npc_id, other_id, affection, trust, fear, count FROM worlds.relationships",
    "promises": "SELECT npc_id, item, quantity, given, status FROM worlds.promises",
    "trades": "SELECT is_open, first_offer, second_offer, first_accepted, second_accepted FROM worlds.trades",
    "known_recipes": "SELECT recipe, source, proficiency FROM worlds.known_recipes",
    "works": "SELECT kind, subject FROM worlds.works",
    "fighters": "SELECT f.state ->> 'state', f.state #>> '{action,kind}', c.name FROM worlds.fighters AS f"
    " JOIN worlds.characters AS c USING (character_id)",
    "demand": "SELECT item, day, wanted FROM worlds.demand",
    "barters": "SELECT offered_quantity, requested_quantity FROM worlds.barters",
    "stocks": "SELECT ground, quantity FROM worlds.stocks",
    "skills": "SELECT name, skills, xp FROM worlds.characters",
    "ignored": "SELECT count(*) FROM worlds.ignored",
    "worlds": "SELECT name, status FROM worlds.worlds",
    "configurations": "SELECT configuration FROM worlds.configurations",
    "interviews": "SELECT topic, answers, understood, missing, world_id IS NULL FROM worlds.interviews",
    "requests": "SELECT kind, status FROM kernel.outside_requests",
    "reports": "SELECT name, reason FROM worlds.reports",
    "answers": "SELECT c.name, a.command, a.command_id FROM worlds.answers AS a"
    " JOIN worlds.characters AS c USING (character_id)",
}
POSTS: LiteralString = (
    "SELECT c.name, p.envelope #>> '{data,text}' FROM worlds.posts AS p"
    " JOIN worlds.characters AS c USING (character_id)"
)


def stored(tx: Tx) -> dict[str, list[str]]:
    """All that a command may change, but for what happens by chance."""
    return {name: sorted(str([*row.values()]) for row in tx.execute(query)) for name, query in STORED.items()}


def posted(tx: Tx) -> list[str]:
    return sorted(str([*row.values()]) for row in tx.execute(POSTS))


class Scenery:
    """Two people beside each other, with things in the ground and in their hands, in the middle of a trade."""

    def __init__(self, tx: Tx) -> None:
        world = make_world(tx)
        self.elsewhere = make_world(tx, "Elsewhere")
        for item in ("lamp", "axe", "bread", "walking_boots"):
            world, _ = place_item(tx, world, item, HERE)
        world, _ = place_item(tx, world, "arrow", HERE, 20)
        self.world = place_fixture(tx, world, "oak_chest", Position(50, 65))
        self.ann, self.bob = come_to(tx, world.world_id, "Ann"), come_to(tx, world.world_id, "Bob")
        self.maren = settle_npc(tx, world, "Maren", Position(60, 50))
        self.watcher = come_to(tx, world.world_id, "Wendy", role="watcher")
        for player, lines in (
            (self.ann, ("get arrows", "get bread", "get boots", "equip boots")),
            (self.bob, ("get axe", "tell ann hi")),
        ):
            for line in lines:
                player.types(tx, line)

    def trade(self, tx: Tx) -> None:
        for player, line in (
            (self.ann, "trade bob"),
            (self.bob, "trade ann"),
            (self.ann, "offer arrows 5"),
            (self.bob, "offer axe"),
            (self.bob, "accept"),
        ):
            player.types(tx, line)

    def fight(self, tx: Tx) -> None:
        self.ann.types(tx, "attack bob")
        self.bob.types(tx, "attack ann")


def typed(line: str, *, trading: bool = False, fighting: bool = False) -> Callable[[Tx], Attempt]:
    def prepare(tx: Tx) -> Attempt:
        scenery = Scenery(tx)
        if trading:
            scenery.trade(tx)
        if fighting:
            scenery.fight(tx)
        return lambda tx: scenery.ann.types(tx, line, "one and the same")

    return prepare


def settling_a_fight(tx: Tx) -> Attempt:
    scenery = Scenery(tx)
    tx.now -= timedelta(seconds=5)
    scenery.fight(tx)
    scenery.ann.types(tx, "attack bob")
    tx.now += timedelta(seconds=5)
    [row] = tx.execute("SELECT fight_id FROM worlds.fights")
    return lambda tx: fights.settle_one(tx, row["fight_id"])


def entering_with_a_body(tx: Tx) -> Attempt:
    world, someone = make_world(tx), make_someone(tx)
    wish = CharacterWish(name="Ann", species="human", role="player", seed=1)
    made = entering.create(tx, someone.identity, world.world_id, wish)
    return lambda tx: connect(tx, someone.identity, made.character_id)


def creating_over_http(tx: Tx) -> Attempt:
    world, someone = make_world(tx), make_someone(tx)
    wish = CharacterWish(name="Ann", species="human", role="player", seed=1)
    return lambda tx: entering.create(tx, someone.identity, world.world_id, wish)


def creating_by_command(tx: Tx) -> Attempt:
    make_world(tx)
    ghost = come_to_lobby(tx)
    return lambda tx: ghost.types(tx, "create character Ann player human aether", "one and the same")


def answering(tx: Tx) -> Attempt:
    me = make_someone(tx).identity
    interview_id = interviews.start(tx, me).interview.interview_id
    return lambda tx: interviews.respond(tx, me, interview_id, "change concept to a world of ice")


def in_review(tx: Tx) -> Player:
    ghost = come_to_lobby(tx)
    for said in ("ice", "elves", "small", "medieval", "war", "old", "one", "all", "the name is Frost"):
        ghost.types(tx, f"tell statue {said}")
    return ghost


def making_a_world_by_command(tx: Tx) -> Attempt:
    ghost = in_review(tx)
    return lambda tx: ghost.types(tx, "tell statue yes", "one and the same")


def making_a_world_over_http(tx: Tx) -> Attempt:
    me = in_review(tx).me
    interview = interviews.find(tx, me)
    assert interview is not None
    return lambda tx: interviews.finalize(tx, me, interview.interview_id)


def by_an_owner(line: str) -> Callable[[Tx], Attempt]:
    def prepare(tx: Tx) -> Attempt:
        someone = make_someone(tx)
        world = make_ground(tx, owner_id=someone.identity.account_id)
        wish = CharacterWish(name="Ann", species="human", role="player", seed=1)
        made = entering.create(tx, someone.identity, world.world_id, wish)
        ann = connect(tx, someone.identity, made.character_id)
        come_to(tx, world.world_id, "Bob")
        return lambda tx: ann.types(tx, line, "one and the same")

    return prepare


def making(line: str) -> Callable[[Tx], Attempt]:
    def prepare(tx: Tx) -> Attempt:
        scenery, world = Scenery(tx), None
        for item, quantity in (("stone", 12), ("stick", 2), ("stone_hammer", 1)):
            world, _ = place_item(tx, world or scenery.world, item, HERE, quantity)
        for each in ("get stones", "get sticks", "get hammer", "face east"):
            scenery.ann.types(tx, each)
        return lambda tx: scenery.ann.types(tx, line, "one and the same")

    return prepare


def gathering(tx: Tx) -> Attempt:
    ground, world = a_ground("oak"), make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")
    put(tx, ann, ground.position)
    gets(tx, ann, "axe")
    return lambda tx: ann.types(tx, "gather oak 2", "one and the same")


def dealing(line: str) -> Callable[[Tx], Attempt]:
    def prepare(tx: Tx) -> Attempt:
        scenery = Scenery(tx)
        sells_bread(tx, scenery)
        give_things(tx, scenery.ann.character(tx), "coin", 50)
        return lambda tx: scenery.ann.types(tx, line, "one and the same")

    return prepare


def sells_bread(tx: Tx, scenery: Scenery) -> None:
    maren = scenery.maren
    for item, quantity in (("bread", 4), ("coin", 50)):
        maren = give_things(tx, maren, item, quantity)


def leaving(tx: Tx) -> Attempt:
    scenery = Scenery(tx)
    scenery.trade(tx)
    return lambda tx: go(tx, scenery.ann.connection_id)


@pytest.mark.parametrize(
    "prepare",
    [
        pytest.param(typed("get lamp"), id="get"),
        pytest.param(typed("drop arrows 5"), id="drop"),
        pytest.param(typed("give 5 arrows to bob"), id="give"),
        pytest.param(typed("give 5 arrows to maren"), id="give to one of the game's own people"),
        pytest.param(typed("threaten maren"), id="threaten"),
        pytest.param(typed("promise 3 clay to maren"), id="promise"),
        pytest.param(typed("talk maren hello"), id="talk"),
        pytest.param(typed("accept", trading=True), id="accept"),
        pytest.param(typed("open chest"), id="open"),
        pytest.param(typed("push chest"), id="push"),
        pytest.param(typed("attack bob", fighting=True), id="attack"),
        pytest.param(settling_a_fight, id="settle a fight"),
        pytest.param(typed("n 3"), id="walk"),
        pytest.param(entering_with_a_body, id="enter"),
        pytest.param(creating_over_http, id="create over HTTP"),
        pytest.param(creating_by_command, id="create character"),
        pytest.param(answering, id="answer"),
        pytest.param(making_a_world_by_command, id="tell statue"),
        pytest.param(making_a_world_over_http, id="finalize"),
        pytest.param(by_an_owner("weather rain"), id="set the weather"),
        pytest.param(by_an_owner("world simulate 1000"), id="let years pass"),
        pytest.param(by_an_owner("search"), id="search"),
        pytest.param(making("craft stone axe"), id="craft"),
        pytest.param(making("build cairn"), id="build"),
        pytest.param(making("craft stone mortar"), id="begin to craft"),
        pytest.param(gathering, id="gather"),
        pytest.param(dealing("buy bread"), id="buy"),
        pytest.param(dealing("sell arrows 5"), id="sell"),
        pytest.param(dealing("barter maren 5 arrows for bread"), id="barter"),
        pytest.param(leaving, id="leave"),
    ],
)
def test_a_command_that_is_killed_after_any_statement_has_happened_or_has_not(
    conn: Connection, database_url: str, prepare: Callable[[Tx], Attempt]
):
    with transaction(conn) as tx:
        attempt = prepare(tx)
    with transaction(conn) as tx:
        states = [stored(tx)]
    statements = 0
    for statements in count():
        with closing(connect_killed_after(database_url, statements)) as dying:
            try:
                with transaction(dying) as tx:
                    attempt(tx)
            except (TryAgain, psycopg.OperationalError):
                has_ended = False
            except CharacterExists:  # by an attempt that had committed; nothing else may be refused
                has_ended = True
            else:
                has_ended = True
        with transaction(conn) as tx:
            state = stored(tx)
        if state != states[-1]:
            states.append(state)
        if has_ended:
            break

    assert statements > 5
    assert len(states) == 2, f"{len(states) - 1} changes in {statements} attempts"
    assert rebuild(conn, write=False).differences == []


LINES: dict[str, str] = {
    **{way: way for way in ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest")},
    **{"up": "up", "down": "down", "walk": "walk e 2", "run": "run e", "sneak": "sneak e", "sprint": "sprint e"},
    **{"go": "go to chest", "face": "face south", "fly": "fly", "look": "look", "map": "map", "who": "who"},
    **{
        "weather": "weather",
        "inventory": "inventory",
        "help": "help",
        "hint": "hint",
        "follow": "follow on",
        "say": "say hello",
        "emote": "emote waves",
    },
    **{"whisper": "whisper bob psst", "tell": "tell bob hello", "reply": "reply hello", "ignore": "ignore bob"},
    **{"report": "report bob rude", "enter": "enter elsewhere", "lobby": "lobby", "watcher": "watcher elsewhere"},
    **{"create character": "create character Anna player human elsewhere", "create world": "create world"},
    **{
        "world": "world info",
        "ecosystem": "ecosystem status",
        "worlds": "worlds",
        "score": "score",
        "skills": "skills",
        "get": "get lamp",
        "drop": "drop arrows 5",
    },
    **{"equip": "equip boots", "unequip": "unequip boots", "use": "use bread", "open": "open chest"},
    **{"push": "push chest", "give": "give 5 arrows to bob", "trade": "trade bob", "offer": "offer arrows 6"},
    **{"craft": "craft stone axe", "recipes": "recipes", "research": "research"},
    **{"experiment": "experiment arrow with bread", "teach": "teach bob stone axe"},
    "learn": "learn stew from maren",
    **{"accept": "accept", "decline": "decline", "search": "search", "gather": "gather"},
    **{"attack": "attack bob", "defend": "defend", "flee": "flee"},
    **{"talk": "talk maren hello", "threaten": "threaten maren", "promise": "promise 3 clay to maren"},
    **{"prices": "prices", "buy": "buy bread", "sell": "sell arrows 5", "barter": "barter maren 5 arrows for bread"},
}
"""{command: a line that does it}"""
TRADING = {"offer", "accept", "decline"}
FIGHTING = {"defend", "flee"}
DEALING = {"prices", "buy", "sell", "barter"}


def test_every_command_is_sent_twice_below():
    assert LINES.keys() == ACTIONS.keys()


@pytest.mark.parametrize("name", LINES)
def test_a_frame_that_is_sent_twice_is_obeyed_once(tx: Tx, name: str):
    scenery = Scenery(tx)
    if name in TRADING:
        scenery.trade(tx)
    if name in FIGHTING:
        scenery.fight(tx)
    if name in DEALING:
        sells_bread(tx, scenery)
        give_things(tx, scenery.ann.character(tx), "coin", 50)
    player = scenery.watcher if name == "fly" else scenery.ann
    if name == "equip":
        player.types(tx, "unequip boots")

    first = player.types(tx, LINES[name], "one and the same")
    state, heard = stored(tx), posted(tx)
    again = player.types(tx, LINES[name], "one and the same")

    assert stored_part(again) == stored_part(first)
    assert (stored(tx), posted(tx)) == (state, heard)
    other = player.types(tx, LINES[name], "another one")
    assert other[0]["command_id"] == "another one"


def stored_part(envelopes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in envelopes if each["type"] not in ("map_update", "around_update")]
