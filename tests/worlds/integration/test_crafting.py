"""Making things, finding out how, and teaching it, as a player types it. Source: worlds 23.2 and 27."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from random import Random
from uuid import UUID

import pytest

from kernel.database import Connection, Tx, transaction
from local.worlds.settling import settle_npc
from tests.support.grounds import make_ground
from tests.support.races import race_of
from tests.support.round_trips import counted
from tests.support.worlds import Player, come_to, make_world, place_fixture, place_item, texts, told
from worlds.characters import service as characters
from worlds.characters.models import Character
from worlds.crafting.content import recipes
from worlds.crafting.events import RecipeDiscovered
from worlds.crafting.rules import trade_recipes
from worlds.forgetting import service as forgetting
from worlds.memories import queries as memories
from worlds.memories.models import Occurrence
from worlds.minds import service as minds
from worlds.minds.rules import opinion_after
from worlds.rebuilding import service as rebuilding
from worlds.rebuilding.running import run as rebuild
from worlds.relationships import queries as relationships
from worlds.relationships.models import Opinion, SocialAction, strangers
from worlds.skills.events import SkillIncreased
from worlds.skills.models import SKILL_CATEGORIES
from worlds.space.models import Position
from worlds.technology.content import technology
from worlds.technology.models import technology_of
from worlds.time.rules import HOUR
from worlds.world import queries as worlds_sql
from worlds.world import service as worlds
from worlds.world.events import WorldDeleted
from worlds.world.models import World

HERE = Position(50, 50)
NEAR = Position(50, 70)


def held(tx: Tx, player: Player) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in player.character(tx).inventory.held:
        found[each.item.key] = found.get(each.item.key, 0) + each.quantity
    return found


def give(tx: Tx, world: World, player: Player, **quantities: int) -> World:
    for item, quantity in quantities.items():
        world, _ = place_item(tx, world, item, player.character(tx).position, quantity)
    player.types(tx, "get all")
    return world


def skilled(tx: Tx, player: Player, **levels: int) -> None:
    me = player.character(tx)
    characters.save(
        tx,
        me,
        [
            SkillIncreased(
                character_id=me.character_id,
                skill=name,
                old=me.skills.get(name, 0),
                new=level,
                xp_gained=0,
                xp=0,
            )
            for name, level in levels.items()
        ],
    )


def knowing(tx: Tx, player: Player, recipe: str) -> None:
    me = player.character(tx)
    found = RecipeDiscovered(character_id=me.character_id, world_id=me.world_id, recipe=recipe, source="found")
    characters.save(tx, me, [found])


def refusal(tx: Tx, player: Player, line: str) -> str:
    [answer] = player.types(tx, line)
    assert answer["type"] == "error", answer
    return answer["data"]["message"]


def settled(tx: Tx) -> None:
    assert rebuilding.rebuild(tx).differences == []


def test_a_stone_axe_is_made_at_once_and_the_skill_grows(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")
    give(tx, world, ann, stone=2, stick=1)

    [said] = texts(ann.types(tx, "craft the stone axe"))

    assert said.startswith("You make stone axe (poor). Herbalism +10 XP")
    assert held(tx, ann) == {"stone": 1, "stone_axe": 1}
    assert refusal(tx, ann, "make stone axe") == "stone axe needs stone and stick. You lack stick."
    settled(tx)


def test_the_refusals_say_what_is_there_and_what_is_missing(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")
    world = give(tx, world, ann, clay=2, log=1)

    assert refusal(tx, ann, "craft clay pot") == "You have clay, but this needs a kiln within 3 m."
    world = place_fixture(tx, world, "kiln", Position(50, 81))
    assert refusal(tx, ann, "craft clay pot") == "You have clay, but this needs a kiln within 3 m."
    world = place_fixture(tx, world, "kiln", Position(50, 80))
    skilled(tx, ann, Carpentry=4)
    assert refusal(tx, ann, "craft clay pot") == "You have clay and a kiln, but this needs Carpentry 10; yours is 4."
    assert refusal(tx, ann, "craft plank") == "You have log, but this needs an axe in your hands or your bag."
    assert refusal(tx, ann, "craft longsword").startswith("You do not know how to make ")
    skilled(tx, ann, Carpentry=10)
    assert texts(ann.types(tx, "craft clay pot"))[0].startswith("You make clay pot (")
    assert held(tx, ann) == {"log": 1, "clay_pot": 1}


def test_who_carries_too_much_makes_nothing_and_keeps_the_ingredients(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")
    world = give(tx, world, ann, log=4, rope=2, stone_axe=1)
    skilled(tx, ann, Carpentry=8)
    ann.types(tx, "craft raft")
    tx.now += timedelta(minutes=15)
    world, _ = place_item(tx, world, "basalt", HERE, 50)
    room = 5 * ann.character(tx).attributes["Might"] - 30
    ann.types(tx, f"get basalt {room // 5}")
    before = held(tx, ann)

    assert refusal(tx, ann, "craft").startswith("Too heavy: raft would bring you to ")

    assert held(tx, ann) == before
    ann.types(tx, "drop basalt all")
    assert texts(ann.types(tx, "craft"))[0].startswith("You make raft (")
    assert held(tx, ann) == {"stone_axe": 1, "raft": 1}
    settled(tx)


def test_hands_that_have_worked_half_an_hour_ahead_are_busy(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")
    give(tx, world, ann, stone=9, stick=9)

    for _ in range(7):  # 5 minutes each: the sixth fills half an hour, the seventh is begun within it
        assert texts(ann.types(tx, "craft stone axe"))
    assert refusal(tx, ann, "craft stone axe") == "You have worked ahead. Your hands are free for more in 5 min."
    tx.now += timedelta(minutes=5)
    assert texts(ann.types(tx, "craft stone axe"))
    assert held(tx, ann) == {"stone": 1, "stick": 1, "stone_axe": 8}
    settled(tx)


def test_what_takes_long_is_begun_and_taken_when_its_time_is_over(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")
    give(tx, world, ann, stone=12, clay=4, rope=1, stone_hammer=1)
    skilled(tx, ann, Carpentry=10)

    [said] = texts(ann.types(tx, "build stone hearth"))
    assert said == "You begin to work on stone hearth. It takes 15 min. Stay here, and then write: craft"
    assert held(tx, ann)["stone"] == 12
    assert texts(ann.types(tx, "craft")) == ["You work on stone hearth. It takes another 15 min."]
    assert refusal(tx, ann, "craft cairn").startswith("You are busy with stone hearth for another 15 min.")
    tx.now += timedelta(minutes=15)
    assert refusal(tx, ann, "craft cairn") == "Your work on stone hearth is done. Take it first: craft"

    [done] = texts(ann.types(tx, "craft stone hearth"))

    assert done.startswith("You build stone hearth (")
    assert held(tx, ann) == {"rope": 1, "stone_hammer": 1}
    assert "stone hearth" in texts(ann.types(tx, "look"))[0]
    settled(tx)


def test_who_walks_away_loses_the_time_and_nothing_else(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")
    give(tx, world, ann, clay=4, stone=12, stone_hammer=1)
    skilled(tx, ann, Carpentry=10)
    ann.types(tx, "build stone hearth")
    ann.types(tx, "east 3")
    assert texts(ann.types(tx, "craft"))[0].startswith("You work on stone hearth.")
    ann.types(tx, "east")
    ann.types(tx, "west 4")
    tx.now += timedelta(minutes=20)

    assert refusal(tx, ann, "craft").startswith("You have walked away from your work on stone hearth")

    assert held(tx, ann) == {"clay": 4, "stone": 12, "stone_hammer": 1}
    assert texts(ann.types(tx, "craft stone hearth"))[0].startswith("You begin to work on stone hearth.")
    settled(tx)


def test_nothing_is_built_where_something_stands(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")
    give(tx, world, ann, stone=16)

    assert texts(ann.types(tx, "build cairn"))[0].startswith("You build cairn (")
    assert refusal(tx, ann, "build cairn") == "Something is in the way: cairn."
    ann.types(tx, "face south")
    assert texts(ann.types(tx, "build cairn"))
    [row] = tx.execute("SELECT count(*) AS n FROM worlds.entities WHERE metadata ->> 'fixture' = 'cairn'")
    assert row["n"] == 2
    assert held(tx, ann) == {}
    settled(tx)


def test_recipes_lists_first_what_can_be_made_now_and_so_does_help(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")
    give(tx, world, ann, stone=1, stick=1)

    [answer] = [each for each in ann.types(tx, "recipes") if each["type"] == "game_message"]
    lines = answer["data"]["text"].split("\n")
    assert lines[0].startswith("You could make now: ")
    assert "stone axe" in lines[0]
    assert "stone_axe" in answer["data"]["metadata"]["craftable"]
    assert lines[1].startswith("Not quite: ")
    assert texts(ann.types(tx, "recipes clay pot"))[0].startswith("You also know: clay pot.")
    assert "You carry all that this takes. Write: craft " in texts(ann.types(tx, "help"))[1]
    assert len(texts(ann.types(tx, "help craft"))) == 1


def test_iron_is_researched_before_smithing_and_its_recipes_are_known_then(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")
    give(tx, world, ann, iron_ore=4, iron_ingot=2)

    assert "Iron Smelting: 1 h 0 min, and iron ore × 3." in texts(ann.types(tx, "research"))[0]
    assert refusal(tx, ann, "research blacksmithing") == (
        "Blacksmithing rests on what you do not know yet: Iron Smelting."
    )
    assert refusal(tx, ann, "research pottery").startswith("You know Pottery already.")
    assert refusal(tx, ann, "research railways").startswith("There is nothing called")
    assert texts(ann.types(tx, "research iron smelting"))[0].startswith("You begin to work on Iron Smelting.")
    tx.now += timedelta(hours=1)
    [said] = texts(ann.types(tx, "research"))
    assert said.startswith("You have found out about Iron Smelting. You can make now: bloomery, iron ingot and forge.")
    assert held(tx, ann) == {"iron_ore": 1, "iron_ingot": 2}
    rows = tx.execute("SELECT payload FROM worlds.events WHERE event_type = 'RecipeDiscovered' ORDER BY number")
    assert [(each["payload"]["recipe"], each["payload"]["source"]) for each in rows] == [
        ("bloomery", "research"),
        ("iron_ingot", "research"),
        ("forge", "research"),
    ]
    assert refusal(tx, ann, "research iron smelting").startswith("You know Iron Smelting already.")
    assert texts(ann.types(tx, "research blacksmithing"))
    settled(tx)


def test_in_a_world_of_the_stone_age_fire_is_found_first(tx: Tx):
    world = make_world(tx, generation={"technology": "primitive", "magic": 0.8})
    ann = come_to(tx, world.world_id, "Ann")
    give(tx, world, ann, stick=10, stone=4)

    assert refusal(tx, ann, "craft campfire").startswith("You do not know how to make")
    assert texts(ann.types(tx, "research fire starting"))[0].startswith("You have found out about Fire Starting.")
    assert texts(ann.types(tx, "craft campfire"))[0].startswith("You build campfire (")
    [row] = tx.execute("SELECT ends_at - begun_at AS busy FROM worlds.works")
    assert row["busy"] == (225 + 360) * 1_000  # magic is common: three quarters of 300 s


def test_an_experiment_finds_a_recipe_or_spoils_both(tx: Tx):
    world = make_world(tx, generation={"technology": "primitive"})
    ann = come_to(tx, world.world_id, "Ann")
    give(tx, world, ann, stone=20, stick=20)

    assert "know a little Herbalism" in refusal(tx, ann, "experiment stone with stick")
    assert refusal(tx, ann, "experiment lamp with stick").startswith("You do not have")
    skilled(tx, ann, Herbalism=100)
    outcomes: list[str] = []
    for seed in range(20):
        tx.rng = Random(seed)
        before = held(tx, ann)
        [said] = texts(ann.types(tx, "experiment stone with stick"))
        spoiled = "Both are spoiled" in said
        after = held(tx, ann)
        assert (before["stone"] - after["stone"], before["stick"] - after["stick"]) == ((1, 1) if spoiled else (0, 0))
        outcomes.append(said)
        if not spoiled:
            break
    assert "it comes to you how to make this: " in outcomes[-1]
    [row] = tx.execute("SELECT recipe, source FROM worlds.known_recipes")
    assert row["source"] == "experiment"
    assert texts(ann.types(tx, f"recipes {recipes.product(recipes.by_key[row['recipe']]).name}"))
    settled(tx)


def test_what_one_knows_is_taught_to_players_and_to_the_games_own_people(tx: Tx):
    world = make_world(tx)
    ann, bob = (come_to(tx, world.world_id, name) for name in ("Ann", "Bob"))
    maren = settle_npc(tx, world, "Maren", HERE)
    knowing(tx, ann, "iron_knife")
    reserved = refusal(tx, ann, "teach maren iron knife")
    assert reserved == "Maren does not trust your advice yet. Bring gifts, keep promises, and come back."
    like(tx, maren, ann, 40)

    assert refusal(tx, ann, "teach bob stone axe") == "Bob knows already how to make this: stone axe."
    for name in ("bob", "maren"):
        for seed in range(9):
            tx.rng = Random(seed)
            tx.now += timedelta(hours=2)
            [said] = texts(ann.types(tx, f"teach {name} iron knife"))
            if said.startswith("You teach"):
                break
    assert told(tx, bob)[-1]["text"] == "Ann teaches you how to make this: iron knife."
    rows = tx.execute("SELECT character_id, source FROM worlds.known_recipes WHERE recipe = 'iron_knife'")
    assert {row["character_id"]: row["source"] for row in rows} == {
        ann.character_id: "found",
        bob.character_id: "taught",
        maren.character_id: "taught",
    }
    assert affection(tx, maren, ann) == pytest.approx(45, abs=0.1)
    assert lessons(tx, maren) == [(Occurrence.HELP, ann.character_id)]
    assert texts(bob.types(tx, "recipes iron knife"))
    bob.types(tx, "ignore ann")
    assert refusal(tx, ann, "teach bob iron knife") == "Bob does not want to learn from you."
    settled(tx)


def test_people_of_the_game_teach_their_trade_to_whom_they_like(tx: Tx):
    world = make_world(tx)
    ann, _ = (come_to(tx, world.world_id, name) for name in ("Ann", "Bob"))
    maren = settle_npc(tx, world, "Maren", HERE)  # a farmer, who knows how to cook
    known = trade_recipes("farmer", technology_of(world.generation))
    wanted = next(each for each in known.values() if technology.by_key[each.node].level is technology_of({}).level)
    name = recipes.product(wanted).name
    line = f"learn {name} from maren"

    assert "player speaks for Bob" in refusal(tx, ann, f"learn {name} from bob")
    assert refusal(tx, ann, line).startswith("Maren teaches friends, not strangers.")
    like(tx, maren, ann, 40)
    assert refusal(tx, ann, "learn iron knife from maren").startswith("Maren cannot teach you that, but may ")
    said = ""
    for seed in range(9):
        tx.rng = Random(seed)
        tx.now += timedelta(hours=6)
        [said] = texts(ann.types(tx, line))
        if said.startswith("Maren teaches"):
            break
        assert refusal(tx, ann, line).startswith("Maren is busy for another ")
    assert said == f"Maren teaches you how to make this: {name}."
    assert texts(ann.types(tx, f"recipes {name}"))
    assert affection(tx, maren, ann) == pytest.approx(45, abs=0.2)
    assert lessons(tx, maren) == [(Occurrence.TALK, ann.character_id)]
    assert refusal(tx, ann, line).startswith("Maren is busy")
    settled(tx)


def like(tx: Tx, npc: Character, player: Player, affection: float) -> None:
    """Let one of the game's own people, who has never met a player, like them so much, and a little more."""
    now = world_of(tx, npc.world_id).time.at(tx.now)
    known = strangers(npc.character_id, player.character_id, npc.world_id, now)
    effect = Opinion(affection + 0.1)
    minds.save_relationship(tx, known, opinion_after(known, SocialAction.TALK, effect, now, 24 * HOUR))


def lessons(tx: Tx, npc: Character) -> list[tuple[Occurrence, UUID | None]]:
    found = [memories.read(row) for row in memories.list_of(tx, npc.character_id)]
    return [(each.occurrence, each.about_id) for each in found if "recipe" in each.content]


def affection(tx: Tx, npc: Character, player: Player) -> float:
    row = relationships.lock(tx, npc.character_id, player.character_id).fetchone()
    assert row is not None
    return relationships.read(row).opinion.affection


def world_of(tx: Tx, world_id: UUID) -> World:
    [row] = worlds_sql.find(tx, world_id)
    return worlds_sql.read(row)


def test_two_at_the_same_moment_with_things_for_one_make_one(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        world = make_world(tx)
        ann = come_to(tx, world.world_id, "Ann")
        give(tx, world, ann, stone=1, stick=1)
    with race_of(8, database_url) as race:
        answers = race(*[partial(ann.types, text="craft stone axe") for _ in range(8)])
    with transaction(conn) as tx:
        assert held(tx, ann) == {"stone_axe": 1}
        [row] = tx.execute("SELECT count(*) AS n FROM worlds.events WHERE event_type = 'ItemCrafted'")
        assert row["n"] == 1
    kinds = [answer[0]["type"] for answer in answers if isinstance(answer, list)]
    assert sorted(kinds) == ["error"] * 7 + ["game_message"]
    assert rebuild(conn, write=False).differences == []


@pytest.mark.parametrize("line", ["craft stone axe", "recipes", "research", "experiment stone with stick", "help"])
def test_commands_of_makers_are_two_round_trips(conn: Connection, database_url: str, line: str):
    with transaction(conn) as tx:
        world = make_ground(tx)
        ann = come_to(tx, world.world_id, "Ann")
        give(tx, world, ann, stone=20, stick=20)
        skilled(tx, ann, **dict.fromkeys(SKILL_CATEGORIES["Crafting"], 1), Herbalism=1)
    with counted(database_url) as (connection, wire):
        for hours in range(8):  # until statements are prepared
            with transaction(connection) as tx:
                tx.now += timedelta(hours=hours)
                ann.types(tx, line)
        with transaction(connection) as tx:
            tx.now += timedelta(hours=9)
            ann.types(tx, "look")  # the villagers around go where they are at this hour
        before = wire.round_trips()
        with transaction(connection) as tx:
            tx.now += timedelta(hours=9)
            assert texts(ann.types(tx, line))

        assert wire.round_trips() - before == 2


def stored(tx: Tx) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for table in ("known_recipes", "researched_nodes", "works"):
        [row] = tx.execute(f"SELECT count(*) AS n FROM worlds.{table}")
        found[table] = row["n"]
    return found


def knows_much(tx: Tx) -> tuple[World, Player]:
    world = make_world(tx, generation={"technology": "primitive"})
    ann = come_to(tx, world.world_id, "Ann")
    world = give(tx, world, ann, stone=8, stick=8)
    for line in ("research stone tools", "craft stone axe"):
        ann.types(tx, line)
    assert stored(tx) == {"known_recipes": 1, "researched_nodes": 1, "works": 1}
    return world, ann


def test_what_one_knows_goes_with_the_world(tx: Tx):
    world, _ = knows_much(tx)
    worlds.save(tx, world, world.world_id, [WorldDeleted(world_id=world.world_id)])
    assert set(stored(tx).values()) == {0}
    settled(tx)


def test_what_one_has_built_stays_when_one_is_forgotten_and_what_one_knew_goes(tx: Tx):
    world, ann = knows_much(tx)
    knowing(tx, ann, "cairn")
    give(tx, world, ann, stone=8)
    ann.types(tx, "build cairn")
    forgetting.forget(tx, ann.me.account_id)
    tx.execute("DELETE FROM kernel.accounts WHERE account_id = %s", (ann.me.account_id,))
    assert set(stored(tx).values()) == {0}
    rows = tx.execute(
        "SELECT metadata ->> 'fixture' AS fixture FROM worlds.entities WHERE metadata ? 'fixture'"
    ).fetchall()
    assert [row["fixture"] for row in rows] == ["cairn"]
    settled(tx)
