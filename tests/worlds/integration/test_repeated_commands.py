"""What changes nothing leaves no event behind: the log keeps each for good. Source: worlds 25, docs/adr/0042."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pytest

from kernel.database import Tx
from kernel.quantities import NumberTooSmall
from local.worlds.settling import settle_npc
from tests.support.people import make_someone
from tests.support.worlds import (
    Player,
    code,
    come_to,
    come_to_lobby,
    make_world,
    place_fixture,
    place_item,
    texts,
    told,
)
from worlds.acting.table import ACTIONS
from worlds.commands.grammar import DIRECTIONS
from worlds.commands.parsing import parse
from worlds.owning import service as owning
from worlds.reporting import service as reporting
from worlds.space.models import Position, Space

HERE: Final = Position(50, 50)

EACH_TIME: Final = {
    **dict.fromkeys(DIRECTIONS, "one is somewhere else"),
    **dict.fromkeys(("walk", "run", "sneak", "sprint"), "one is somewhere else"),
    "ignore": "the second time ends it",
    "buy": "one has one more",
    "sell": "one has one less",
    "use": "there is one less",
    "talk": "one becomes better at it",
    "threaten": "it frightens once more",
    "push": "it stands somewhere else",
    "craft": "there is one more",
    "experiment": "both are spoiled",
    "teach": "one is busy for longer",
    "gather": "there is less of it",
}
"""{commands that change something each time: what}"""


@dataclass(frozen=True, slots=True)
class Twice:
    """What is typed twice.

    Attributes:
        before: lines of Ann, Bob and Eye that come first.
        who: Ann, unless it is the watcher Eye or Lou, who is in the lobby.
        refused: the first time already: nothing can change.
    """

    line: str
    before: tuple[tuple[str, str], ...] = ()
    who: str = "ann"
    refused: bool = False


TRADING: Final = (("ann", "get lamp"), ("ann", "trade bob"), ("bob", "trade ann"))
FIGHTING: Final = (("ann", "attack bob"), ("bob", "attack ann"))
TWICE: Final[Mapping[str, Twice]] = {
    "go": Twice("go to bob"),
    "face": Twice("face east"),
    "fly": Twice("fly 50", who="eye"),
    "look": Twice("look"),
    "map": Twice("map", refused=True),
    "weather": Twice("weather", refused=True),
    "who": Twice("who"),
    "inventory": Twice("inventory"),
    "help": Twice("help"),
    "hint": Twice("hint"),
    "follow": Twice("follow on"),
    "say": Twice("say hello"),
    "emote": Twice("emote waves"),
    "whisper": Twice("whisper bob hello"),
    "tell": Twice("tell bob hello"),
    "reply": Twice("reply hello", (("bob", "tell ann hello"),)),
    "report": Twice("report bob shouts"),
    "enter": Twice("enter aether", who="lou"),
    "lobby": Twice("lobby"),
    "watcher": Twice("watcher aether", who="lou"),
    "create character": Twice("create character Lou player human aether", who="lou"),
    "create world": Twice("create world"),
    "worlds": Twice("worlds"),
    "learn": Twice("learn stew from maren", refused=True),
    "world": Twice("world info"),
    "ecosystem": Twice("ecosystem status"),
    "search": Twice("search", refused=True),
    "recipes": Twice("recipes"),
    "research": Twice("research"),
    "prices": Twice("prices", refused=True),
    "barter": Twice("barter bob lamp for axe", refused=True),
    "score": Twice("score"),
    "skills": Twice("skills"),
    "get": Twice("get all"),
    "drop": Twice("drop all", (("ann", "get all"),)),
    "open": Twice("open chest"),
    "equip": Twice("equip lamp", (("ann", "get lamp"),)),
    "unequip": Twice("unequip lamp", (("ann", "get lamp"), ("ann", "equip lamp"))),
    "promise": Twice("promise clay to maren"),
    "give": Twice("give lamp to bob", (("ann", "get lamp"),)),
    "trade": Twice("trade bob"),
    "offer": Twice("offer lamp", TRADING),
    "attack": Twice("attack bob", FIGHTING),
    "defend": Twice("defend", FIGHTING),
    "flee": Twice("flee", FIGHTING),
    "accept": Twice("accept", (*TRADING, ("ann", "offer lamp"), ("bob", "accept"))),
    "decline": Twice("decline", TRADING),
}
"""{all other commands: what is typed}"""


def events(tx: Tx) -> int:
    row = tx.execute("SELECT count(*) AS n FROM worlds.events").fetchone()
    assert row is not None
    return row["n"]


def everyone(tx: Tx) -> dict[str, Player]:
    world = make_world(tx)
    players = {name.lower(): come_to(tx, world.world_id, name) for name in ("Ann", "Bob")}
    for item in ("lamp", "axe"):
        world, _ = place_item(tx, world, item, HERE)
    place_fixture(tx, world, "oak_chest", HERE)
    settle_npc(tx, world, "Maren", HERE)
    return {**players, "eye": come_to(tx, world.world_id, "Eye", "watcher"), "lou": come_to_lobby(tx)}


def test_each_command_is_known_to_change_something_each_time_or_not():
    assert {*EACH_TIME, *TWICE} == {*ACTIONS}
    assert not {*EACH_TIME} & {*TWICE}


@pytest.mark.parametrize("name", TWICE)
def test_a_command_that_changes_nothing_writes_no_event(tx: Tx, name: str):
    twice, players = TWICE[name], everyone(tx)
    assert parse(twice.line).command.name == name
    if name == "go":
        players["bob"].types(tx, "north 5")
    for who, line in twice.before:
        [answer, *_] = players[who].types(tx, line)
        assert answer["type"] != "error", answer
    [first, *_] = players[twice.who].types(tx, twice.line)
    assert (first["type"] == "error") == twice.refused, first
    before = events(tx)

    players[twice.who].types(tx, twice.line)

    assert events(tx) == before


def test_once_around_a_small_world_is_where_one_was(tx: Tx):
    world = make_world(tx, space=Space("spherical", 1000))
    eye = come_to(tx, world.world_id, "Eye", "watcher")
    start = eye.character(tx).position
    eye.types(tx, "east 100")
    before = events(tx)

    assert texts(eye.types(tx, "east 100")) == ["You go east."]

    assert (eye.character(tx).position, events(tx)) == (start, before)


@pytest.mark.parametrize("item", ["berry", "healing_herb"])
def test_what_restores_nothing_is_used_up_and_no_more(tx: Tx, item: str):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")
    place_item(tx, world, item, HERE, 2)
    ann.types(tx, "get all")
    before = events(tx)

    ann.types(tx, f"use {item.replace('_', ' ')}")

    assert events(tx) == before + 1  # ItemUsed


def test_someone_is_reported_again_once_the_administrators_have_decided(tx: Tx):
    world = make_world(tx)
    ann, bob, cyd = (come_to(tx, world.world_id, name) for name in ("Ann", "Bob", "Cyd"))
    root = make_someone(tx, "Root", ("admin",)).identity
    ann.types(tx, "report bob shouts")

    [refusal] = ann.types(tx, "report bob " + "x" * 900)
    assert refusal["data"]["code"] == "CONFLICT"
    assert refusal["data"]["message"].startswith("You have reported Bob already")
    assert texts(ann.types(tx, "report cyd shouts"))
    assert texts(cyd.types(tx, "report bob shouts"))
    reports = {
        (each.reporter_id, each.character_id): each.report_id
        for each in reporting.list_all(tx, decided=False, after=None, limit=9)
    }
    assert len(reports) == 3
    reporting.decide(tx, root, reports[ann.me.account_id, bob.character_id], "upheld")

    assert texts(ann.types(tx, "report bob shouts on"))
    assert len(reporting.list_all(tx, decided=False, after=None, limit=9)) == 3


def test_who_has_a_role_already_is_not_given_it_again(tx: Tx):
    ann, bob = make_someone(tx, "Ann").identity, make_someone(tx, "Bob").identity
    world = make_world(tx, owner_id=ann.account_id)
    since = owning.invite(tx, ann, world.world_id, "bob").since
    before = events(tx)

    assert owning.invite(tx, ann, world.world_id, "bob").since == since

    assert events(tx) == before
    assert owning.invite(tx, ann, world.world_id, "bob", "admin").role == "admin"
    assert (events(tx), bob.account_id) == (before + 1, owning.members(tx, ann, world.world_id, None, 9)[0].account_id)


def test_what_one_has_offered_is_taken_back_with_0(tx: Tx):
    world = make_world(tx)
    ann, bob = come_to(tx, world.world_id, "Ann"), come_to(tx, world.world_id, "Bob")
    for item in ("axe", "lamp"):
        world, _ = place_item(tx, world, item, HERE)
    ann.types(tx, "get all")
    for player, line in ((ann, "trade bob"), (bob, "trade ann"), (ann, "offer axe"), (ann, "offer lamp")):
        player.types(tx, line)
    assert texts(bob.types(tx, "accept"))

    assert texts(ann.types(tx, "offer axe 0")) == ["On the table: yours lamp; Bob's nothing."]

    assert told(tx, bob)[-1]["text"] == "On the table: yours nothing; Ann's lamp."
    assert texts(ann.types(tx, "accept")) == ["You accept. Now Bob has to."]  # what he had accepted is another offer
    assert code(ann.types(tx, "offer axe 0")) == "ITEM_NOT_FOUND"


@pytest.mark.parametrize("line", ["get axe 0", "drop axe 0", "give axe 0 to bob", "get 0", "offer axe -1"])
def test_nothing_else_takes_0(line: str):
    with pytest.raises(NumberTooSmall):
        parse(line)
