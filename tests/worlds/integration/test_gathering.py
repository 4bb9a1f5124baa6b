"""Gathering and mining, as a player types it. Source: worlds 22, 23.1 and 27."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from math import floor
from random import Random
from typing import Any
from uuid import uuid4

import pytest

from functions.worlds.shapes import SkillSheet
from kernel.database import Connection, Tx, transaction
from tests.support.grounds import make_ground
from tests.support.races import race_of
from tests.support.round_trips import counted
from tests.support.worlds import Player, code, come_to, come_to_lobby, texts
from tests.worlds.integration.test_resource_grounds import beside, offers, put
from tests.worlds.unit.test_resources import all_grounds, terrain
from worlds.carrying.events import ItemReceived, Stack
from worlds.characters import service as characters
from worlds.characters.events import StaminaChanged
from worlds.characters.practice import practised
from worlds.items.content import items
from worlds.minerals.content import minerals
from worlds.minerals.models import Vein
from worlds.minerals.planets import planet_of
from worlds.minerals.rules import mining_level, site_of, veins_near
from worlds.movement.models import PARTS
from worlds.prospecting.events import FoundVein, VeinsFound
from worlds.rebuilding import service as rebuilding
from worlds.rebuilding.running import run as rebuild
from worlds.resources.events import ResourceGathered
from worlds.resources.models import ResourceGround, key_of_vein
from worlds.skills.events import SkillIncreased
from worlds.skills.models import Skill
from worlds.skills.rules import cost
from worlds.space.models import METRE, Position
from worlds.time.rules import HOUR
from worlds.world.models import World


class Luck(Random):
    """Dice that fall as a test wants: an attempt fails with 0 where it can, and succeeds with 0.9."""

    def __init__(self, attempt: float = 0.9, harvest: float = 1.0) -> None:
        super().__init__(1)
        self.attempt, self.harvest = attempt, harvest

    def random(self) -> float:
        return self.attempt

    def uniform(self, a: float, b: float) -> float:
        return self.harvest


def stays_signed_in(tx: Tx) -> None:
    tx.execute("UPDATE kernel.sessions SET expires_at = 'infinity'")


def a_ground(*keys: str) -> ResourceGround:
    """A ground of one of these kinds; asked for before a transaction has begun, which must not wait for it."""
    return next(each for each in all_grounds() if each.kind.key in keys)


def a_vein(world: World) -> Vein:
    """Ore under dry land that iron breaks and stone does not."""
    planet = planet_of(world.generation)
    found = veins_near(
        planet, world.space, Position(0, 0), 10_000 * METRE, lambda position: site_of(planet, *terrain().cell(position))
    )
    return next(each for each in found if 4 < each.hardness <= 6 and not terrain().at(each.position).water)


def gets(tx: Tx, player: Player, item: str, quantity: int = 1, quality: int = 1) -> None:
    """Let someone have things."""
    me, kind = player.character(tx), items.by_key[item]
    stack = Stack(holding_id=uuid4(), item=item, quantity=quantity, durability=kind.durability, quality=quality)
    fields: dict[str, Any] = {"character_id": me.character_id, "item": item, "quantity": quantity, "saved": (stack,)}
    characters.save(tx, me, [ItemReceived(from_id=uuid4(), **fields)])


def knows(tx: Tx, player: Player, skill: str, level: int) -> None:
    me = player.character(tx)
    event = SkillIncreased(character_id=me.character_id, skill=skill, old=0, new=level, xp_gained=0, xp=0)
    characters.save(tx, me, [event])


def holds(tx: Tx, player: Player, item: str) -> int:
    return player.character(tx).inventory.count(items.by_key[item])


def leaves(tx: Tx, player: Player, ground: ResourceGround, left: float) -> None:
    """Let a ground have so much."""
    me, world_id = player.character(tx), player.character(tx).world_id
    event = ResourceGathered(
        character_id=me.character_id,
        world_id=world_id,
        ground=ground.key,
        resource=ground.kind.key,
        position=ground.position,
        quantity=0,
        left=left,
        game_time=0,
        rests_until=2**40,
    )
    characters.save(tx, me, [event])


def left_of(tx: Tx, key: str) -> float:
    [row] = tx.execute("SELECT quantity FROM worlds.stocks WHERE ground = %s", (key,))
    return row["quantity"]


def at_a_ground(tx: Tx, *keys: str) -> tuple[Player, ResourceGround, World]:
    ground, world = a_ground(*keys), make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")
    put(tx, ann, ground.position)
    tx.rng = Luck()
    return ann, ground, world


def test_who_gathers_carries_it_learns_and_leaves_less(tx: Tx):
    ann, stand, _ = at_a_ground(tx, "birch")
    knows(tx, ann, "Logging", stand.level)
    leaves(tx, ann, stand, 80)
    tx.rng = Luck(harvest=1.2)
    before = ann.character(tx).stamina

    answer = ann.types(tx, "chop birch")

    logs = round(80 * (0.5 + stand.level / 200) * 0.5 * 1.2)
    cost = {0: "100", 5: "1,469.69", 15: "6,400"}[stand.level]
    assert texts(answer) == [
        f"You cut {logs} logs. Logging +{max(10, 2 * stand.level)} XP (10 of {cost}). The stand looks thinner."
    ]
    assert answer[0]["data"]["metadata"] == {"item": "log", "quantity": logs}
    assert holds(tx, ann, "log") == logs
    assert left_of(tx, stand.key) == 80 - logs
    assert before - ann.character(tx).stamina == (5 + 4 * logs) * PARTS
    seen = next(each for each in offers(ann.types(tx, "look")) if each["key"] == stand.key)
    assert seen["left"] == round((80 - logs) / stand.most, 2)
    assert rebuilding.rebuild(tx).differences == []


def test_no_more_is_taken_than_wanted_or_than_one_can_carry_or_has_the_strength_for(tx: Tx):
    ann, stand, _ = at_a_ground(tx, "oak")
    assert texts(ann.types(tx, "gather oak 3"))[0].startswith("You cut 3 oak logs. ")
    gets(tx, ann, "stone", 50)
    gets(tx, ann, "stone", 50)
    gets(tx, ann, "stone", 50)
    gets(tx, ann, "stone", 50)
    limit = 5 * ann.character(tx).attributes["Might"]
    room = (limit - 15 - 200) // 5
    tx.now += timedelta(hours=1)

    assert texts(ann.types(tx, "gather"))[0].endswith("You cannot carry more.")

    assert holds(tx, ann, "oak_log") == 3 + room
    assert left_of(tx, stand.key) == pytest.approx(stand.most - 3 - room)
    before = ann.character(tx)
    tx.now += timedelta(hours=1)
    assert code(ann.types(tx, "gather oak")) == "INVENTORY_FULL"
    ann.types(tx, "drop stone all")
    me = ann.character(tx)
    tired = StaminaChanged(character_id=me.character_id, old=me.stamina, new=27 * PARTS, reason="test")
    characters.save(tx, me, [tired])
    assert texts(ann.types(tx, "gather oak"))[0].endswith("You are too tired for more.")
    assert holds(tx, ann, "oak_log") == before.inventory.count(items.by_key["oak_log"]) + 4
    assert code(ann.types(tx, "gather oak")) == "INSUFFICIENT_STAMINA"


def test_a_failed_attempt_brings_nothing_but_a_rest_and_some_experience(tx: Tx):
    ann, trail, world = at_a_ground(tx, "rabbit", "deer", "bison", "goat")
    tx.rng = Luck(attempt=0)

    said = texts(ann.types(tx, f"gather {trail.kind.name}"))[0]

    assert said.startswith(f"You try, and get nothing. Hunting +{max(10, 2 * trail.level) // 2} XP (")
    [row] = tx.execute("SELECT * FROM worlds.stocks WHERE ground = %s", (trail.key,))
    assert row["quantity"] == trail.most
    assert row["rests_until"] - world.time.at(tx.now) == trail.kind.rest_hours * HOUR
    assert ann.character(tx).inventory.held == ()


def test_a_ground_grows_again_after_its_rest_with_fractions(tx: Tx):
    ann, bushes, _ = at_a_ground(tx, "berries", "grain", "cotton")
    leaves(tx, ann, bushes, 0.25)
    assert code(ann.types(tx, "gather")) == "INVALID_INPUT"
    leaves(tx, ann, bushes, 1.25)
    tx.execute("UPDATE worlds.stocks SET rests_until = 0")
    knows(tx, ann, "Herbalism", bushes.level)
    ann.types(tx, "gather")
    assert left_of(tx, bushes.key) == pytest.approx(0.25, abs=1e-6)

    tx.now += timedelta(hours=bushes.kind.rest_hours + 24)

    ann.types(tx, "gather all")
    assert holds(tx, ann, bushes.kind.product) >= 2
    assert left_of(tx, bushes.key) < bushes.regrowth + 0.25


def test_a_good_tool_brings_more_and_wears_out(tx: Tx):
    ann, stand, _ = at_a_ground(tx, "oak", "birch")
    knows(tx, ann, "Logging", 20)
    leaves(tx, ann, stand, 20)
    gets(tx, ann, "axe", quality=3)
    tx.now += timedelta(hours=1)

    ann.types(tx, "gather")

    assert holds(tx, ann, stand.kind.product) == floor(20 * 0.6 * 1.3 + 0.5)
    [axe] = [each for each in ann.character(tx).inventory.held if each.item.key == "axe"]
    assert axe.durability == 99
    assert rebuilding.rebuild(tx).differences == []


def test_five_level_ups_are_the_same_after_a_reload_and_a_rebuild(tx: Tx):
    ann = come_to(tx, make_ground(tx).world_id, "Ann")
    me = ann.character(tx)
    for number in range(5):
        # What is missing for the next level, and a little more, which carries over.
        wanted = (cost(number + 1) - me.xp.get("Logging", 0)) // 100 + 8
        learned = practised(me, Skill.LOGGING, wanted, f"gather/{number}", tx.now)
        me = characters.save(tx, me, learned.events)

    again = ann.character(tx)

    assert (again.skills["Logging"], again.xp["Logging"]) == (5, me.xp["Logging"])
    assert me.xp["Logging"] > 0
    ups = tx.execute("SELECT payload FROM worlds.events WHERE event_type = 'SkillLeveledUp' ORDER BY number")
    assert [each["payload"]["level"] for each in ups] == [1, 2, 3, 4, 5]
    rebuilt = rebuilding.rebuild(tx)
    assert rebuilt.differences == []
    rebuilding.write_back(tx, rebuilt)
    assert (ann.character(tx).skills, ann.character(tx).xp) == (again.skills, again.xp)


def test_who_wears_out_a_tool_reads_that_it_is_broken_and_goes_on_without_it(tx: Tx):
    ann, stand, _ = at_a_ground(tx, "oak", "birch")
    knows(tx, ann, "Logging", 20)
    leaves(tx, ann, stand, 20)
    gets(tx, ann, "axe")
    tx.execute("UPDATE worlds.holdings SET durability = 1 WHERE character_id = %s", (ann.character_id,))
    tx.now += timedelta(hours=1)

    said = texts(ann.types(tx, "gather 1"))[0]

    assert said.endswith("Broken: axe. It is of no use any more.")
    events = "SELECT payload FROM worlds.events WHERE event_type = 'ItemDurabilityChanged'"
    assert [(each["payload"]["old"], each["payload"]["new"]) for each in tx.execute(events)] == [(1, 0)]
    tx.now += timedelta(days=20)
    stays_signed_in(tx)
    assert "Broken" not in texts(ann.types(tx, "gather 1"))[0]
    assert len(tx.execute(events).fetchall()) == 1


def test_ore_asks_for_a_pick_that_is_hard_enough_and_never_comes_back(tx: Tx):
    world = make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")
    vein = a_vein(world)
    put(tx, ann, vein.position)
    name = minerals.deposits[vein.deposit].name
    assert code(ann.types(tx, f"mine {name}")) == "TARGET_NOT_FOUND"
    found = FoundVein(vein=vein.key, deposit=vein.deposit, position=vein.position)
    me = ann.character(tx)
    characters.save(tx, me, [VeinsFound(character_id=me.character_id, world_id=world.world_id, veins=(found,))])
    assert code(ann.types(tx, f"mine {name}")) == "INVALID_INPUT"
    gets(tx, ann, "stone_pick")
    assert "iron" in str(ann.types(tx, f"mine {name}"))
    gets(tx, ann, "pickaxe", quality=4)
    knows(tx, ann, "Mining", mining_level(vein.depth, vein.grade))
    tx.rng = Luck()
    tx.now += timedelta(hours=1)

    said = texts(ann.types(tx, f"mine {name} 2"))[0]

    assert said.startswith("You dig out 2 "), (said, vein)
    key = key_of_vein(vein.key)
    assert left_of(tx, key) == vein.quantity - 2
    stays_signed_in(tx)
    tx.now += timedelta(days=400)
    ann.types(tx, f"mine {name} 1")
    assert left_of(tx, key) == vein.quantity - 3
    tx.execute("UPDATE worlds.stocks SET quantity = 0.5 WHERE ground = %s", (key,))
    assert code(ann.types(tx, f"mine {name}")) == "INVALID_INPUT"
    assert texts(ann.types(tx, f"look {name}"))[0].endswith("It is worked out.")


def test_one_gathers_within_reach_only_and_in_worlds_with_ground(tx: Tx):
    ann, stand, world = at_a_ground(tx, "oak")
    put(tx, ann, beside(world, stand.position, 4))
    assert code(ann.types(tx, "gather oak")) == "TARGET_OUT_OF_RANGE"
    assert code(ann.types(tx, "gather coral")) == "TARGET_NOT_FOUND"
    assert code(ann.types(tx, "harvest")) == "TARGET_NOT_FOUND"
    assert code(come_to_lobby(tx).types(tx, "gather")) == "TARGET_NOT_FOUND"
    put(tx, ann, beside(world, stand.position, 3))
    assert texts(ann.types(tx, "gather oak logs 1"))[0].startswith("You cut 1 oak log. ")


def test_a_repeated_command_gathers_once(tx: Tx):
    ann, stand, _ = at_a_ground(tx, "oak")

    first = ann.types(tx, "gather oak 2", "one and the same")
    again = ann.types(tx, "gather oak 2", "one and the same")

    assert texts(first) == texts(again)
    assert (holds(tx, ann, "oak_log"), left_of(tx, stand.key)) == (2, stand.most - 2)
    assert ann.character(tx).xp == {"Logging": 1_000}


def test_what_one_has_learned_is_read_on_the_sheet_and_kept(tx: Tx):
    ann, _, _ = at_a_ground(tx, "oak")
    for _ in range(3):
        ann.types(tx, "gather oak 1")
        tx.now += timedelta(minutes=2)

    assert texts(ann.types(tx, "skills")) == ["Gathering: Logging 0 (70 XP to 1)"]
    assert SkillSheet.of(ann.character(tx)).skills["Logging"].model_dump() == {"level": 0, "xp": 30}
    knows(tx, ann, "Logging", 3)
    assert "Best skills: Logging 3." in texts(ann.types(tx, "score"))[0]
    assert rebuilding.rebuild(tx).differences == []


def test_gathering_is_two_round_trips(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        ann, _, _ = at_a_ground(tx, "oak")
    with counted(database_url) as (connection, wire):
        for _ in range(8):
            with transaction(connection) as tx:
                ann.types(tx, "gather oak 1")
        before = wire.round_trips()
        with transaction(connection) as tx:
            assert texts(ann.types(tx, "gather oak 1"))

        assert wire.round_trips() - before == 2


def in_the_world(tx: Tx, item: str) -> int:
    """Return how many lie around, or are carried by players: villagers have their own."""
    [row] = tx.execute(
        """
        SELECT ((SELECT coalesce(sum(quantity), 0) FROM worlds.entities WHERE item = %(item)s)
                + (SELECT coalesce(sum(h.quantity), 0) FROM worlds.holdings AS h JOIN worlds.characters AS c
                   USING (character_id) WHERE h.item = %(item)s AND c.account_id IS NOT NULL))::int AS n
        """,
        {"item": item},
    )
    return row["n"]


def gathered(tx: Tx, ground: str) -> int:
    [row] = tx.execute(
        "SELECT coalesce(sum((payload ->> 'quantity')::int), 0)::int AS n FROM worlds.events"
        " WHERE event_type = 'ResourceGathered' AND payload ->> 'ground' = %s",
        (ground,),
    )
    return row["n"]


def test_two_reach_for_the_last_one_and_one_gets_it(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        stand, world = a_ground("oak"), make_ground(tx)
        players = [come_to(tx, world.world_id, f"P{number}") for number in range(8)]
        for each in players:
            put(tx, each, stand.position)
        leaves(tx, players[0], stand, 1)

    with race_of(8, database_url) as race:
        answers = race(*(partial(Player.types, player, text="gather oak") for player in players))

    lines = [texts(answer) for answer in answers if isinstance(answer, list)]
    assert sum(bool(each) for each in lines) == 1
    with transaction(conn) as tx:
        assert in_the_world(tx, "oak_log") == 1
        assert left_of(tx, stand.key) == 0
    assert rebuild(conn, write=False).differences == []


def test_eight_gather_at_once_with_retries_and_nothing_is_made_or_lost(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        stand, world = a_ground("oak"), make_ground(tx)
        players = [come_to(tx, world.world_id, f"P{number}") for number in range(8)]
        for each in players:
            put(tx, each, stand.position)
    rng = Random(5)

    def types_twice(tx: Tx, player: Player, line: str, command_id: str) -> object:
        return player.types(tx, line, command_id)

    with race_of(8, database_url) as race:
        for _ in range(12):
            ids = [str(uuid4()) for _ in players]
            lines = [rng.choice(("gather oak 2", "gather oak 1", "drop oak log 1", "gather oak 3")) for _ in players]
            for _ in range(2):  # each is sent twice with the same id
                race(
                    *(
                        partial(types_twice, player=player, line=line, command_id=command_id)
                        for player, line, command_id in zip(players, lines, ids, strict=True)
                    )
                )

    with transaction(conn) as tx:
        total = gathered(tx, stand.key)
        assert total == in_the_world(tx, "oak_log") > 0
        assert left_of(tx, stand.key) == pytest.approx(stand.most - total)
        [row] = tx.execute("SELECT count(*) AS n FROM worlds.events WHERE event_type = 'SkillUsed'")
        [attempts] = tx.execute("SELECT count(*) AS n FROM worlds.events WHERE event_type = 'ResourceGathered'")
        assert row["n"] == attempts["n"]
    assert rebuild(conn, write=False).differences == []


LINES = ("gather", "gather all", "gather 2", "drop {held} 2", "drop all", "get all", "give 1 {held} to {other}")


@pytest.mark.parametrize("seed", range(4))
def test_all_that_is_in_the_world_was_gathered(tx: Tx, seed: int):
    """Gathered, dropped, given, with hours between: nothing is made, lost or negative, and a ground never overflows."""
    rng = tx.rng = Random(seed)
    ground = rng.choice([each for each in all_grounds() if each.level <= 20])
    world = make_ground(tx)
    people = {name: come_to(tx, world.world_id, name) for name in ("Ann", "Ben")}
    for each in people.values():
        put(tx, each, ground.position)
    stays_signed_in(tx)
    total = 0
    for _ in range(60):
        hours = rng.choice((0, 0, 1, 100))
        tx.now += timedelta(hours=hours, seconds=1)
        name, other = rng.sample(("Ann", "Ben"), 2)
        line = rng.choice(LINES).format(held=items.by_key[ground.kind.product].name, other=other)
        answer = people[name].types(tx, line)
        if line.startswith("gather") and texts(answer):
            total += answer[0]["data"]["metadata"]["quantity"]
            assert 0 <= left_of(tx, ground.key) <= ground.most
        assert in_the_world(tx, ground.kind.product) == total

    assert total == gathered(tx, ground.key) > 0
    assert rebuilding.rebuild(tx).differences == []
