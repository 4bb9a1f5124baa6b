"""Fights over the socket, from the first blow to getting up again. Source: worlds 21, 27, 28."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg.types.json import Jsonb

from kernel.database import Tx
from local.worlds.settling import YEAR, settle_npc
from tests.support.beasts import put_wolf
from tests.support.grounds import make_ground
from tests.support.worlds import Player, code, come_to, come_to_lobby, connect, place_item, texts, told
from worlds.characters import service as characters
from worlds.characters.events import HealthChanged
from worlds.characters.models import Character
from worlds.fights import service as fights
from worlds.play import leaving
from worlds.play import service as play
from worlds.rebuilding import service as rebuilding
from worlds.space.models import Position
from worlds.time.models import milliseconds
from worlds.world import queries as worlds_sql
from worlds.world.models import World


def wait(tx: Tx, seconds: float) -> None:
    """Let time pass, and what is due in fights happen."""
    tx.now += timedelta(seconds=seconds)
    for fight_id in fights.list_due(tx):
        fights.settle_one(tx, fight_id)


def fighting_texts(tx: Tx, player: Player) -> list[str]:
    return [each["text"] for each in told(tx, player) if each["type"] == "combat"]


def give(tx: Tx, player: Player, item: str, quantity: int = 1) -> None:
    [row] = worlds_sql.find(tx, player.character(tx).world_id)
    place_item(tx, worlds_sql.read(row), item, player.character(tx).position, quantity)
    assert texts(player.types(tx, f"get {item.replace('_', ' ')}"))


def wield(tx: Tx, player: Player, item: str) -> None:
    give(tx, player, item)
    assert texts(player.types(tx, f"equip {item.replace('_', ' ')}"))


def hurt(tx: Tx, character_id: UUID, hp: int) -> None:
    """Leave someone with so many hit points."""
    someone = characters.ask(tx, character_id)()
    assert someone is not None
    event = HealthChanged(
        character_id=character_id, old=someone.hp, new=hp, reason="test", since=tx.now + timedelta(days=1)
    )
    characters.save(tx, someone, [event])


def events_of(tx: Tx, kind: str) -> list[dict[str, Any]]:
    rows = tx.execute("SELECT payload FROM worlds.events WHERE event_type = %s ORDER BY number", (kind,))
    return [row["payload"] for row in rows]


def stored(tx: Tx, character_id: UUID) -> Character:
    found = characters.ask(tx, character_id)()
    assert found is not None
    return found


@pytest.fixture
def maren(tx: Tx, world: World, ann: Player) -> Character:
    return settle_npc(tx, world, "Maren", ann.character(tx).position)


def begin_duel(tx: Tx, one: Player, other: Player) -> None:
    one.types(tx, f"attack {other.character(tx).name}")
    other.types(tx, f"attack {one.character(tx).name} quick")


def test_no_one_fights_children(tx: Tx, world: World, ann: Player):
    here = ann.character(tx).position
    settle_npc(tx, world, "Pip", here, born=-15 * YEAR)
    settle_npc(tx, world, "Kit", here, born=-17 * YEAR)

    assert code(ann.types(tx, "attack pip")) == "FORBIDDEN"
    assert texts(ann.types(tx, "attack kit"))[0].startswith("Blow ready in")


def test_a_wolf_is_fought_until_it_is_dead(tx: Tx):
    world = make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")
    at = ann.character(tx).position
    [row] = worlds_sql.find(tx, world.world_id)
    wolf = put_wolf(tx, worlds_sql.read(row), Position(at.x + 10, at.y, at.z), hungry=True)
    wield(tx, ann, "longsword")

    first = texts(ann.types(tx, f"attack {wolf} heavy"))

    agility = ann.character(tx).attributes["Agility"]
    milliseconds = 1500 * (1000 - 3 * agility) // 1000
    assert first == [f"Heavy swing ready in {-(-milliseconds // 10) / 100:.2f} s ..."]
    for _ in range(60):
        wait(tx, 2)
        if "is dead" in " ".join(fighting_texts(tx, ann)):
            break
        ann.types(tx, "attack")
    lines = fighting_texts(tx, ann)
    assert any(line.startswith(f"You hit {wolf}:") and f"{wolf} " in line and "/60." in line for line in lines)
    assert any(line.startswith(f"{wolf} hits you:") for line in lines)
    assert f"{wolf} is dead." in lines
    assert wolf not in str(ann.types(tx, "look"))
    assert code(ann.types(tx, "flee")) == "INVALID_COMMAND"  # the fight is over
    assert tx.execute("SELECT FROM worlds.fights").fetchall() == []
    assert "cuts of meat × 3" in " ".join(texts(ann.types(tx, "get meat")))  # one, and one for each two of its size
    assert "meat" not in str(ann.types(tx, "look"))
    assert f"Creature 1, {wolf}, died in a fight." in str(ann.types(tx, "ecosystem log"))
    assert rebuilding.rebuild(tx).differences == []


def test_the_last_blow_of_a_weapon_is_in_the_log(tx: Tx, ann: Player, maren: Character):
    """Acceptance 9.6: a heavy hit of a weapon with a durability of 1."""
    wield(tx, ann, "longsword")
    tx.execute("UPDATE worlds.holdings SET durability = 1 WHERE item = 'longsword'")
    ann.types(tx, "attack maren heavy")

    wait(tx, 2)

    [worn] = tx.execute("SELECT payload FROM worlds.events WHERE event_type = 'ItemDurabilityChanged'").fetchall()
    assert (worn["payload"]["old"], worn["payload"]["new"]) == (1, 0)
    [sword] = ann.character(tx).inventory.held
    assert sword.is_broken


def test_wounds_of_a_creature_heal_with_rest_when_its_fight_is_over(tx: Tx):
    world = make_ground(tx)
    ann = come_to(tx, world.world_id, "Ann")
    at = ann.character(tx).position
    [row] = worlds_sql.find(tx, world.world_id)
    wolf = put_wolf(tx, worlds_sql.read(row), Position(at.x, at.y, at.z))
    ann.types(tx, f"attack {wolf}")
    since = milliseconds(tx.now)
    tx.execute(
        "UPDATE worlds.fighters SET state = jsonb_set(state, '{nature}', state -> 'nature' || %s)"
        " WHERE character_id IS NULL",
        (Jsonb({"hp": 20, "since": since}),),
    )
    assert texts(ann.types(tx, "north 5"))  # out of reach: no one strikes any more

    wait(tx, 31)

    assert tx.execute("SELECT FROM worlds.fights").fetchall() == []
    [kept] = tx.execute("SELECT hp, hp_since FROM worlds.creatures").fetchall()
    assert kept == {"hp": 20, "hp_since": since}
    assert rebuilding.rebuild(tx).differences == []
    ann.types(tx, "south 5")
    tx.execute("DELETE FROM worlds.fights")  # it may have growled
    for seconds, left in ((9, 24), (100, 34)):  # one point in ten seconds
        tx.now += timedelta(seconds=seconds)
        assert texts(ann.types(tx, f"attack {wolf}"))
        [found] = tx.execute("SELECT state FROM worlds.fighters WHERE character_id IS NULL").fetchall()
        assert found["state"]["nature"]["hp"] == left
        tx.execute("DELETE FROM worlds.fights")


def test_results_come_while_no_one_types_and_others_see_them(tx: Tx, ann: Player, bob: Player, maren: Character):
    wield(tx, ann, "axe")
    ann.types(tx, "attack maren")
    assert fighting_texts(tx, bob) == []

    wait(tx, 1.5)

    assert any("Maren" in line for line in fighting_texts(tx, ann))
    assert any(line.startswith(("Ann hits Maren", "Ann misses Maren")) for line in fighting_texts(tx, bob))
    events = tx.execute(
        "SELECT envelope FROM worlds.posts WHERE character_id = %s AND envelope ->> 'type' = 'combat_event'",
        (bob.character_id,),
    ).fetchall()
    assert str(ann.character_id) in {each["envelope"]["data"]["sourceId"] for each in events}


def test_someone_of_the_game_who_is_killed_leaves_a_body_and_later_their_things(
    tx: Tx, ann: Player, bob: Player, maren: Character
):
    give(tx, ann, "bread")
    ann.types(tx, "give bread to maren")
    wield(tx, ann, "longsword")
    hurt(tx, maren.character_id, 1)
    for _ in range(20):
        ann.types(tx, "attack maren")
        wait(tx, 2)
        if stored(tx, maren.character_id).hp == 0:
            break

    assert not stored(tx, maren.character_id).is_present
    assert "body of Maren" in str(ann.types(tx, "look"))
    assert "bread" not in str(bob.types(tx, "look"))
    assert "loaf of bread" in str(ann.types(tx, "look body"))
    wait(tx, 600)
    assert "body of Maren" not in str(ann.types(tx, "look"))
    assert texts(bob.types(tx, "get bread"))
    [died] = tx.execute("SELECT payload FROM worlds.events WHERE event_type = 'NpcSlain'").fetchall()
    assert died["payload"]["by"] == str(ann.character_id)
    assert rebuilding.rebuild(tx).differences == []


def test_players_fight_only_if_both_want_to(tx: Tx, ann: Player, bob: Player):
    asked = texts(ann.types(tx, "attack bob"))
    wait(tx, 5)

    assert asked == ["You challenge Bob. The fight is on if they attack you within a minute."]
    assert fighting_texts(tx, bob) == ["Ann challenges you to a fight. To accept it: attack Ann"]
    assert stored(tx, bob.character_id).hp == 10 * stored(tx, bob.character_id).attributes["Vitality"]
    assert "ready in" in texts(bob.types(tx, "attack ann"))[0]
    assert "ready in" in texts(ann.types(tx, "attack bob"))[0]


def test_an_old_challenge_counts_no_more(tx: Tx, ann: Player, bob: Player):
    ann.types(tx, "attack bob")
    wait(tx, 60)

    assert texts(bob.types(tx, "attack ann"))[0].startswith("You challenge Ann")


def test_a_defeated_player_gets_up_after_ten_seconds_and_is_safe_for_a_minute(tx: Tx, ann: Player, bob: Player):
    bob.types(tx, "north 3")
    ann.types(tx, "north 3")
    for player in (ann, bob):
        wield(tx, player, "longsword")
    give(tx, bob, "leather_cap")
    bob.types(tx, "equip leather cap")
    begin_duel(tx, ann, bob)
    hurt(tx, bob.character_id, 1)
    for _ in range(20):
        ann.types(tx, "attack")
        wait(tx, 2)
        if stored(tx, bob.character_id).hp == 0:
            break
        hurt(tx, bob.character_id, 1)

    assert "You are defeated." in fighting_texts(tx, bob)[-1]
    assert code(bob.types(tx, "north")) == "CONFLICT"
    assert texts(bob.types(tx, "say ouch"))
    wait(tx, 10)
    up = stored(tx, bob.character_id)
    assert (up.position, up.hp) == (Position(50, 50, 0), 5 * up.attributes["Vitality"])
    ann.types(tx, "south 3")
    ann.types(tx, "attack bob")
    assert code(ann.types(tx, "attack bob")) == "FORBIDDEN"
    assert {each.durability for each in up.inventory.held if each.item.key == "leather_cap"} <= set(range(60, 91))
    wait(tx, 61)
    assert texts(ann.types(tx, "attack bob"))[0].startswith("You challenge Bob")
    assert rebuilding.rebuild(tx).differences == []


def test_no_one_fights_in_the_lobby(tx: Tx):
    lou, kim = come_to_lobby(tx), come_to_lobby(tx)

    assert code(lou.types(tx, f"attack {kim.character(tx).name}")) == "INVALID_COMMAND"


def test_watchers_neither_fight_nor_are_fought(tx: Tx, world: World, ann: Player):
    eye = come_to(tx, world.world_id, "Eye", "watcher")

    assert code(eye.types(tx, "attack ann")) == "FORBIDDEN"
    assert code(ann.types(tx, "attack eye")) == "TARGET_NOT_FOUND"


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ("attack", "INVALID_COMMAND"),
        ("attack unicorn", "TARGET_NOT_FOUND"),
        ("attack ann", "INVALID_COMMAND"),
        ("defend", "INVALID_COMMAND"),
        ("flee", "INVALID_COMMAND"),
    ],
)
def test_what_makes_no_sense_is_refused(tx: Tx, ann: Player, line: str, refused: str):
    assert code(ann.types(tx, line)) == refused


def test_who_is_too_far_away_is_not_struck(tx: Tx, ann: Player, maren: Character):
    ann.types(tx, "north 3")

    assert code(ann.types(tx, "attack maren")) == "TARGET_OUT_OF_RANGE"


def test_leaving_the_world_in_a_fight_is_fleeing(tx: Tx, ann: Player, maren: Character):
    ann.types(tx, "attack maren quick")
    wait(tx, 1.2)

    assert texts(ann.types(tx, "lobby"))[0].startswith("You try to get away")


def test_who_is_disconnected_in_a_fight_defends_and_leaves_when_it_is_safe(
    tx: Tx, ann: Player, bob: Player, maren: Character
):
    ann.types(tx, "attack maren quick")
    wait(tx, 1)
    leaving.go(tx, ann.connection_id)

    assert stored(tx, ann.character_id).is_present
    assert "Ann is on guard." in _until(tx, bob, lambda lines: "Ann is on guard." in lines)
    hurt(tx, maren.character_id, 0)
    wait(tx, 40)
    wait(tx, 40)
    _until(tx, bob, lambda _: not stored(tx, ann.character_id).is_present)
    assert not stored(tx, ann.character_id).is_present


def test_who_comes_back_in_time_goes_on_fighting(tx: Tx, ann: Player, maren: Character):
    ann.types(tx, "attack maren quick")
    wait(tx, 1)
    leaving.go(tx, ann.connection_id)

    again = connect(tx, ann.me, ann.character_id)
    wait(tx, 1)

    assert "again" not in str(again.types(tx, "defend"))
    assert stored(tx, ann.character_id).is_present


def _until(tx: Tx, player: Player, is_so: Callable[[list[str]], bool]) -> list[str]:
    for _ in range(60):
        lines = fighting_texts(tx, player)
        if is_so(lines):
            return lines
        wait(tx, 1)
    return fighting_texts(tx, player)


def test_a_ping_lets_happen_what_is_due(tx: Tx, ann: Player, maren: Character):
    wait_ms = ann.types(tx, "attack maren")[0]["data"]["metadata"]["ready_in_ms"]
    tx.now += timedelta(milliseconds=wait_ms)

    play.ping(tx, ann.connection_id)

    assert any("Maren" in line for line in fighting_texts(tx, ann))


def test_something_is_used_in_a_fight_when_one_gets_to_it(tx: Tx, ann: Player, maren: Character):
    give(tx, ann, "healing_herb", 2)
    hurt(tx, ann.character_id, 100)
    ann.types(tx, "attack maren quick")
    wait(tx, 1.2)
    before = stored(tx, ann.character_id).hp

    assert texts(ann.types(tx, "use healing herb"))[0].startswith("You reach for healing herb: ")
    assert stored(tx, ann.character_id).inventory.held[0].quantity == 2
    wait(tx, 0.7)

    assert [each.quantity for each in stored(tx, ann.character_id).inventory.held] == [1]
    assert stored(tx, ann.character_id).hp > before - 100
    assert any(line.startswith("You have used it.") for line in fighting_texts(tx, ann))


def test_hit_points_come_back_with_rest(tx: Tx, ann: Player):
    someone = ann.character(tx)
    most = 10 * someone.attributes["Vitality"]
    hurt_event = HealthChanged(
        character_id=someone.character_id, old=most, new=most // 2, reason="test", since=tx.now + timedelta(seconds=30)
    )
    characters.save(tx, someone, [hurt_event])

    def hp() -> Any:
        return play.ping(tx, ann.connection_id)[1]["data"]["hp"]

    seen = [hp()]
    for seconds in (30, 150, 150, 100):
        tx.now += timedelta(seconds=seconds)
        seen.append(hp())
    assert seen[0] == seen[1] == most // 2
    assert seen[1] < seen[2] < seen[3] == seen[4] == most


def test_a_fight_that_two_begin_at_once_with_the_same_one_is_one(tx: Tx, ann: Player, bob: Player, maren: Character):
    ann.types(tx, "attack maren")
    bob.types(tx, "attack maren")

    assert len(tx.execute("SELECT FROM worlds.fights").fetchall()) == 1
    assert len(tx.execute("SELECT FROM worlds.fighters").fetchall()) == 3


def test_two_fights_become_one_when_their_fighters_meet(
    tx: Tx, world: World, ann: Player, bob: Player, maren: Character
):
    tilda = settle_npc(tx, world, "Tilda", ann.character(tx).position)
    ann.types(tx, "attack maren quick")
    bob.types(tx, "attack tilda quick")
    assert len(tx.execute("SELECT FROM worlds.fights").fetchall()) == 2
    wait(tx, 1.2)

    ann.types(tx, "attack tilda quick")

    fighters = tx.execute("SELECT DISTINCT fight_id FROM worlds.fighters").fetchall()
    assert len(fighters) == len(tx.execute("SELECT FROM worlds.fights").fetchall()) == 1
    assert tilda.character_id != uuid4()
    wait(tx, 3)


@pytest.mark.parametrize(("kind", "reasons"), [("normal", {"hit", "fumble"}), ("heavy", {"heavy_hit", "fumble"})])
def test_who_wears_out_a_weapon_reads_that_it_is_broken(
    tx: Tx, ann: Player, maren: Character, kind: str, reasons: set[str]
):
    wield(tx, ann, "longsword")
    tx.execute("UPDATE worlds.holdings SET durability = 1 WHERE character_id = %s", (ann.character_id,))

    ann.types(tx, f"attack {maren.name} {kind}")
    wait(tx, 2)

    [event] = events_of(tx, "ItemDurabilityChanged")
    assert (event["old"], event["new"], event["item"]) == (1, 0, "longsword")
    assert event["reason"] in reasons
    assert "Broken: longsword. It is of no use any more." in fighting_texts(tx, ann)
