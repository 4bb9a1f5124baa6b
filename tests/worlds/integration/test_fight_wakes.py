"""A fight ends alike however late, often or rarely someone looks at it. Source: worlds 28, acceptance 2 and 5."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any
from uuid import uuid4

import pytest

from kernel.database import Connection, Tx, transaction
from local.worlds.settling import settle_npc
from tests.support.races import attempt, race_of
from tests.support.worlds import Player, come_to, make_world, place_item, told
from worlds.characters.models import Character
from worlds.combat.bodies import body_of
from worlds.combat.models import Fight, Fighter
from worlds.combat.queueing import engaged, queued
from worlds.fights import service as fights
from worlds.rebuilding.running import run as rebuild
from worlds.space.models import Position
from worlds.time.models import milliseconds

LINES: Sequence[tuple[float, int, str]] = (
    (0.0, 0, "attack bob"),
    (0.3, 1, "attack ann heavy"),
    (0.5, 0, "attack bob quick"),
    (2.5, 0, "attack bob"),
    (3.0, 1, "defend"),
    (4.6, 1, "attack ann"),
    (4.9, 0, "attack maren"),
    (6.5, 1, "use healing herb"),
    (7.7, 0, "attack bob heavy"),
    (9.0, 1, "attack ann quick"),
    (11.0, 0, "flee"),
    (14.0, 1, "attack ann"),
)
"""(seconds, Ann or Bob, what they type)"""


def wake(tx: Tx) -> None:
    for fight_id in fights.list_due(tx):
        fights.settle_one(tx, fight_id)


def run(tx: Tx, players: Sequence[Player], wakes: Sequence[float]) -> dict[str, Any]:
    """Let two people fight, with wake-ups at these moments; return what comes of it."""
    tx.execute("SAVEPOINT before")
    tx.rng = Random(4)
    start, waiting = tx.now, sorted(wakes)
    for seconds, who, line in (*LINES, (90.0, 0, "look")):
        while waiting and waiting[0] <= seconds:
            tx.now = start + timedelta(seconds=waiting.pop(0))
            wake(tx)
        tx.now = start + timedelta(seconds=seconds)
        players[who].types(tx, line)
    came = {
        "characters": tx.execute(
            "SELECT name, hp, hp_since, hurt_at, x, y, z, stamina, settled_at FROM worlds.characters ORDER BY name"
        ).fetchall(),
        "things": tx.execute(
            "SELECT holding_id, quantity, durability FROM worlds.holdings ORDER BY holding_id"
        ).fetchall(),
        "lines": [[each["text"] for each in told(tx, player) if each["type"] == "combat"] for player in players],
        "log": [
            row["payload"]
            for row in tx.execute(
                "SELECT payload - 'fight_id' AS payload FROM worlds.events"
                " WHERE event_type = 'CombatActionExecuted' ORDER BY payload ->> 'at', payload ->> 'source_id'"
            )
        ],
    }
    tx.now = start
    tx.execute("ROLLBACK TO before")
    return came


@pytest.fixture
def players(tx: Tx) -> tuple[Player, Player]:
    world = make_world(tx)
    ann, bob = (come_to(tx, world.world_id, name) for name in ("Ann", "Bob"))
    at = ann.character(tx).position
    settle_npc(tx, world, "Maren", at)
    for player, things in ((ann, ("longsword",)), (bob, ("dagger", "chain_shirt", "healing_herb"))):
        for item in things:
            world, _ = place_item(tx, world, item, at)
            player.types(tx, f"get {item.replace('_', ' ')}")
            player.types(tx, f"equip {item.replace('_', ' ')}")
    return ann, bob


def test_wake_ups_that_are_late_doubled_or_missing_change_nothing(tx: Tx, players: tuple[Player, Player]):
    undelayed = run(tx, players, [each / 20 for each in range(20 * 80)][:600])
    chance = Random(11)

    for _ in range(5):
        late = [second + chance.uniform(0, 3) for second in range(60) if chance.random() < 0.7]
        assert run(tx, players, [*late, *late[::3]]) == undelayed
    assert run(tx, players, ()) == undelayed
    assert len(undelayed["log"]) > 8


def fight_of_ten(tx: Tx, people: Sequence[Character], now: int) -> Fight:
    """Return a fight of people who decide for themselves, two against two."""
    fight = Fight(uuid4(), people[0].world_id)
    fight = fight.having(
        *(Fighter(fighter_id=each.character_id, seed=number, decides=True) for number, each in enumerate(people))
    )
    for one, other in zip(people[::2], people[1::2], strict=True):
        fight = engaged(fight, one.character_id, other.character_id, now)
        fighter = fight.fighters[one.character_id]
        fight = queued(fight, fighter, body_of(one), "normal", now, target=other.character_id)
    return fights.save(tx, None, fight)


def look(conn: Connection, at: datetime) -> None:
    """Do what the function does that looks after fights."""

    found = attempt(conn, fights.list_due, at)
    assert isinstance(found, list)
    for fight_id in found:
        attempt(conn, partial(fights.settle_one, fight_id=fight_id), at)


def test_twenty_fights_of_ten_go_on_at_once_and_each_blow_falls_once(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        world = make_world(tx)
        start = tx.now
        for group in range(20):
            at = Position(group * 1_000, 50)
            people = [settle_npc(tx, world, f"{group} {number}", at) for number in range(10)]
            fight_of_ten(tx, people, milliseconds(start))

    with race_of(4, database_url) as race:
        for seconds in (1, 2, 4):
            race.run(*[partial(look, at=start + timedelta(seconds=seconds)) for _ in range(4)])

    with transaction(conn) as tx:
        blows = tx.execute(
            "SELECT payload ->> 'source_id' AS who, payload ->> 'at' AS at, count(*) AS times FROM worlds.events"
            " WHERE event_type = 'CombatActionExecuted' GROUP BY 1, 2"
        ).fetchall()
        assert {each["times"] for each in blows} == {1}
        assert len({each["who"] for each in blows}) == 200
    assert rebuild(conn, write=False).differences == []


def test_two_who_strike_at_the_same_one_in_the_same_moment_are_in_one_fight(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        world = make_world(tx)
        people = [come_to(tx, world.world_id, f"P{number}") for number in range(6)]
        settle_npc(tx, world, "Maren", people[0].character(tx).position)

    with race_of(6, database_url) as race:
        answers = race(*(partial(Player.types, player, text="attack maren") for player in people))

    assert all(isinstance(each, list) and "ready in" in str(each) for each in answers)
    with transaction(conn) as tx:
        [row] = tx.execute(
            "SELECT count(*) AS fights, (SELECT count(*) FROM worlds.fighters) AS all FROM worlds.fights"
        )
        assert (row["fights"], row["all"]) == (1, 7)
    assert rebuild(conn, write=False).differences == []
