"""People of the game remember fights of players that they see, and who has killed their kin. Source: worlds 21.4."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.database import Connection, Tx, transaction
from local.worlds.settling import settle_npc
from tests.support.outside import run_due
from tests.support.round_trips import counted
from tests.support.worlds import Player, come_to, make_world, told
from worlds.characters import service as characters
from worlds.characters.events import HealthChanged
from worlds.characters.models import Character
from worlds.conversing.service import KINDS
from worlds.fights import service as fights
from worlds.memories import queries as memories
from worlds.memories.models import MemoryKind, NpcMemory, Occurrence
from worlds.minds import service as minds
from worlds.minds.rules import opinion_after
from worlds.rebuilding.service import rebuild
from worlds.relationships import queries as relationships
from worlds.relationships.models import Opinion, SocialAction, strangers
from worlds.space.models import Position
from worlds.world.models import World

CALM = {"openness": 50, "conscientiousness": 50, "extraversion": 50, "agreeableness": 50, "neuroticism": 50}


@pytest.fixture
def maren(tx: Tx, world: World) -> Character:
    return settle_npc(tx, world, "Maren", Position(60, 50), personality=CALM)


def wait(tx: Tx, seconds: float) -> None:
    """Let time pass, and what is due in fights happen."""
    tx.now += timedelta(seconds=seconds)
    for fight_id in fights.list_due(tx):
        fights.settle_one(tx, fight_id)


def strike(tx: Tx, player: Player, victim: str, hits: int) -> None:
    """Attack someone until that many blows have hurt them."""
    for _ in range(40):
        if hurtful(tx) >= hits:
            return
        player.types(tx, f"attack {victim} quick")
        wait(tx, 1)
    raise AssertionError("nothing hits")


def hurtful(tx: Tx) -> int:
    """Return how many blows of players have hurt someone."""
    [row] = tx.execute(
        "SELECT count(*) AS number FROM worlds.events AS e JOIN worlds.characters AS c"
        " ON c.character_id = (e.payload ->> 'source_id')::uuid AND c.role = 'player'"
        " WHERE e.event_type = 'CombatActionExecuted' AND (e.payload ->> 'damage')::int > 0"
    )
    return row["number"]


def nearly_kill(tx: Tx, someone: Character) -> None:
    set_health(tx, someone, 1)


def set_health(tx: Tx, someone: Character, points: int) -> None:
    now = characters.ask(tx, someone.character_id)()
    assert now is not None
    event = HealthChanged(
        character_id=now.character_id, old=now.hp, new=points, reason="test", since=tx.now + timedelta(days=1)
    )
    characters.save(tx, now, [event])


def remembered(tx: Tx, npc: Character) -> list[NpcMemory]:
    return [memories.read(row) for row in reversed(memories.list_of(tx, npc.character_id).fetchall())]


def opinion(tx: Tx, npc: Character, player: Player) -> Opinion:
    row = relationships.lock(tx, npc.character_id, player.character_id).fetchone()
    return Opinion() if row is None else relationships.read(row).opinion


def talks(tx: Tx, player: Player, line: str) -> str:
    player.types(tx, line)
    assert {each.status for each in run_due(tx, KINDS)} == {"completed"}
    return [each["text"] for each in told(tx, player) if each["type"] == "dialogue"][-1]


def test_a_villager_who_saw_a_fight_speaks_of_it(tx: Tx, world: World, ann: Player, maren: Character):
    torben = settle_npc(tx, world, "Torben", Position(90, 50), personality=CALM)
    away = settle_npc(tx, world, "Jens", Position(300, 50), personality=CALM)

    strike(tx, ann, "maren", hits=3)

    [own], [seen] = remembered(tx, maren), remembered(tx, torben)
    assert (own.kind, own.occurrence, own.about_id) == (MemoryKind.EVENT, Occurrence.VIOLENCE, ann.character_id)
    assert 0.7 < own.weight < 0.75  # of a blow that has cost few of many hit points
    assert seen.weight == pytest.approx(0.7 * own.weight)
    assert remembered(tx, away) == []
    assert opinion(tx, maren, ann).affection == pytest.approx(-40, abs=0.01)
    assert opinion(tx, maren, ann).fear == 30
    assert opinion(tx, torben, ann) == Opinion()
    tx.execute("DELETE FROM worlds.fights")
    assert "I was there when you attacked Maren today." in talks(tx, ann, "talk torben")
    assert rebuild(tx).differences == []


def test_who_attacks_someone_who_trusts_them_betrays_them(tx: Tx, world: World, ann: Player, maren: Character):
    torben = settle_npc(tx, world, "Torben", Position(90, 50), personality=CALM)
    known = strangers(maren.character_id, ann.character_id, world.world_id, world.time.at(tx.now))
    trusting = opinion_after(known, SocialAction.HELP, Opinion(10, 20.1), known.settled_at, world.time.day_length)
    minds.save_relationship(tx, known, trusting)

    strike(tx, ann, "maren", hits=1)

    betrayed, hurt = remembered(tx, maren)
    assert {betrayed.occurrence, hurt.occurrence} == {Occurrence.BETRAYAL, Occurrence.VIOLENCE}
    assert max(betrayed.weight, hurt.weight) == 0.9
    # Of the betrayal -60, -50 and nothing, and of the blow -40, -20 and 30.
    felt = opinion(tx, maren, ann)
    assert (felt.affection, felt.trust, felt.fear) == (
        pytest.approx(-90, abs=0.1),
        pytest.approx(-50, abs=0.1),
        30,
    )
    assert [each.occurrence for each in remembered(tx, torben)] == [Occurrence.VIOLENCE]  # who trusts whom is not seen
    assert rebuild(tx).differences == []


def test_who_is_beaten_below_half_remembers_the_whole_of_it_as_do_those_who_see_it(
    tx: Tx, world: World, ann: Player, maren: Character
):
    torben = settle_npc(tx, world, "Torben", Position(90, 50), personality=CALM)
    strike(tx, ann, "maren", hits=1)
    set_health(tx, maren, 251)

    strike(tx, ann, "maren", hits=3)

    first, beaten = sorted(remembered(tx, maren), key=lambda each: each.weight)
    assert first.weight < 0.75
    assert 0.85 < beaten.weight < 0.9  # of more than half of her 500 hit points
    assert {each.occurrence for each in (first, beaten)} == {Occurrence.VIOLENCE}
    assert max(each.weight for each in remembered(tx, torben)) == pytest.approx(0.7 * beaten.weight)
    assert opinion(tx, maren, ann).affection == pytest.approx(-40, abs=0.01)  # it is one attack


def test_who_hits_the_attacker_of_someone_helps_them(tx: Tx, world: World, ann: Player, maren: Character):
    bob = come_to(tx, world.world_id, "Bob")
    strike(tx, bob, "maren", hits=1)
    bob.types(tx, "attack ann quick")

    for _ in range(20):
        ann.types(tx, "attack bob quick")
        wait(tx, 1)
        if any(each.about_id == ann.character_id for each in remembered(tx, maren)):
            break

    # What Ann does to Bob is an attack, too, which Maren only sees.
    of_ann = {each.kind: each.occurrence for each in remembered(tx, maren) if each.about_id == ann.character_id}
    assert of_ann == {MemoryKind.EVENT: Occurrence.HELP, MemoryKind.OBSERVATION: Occurrence.VIOLENCE}
    assert (opinion(tx, maren, ann).affection, opinion(tx, maren, ann).trust) == (10, 8)
    assert opinion(tx, maren, bob).fear == 30


def test_the_kin_of_who_was_killed_hate_the_killer_wherever_they_were(
    tx: Tx, world: World, ann: Player, maren: Character
):
    son = settle_npc(tx, world, "Kai", Position(90, 50), personality=CALM, mother_id=maren.character_id)
    daughter = settle_npc(tx, world, "Lena", Position(9_000, 50), personality=CALM, mother_id=maren.character_id)
    torben = settle_npc(tx, world, "Torben", Position(90, 60), personality=CALM)
    nearly_kill(tx, maren)

    strike(tx, ann, "maren", hits=1)

    for each in (son, daughter):
        felt = opinion(tx, each, ann)
        assert (felt.affection, felt.trust, felt.fear) == (-60, -30, 45), each.name
    assert opinion(tx, torben, ann) == Opinion()
    assert remembered(tx, maren) == remembered(tx, daughter) == []
    for each in (son, torben):
        [memory] = remembered(tx, each)
        assert (memory.occurrence, memory.weight, memory.content["to"]) == (
            Occurrence.DEATH,
            0.8,
            str(maren.character_id),
        )
    assert "I was there when you killed Maren today." in talks(tx, ann, "talk torben")


def test_what_a_fight_has_changed_in_someone_is_where_the_next_command_begins(
    tx: Tx, world: World, ann: Player, maren: Character
):
    """The blow lands when the threat is typed: both change what she thinks, in one transaction."""
    for _ in range(20):
        ann.types(tx, "attack maren quick")
        tx.now += timedelta(seconds=1)
        ann.types(tx, "threaten maren")
        if hurtful(tx):
            break

    threats = [each for each in remembered(tx, maren) if each.occurrence is Occurrence.THREAT]
    assert opinion(tx, maren, ann).fear == min(100, 30 + 20 * len(threats))


def test_who_is_hit_by_someone_who_defends_themselves_was_not_attacked(
    tx: Tx, world: World, ann: Player, maren: Character
):
    torben = settle_npc(tx, world, "Torben", Position(90, 50), personality=CALM)
    strike(tx, ann, "maren", hits=1)
    wait(tx, 20)

    assert {each.about_id for each in remembered(tx, torben)} == {ann.character_id}


def test_a_blow_that_others_notice_costs_no_round_trip(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        world = make_world(tx)
        ann = come_to(tx, world.world_id, "Ann")
        settle_npc(tx, world, "Maren", Position(60, 50), personality=CALM)
        torben = settle_npc(tx, world, "Torben", Position(90, 50), personality=CALM)
        now = tx.now
    with counted(database_url) as (connection, wire):
        for number in range(16):
            now += timedelta(seconds=60)
            with transaction(connection, now=now) as tx:
                tx.execute("DELETE FROM worlds.fights")
                ann.types(tx, "attack maren quick")
                known = len(remembered(tx, torben))
            before = wire.round_trips()
            with transaction(connection, now=now + timedelta(seconds=1)) as tx:
                ann.types(tx, "defend")
            trips = wire.round_trips() - before
            with transaction(connection) as tx:
                if number >= 8 and len(remembered(tx, torben)) > known:
                    break
        else:
            raise AssertionError("nothing hits")

    assert trips == 2
