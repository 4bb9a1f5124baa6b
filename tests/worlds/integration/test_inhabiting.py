"""Someone is one of the game's own people for a while. Source: worlds 6, acceptance 4, and 7.3."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb

from kernel.accounts.models import Identity
from kernel.database import Tx
from local.worlds.settling import settle_npc
from tests.support.grounds import make_ground
from tests.support.outside import run_due
from tests.support.people import make_someone
from tests.support.villages import look, pass_time, people_of, set_time
from tests.support.worlds import Player, come_to, connect, give_things, make_world, texts, told
from worlds import leaving
from worlds.characters import service as characters
from worlds.characters.models import NO_ONE, NPC, PLAYER, Character, CharacterExists
from worlds.conversing.service import KINDS
from worlds.entering import service as entering
from worlds.entering.models import CharacterWish
from worlds.inhabiting.models import NpcWish
from worlds.inhabiting.rules import AlreadyInhabited
from worlds.memories import queries as memories
from worlds.memories.models import NpcMemory, Occurrence
from worlds.minds import service as minds
from worlds.minds.rules import opinion_after
from worlds.play import releasing
from worlds.rebuilding import service as rebuilding
from worlds.relationships import queries as relationships
from worlds.relationships import rules as relationships_rules
from worlds.relationships.models import Opinion, Relationship, SocialAction, Trait, strangers
from worlds.space.models import Position
from worlds.time.rules import HOUR
from worlds.world.models import World


def stored(tx: Tx, character_id: UUID) -> Character:
    found = characters.ask(tx, character_id)()
    assert found is not None
    return found


def choose(tx: Tx) -> tuple[World, Identity, UUID]:
    """Let someone choose a world; return it, who it is, and the first one of its people whom they can be."""
    world = make_ground(tx)
    set_time(tx, world, 3, 10)
    me = make_someone(tx).identity
    entering.select_world(tx, me, world.world_id)
    return world, me, entering.options(tx, me, world.world_id).people[0].body.character_id


def be(tx: Tx, world: World, me: Identity, npc_id: UUID) -> Character:
    return entering.create(tx, me, world.world_id, CharacterWish(name="", species="", npc_id=npc_id))


def test_one_can_be_up_to_five_people_the_same_each_time(tx: Tx):
    world, me, _ = choose(tx)

    first = [each.body.character_id for each in entering.options(tx, me, world.world_id).people]

    assert len(first) == 5
    assert [each.body.character_id for each in entering.options(tx, me, world.world_id).people] == first


def test_one_is_offered_whom_one_would_like_to_be_and_no_child_and_no_one_who_sleeps_or_is_played(tx: Tx):
    """Worlds 7.3: species, place, age range, skills; sorted by relationships, years lived or skills."""
    world = make_world(tx)
    me = make_someone(tx).identity
    year = 360 * 24 * HOUR
    people = [
        settle_npc(tx, world, name, Position(50, 50), number=number, sex=sex, village="Kilnford", born=-age * year)
        for number, (name, sex, age) in enumerate(
            [
                ("Ada", "female", 20),
                ("Bea", "female", 35),
                ("Carl", "male", 50),
                ("Dan", "male", 65),
                ("Eve", "female", 8),
            ]
        )
    ]
    people += [
        settle_npc(
            tx, world, f"Elder {number}", Position(50, 50), number=9 + number, village="Kilnford", born=-70 * year
        )
        for number in range(3)
    ]
    tx.execute("UPDATE worlds.characters SET occupation = 'Smith' WHERE name IN ('Bea', 'Carl')")
    smithing = Jsonb({"Smithing": 12})
    tx.execute("UPDATE worlds.characters SET skills = %s WHERE name = 'Carl'", (smithing,))
    set_time(tx, world, 3, 10)

    def offered(**wish: Any) -> list[str]:
        return [each.body.name for each in entering.options(tx, me, world.world_id, NpcWish(**wish)).people]

    assert offered() == ["Ada", "Bea", "Carl", "Dan", "Elder 0"]  # and not Eve, who is a child
    assert offered(occupation="smith") == ["Bea", "Carl"]
    assert offered(occupation="smith", sex="female") == ["Bea"]
    assert offered(least_age=35, most_age=50) == ["Bea", "Carl"]
    assert offered(skill="smithing") == offered(sort="skills")[:1] == ["Carl"]
    assert offered(sort="years")[-2:] == ["Dan", "Carl"]
    assert offered(species="elf") == offered(place="Farfield") == []
    be(tx, world, me, people[1].character_id)
    assert offered(occupation="smith") == ["Carl"]
    set_time(tx, world, 3, 3)
    assert offered() == []


def test_who_is_inhabited_keeps_all_and_goes_their_own_way_again(tx: Tx):
    world, me, npc_id = choose(tx)
    before = stored(tx, npc_id)

    be(tx, world, me, npc_id)
    player = connect(tx, me, npc_id)

    played = stored(tx, npc_id)
    assert (played.role, played.account_id, played.is_present) == (PLAYER, me.account_id, True)
    assert (played.name, played.inventory, played.skills) == (before.name, before.inventory, before.skills)
    assert before.name in str(player.types(tx, "who"))
    assert npc_id not in [each.body.character_id for each in entering.options(tx, me, world.world_id).people]

    player.types(tx, "drop coin")
    releasing.release(tx, me, npc_id)

    free = stored(tx, npc_id)
    assert (free.role, free.account_id, free.is_present) == (NPC, NO_ONE, True)
    assert len(free.inventory.held) < len(before.inventory.held) or free.inventory != before.inventory
    someone = make_someone(tx).identity
    be(tx, world, someone, npc_id)  # another one can be them now


def test_the_log_says_who_plays_whom_from_when_on_and_what_they_were_like(tx: Tx):
    world, me, npc_id = choose(tx)
    before = stored(tx, npc_id)

    be(tx, world, me, npc_id)

    query = "SELECT * FROM worlds.events WHERE event_type = 'CharacterCreatedViaInhabitance'"
    [event] = tx.execute(query).fetchall()
    assert (event["aggregate_id"], event["occurred_at"]) == (npc_id, tx.now)
    assert event["payload"] == {
        "character_id": str(npc_id),
        "player_id": str(me.account_id),
        "npc_id": str(npc_id),
        "baseline": event["payload"]["baseline"],
        "position": [*before.position],
    }
    assert event["payload"]["baseline"].keys() == {*Trait}
    assert all(0 <= value <= 1 for value in event["payload"]["baseline"].values())


def test_what_was_usual_of_someone_counts_while_they_are_played(tx: Tx):
    world, me, npc_id = choose(tx)
    friend = next(each["character_id"] for each in people_of(tx, world) if each["character_id"] != npc_id)
    usual = relationships_rules.behaviour_of(SocialAction.HELP)
    before = strangers(friend, npc_id, world.world_id, 0)
    minds.save_relationship(tx, before, opinion_after(before, SocialAction.HELP, Opinion(10, 8), 0, 24 * HOUR))

    be(tx, world, me, npc_id)
    frozen = opinion(tx, friend, npc_id)
    releasing.release(tx, me, npc_id)

    assert (frozen.frozen, opinion(tx, friend, npc_id).frozen) == (usual, None)
    assert [each for each in rebuilding.rebuild(tx).differences if each.table != "worlds"] == []


def neighbours(tx: Tx) -> tuple[World, Identity, Player, list[Character]]:
    """Let someone be Birte, who is kind, among six others of her village; return them, her, and the others."""
    world = make_world(tx)
    kind = {"openness": 50, "conscientiousness": 50, "extraversion": 50, "agreeableness": 85, "neuroticism": 50}
    who = {"village": "Kilnford", "personality": kind, "born": -30 * 360 * 24 * HOUR}
    names = ("Birte", "Maren", "Torben", "Ida", "Jens", "Kai", "Lena")
    birte, *others = (
        settle_npc(tx, world, name, Position(50, 50), number=number, **who) for number, name in enumerate(names)
    )
    me = make_someone(tx).identity
    be(tx, world, me, birte.character_id)
    return world, me, connect(tx, me, birte.character_id), others


def test_neighbours_notice_when_someone_is_not_themselves_and_say_so_by_levels(tx: Tx):
    """Worlds 19: a remark from .3, a question from .5, an alarm from .7 on; each remembers it with its weight."""
    _, _, birte, [maren, *_] = neighbours(tx)
    said: list[str] = []
    for _ in range(25):
        said += [each for each in texts(birte.types(tx, "threaten maren")) if each.startswith("Maren: ")]
        tx.now += timedelta(seconds=5)
    weights = [each.weight for each in memories_of(tx, maren) if each.occurrence is Occurrence.CHANGE]

    assert said == [
        "Maren: You are not yourself, Birte.",
        "Maren: What has come over you, Birte? You were never like this.",
        "Maren: That is not Birte any more! Stay away from me!",
    ]
    assert sorted(weights) == [0.3, 0.7, 1.0]


def test_those_who_see_it_notice_as_well_and_think_less_of_them(tx: Tx):
    _, _, birte, [_, torben, *_] = neighbours(tx)
    unknown = opinion(tx, torben.character_id, birte.character_id).opinion
    birte.types(tx, "threaten maren")
    before = opinion(tx, torben.character_id, birte.character_id).opinion
    birte.types(tx, "threaten maren")

    assert before == unknown  # they were not threatened themselves
    after = opinion(tx, torben.character_id, birte.character_id)
    assert after.noticed == pytest.approx(0.3)  # two of five things that they remember, .9 instead of .15
    assert after.opinion == Opinion(before.affection - 5 - 15, before.trust - 9, 0)
    assert {each.occurrence for each in memories_of(tx, torben)} == {Occurrence.THREAT, Occurrence.CHANGE}


def test_kin_and_neighbours_think_of_someone_what_they_always_have(tx: Tx):
    """Worlds 7.3: who is inhabited keeps their relationships; a stranger who comes along has none."""
    world = make_world(tx)
    birte = settle_npc(tx, world, "Birte", Position(50, 50), number=1, village="Kilnford")
    kin = {"Jens": {"spouse_id": birte.character_id}, "Kai": {"mother_id": birte.character_id}}
    jens, kai, lena, *_ = (
        settle_npc(tx, world, name, Position(50, 50), number=2 + number, village="Kilnford", **kin.get(name, {}))
        for number, name in enumerate(("Jens", "Kai", "Lena", "Ida", "Maren"))
    )
    set_time(tx, world, 3, 10)
    me = make_someone(tx).identity
    be(tx, world, me, birte.character_id)
    husband, son, neighbour = (opinion(tx, each.character_id, birte.character_id).opinion for each in (jens, kai, lena))

    assert (husband, son) == (Opinion(70, 35), Opinion(60, 30))
    assert 5 <= neighbour.affection <= 40
    assert "Jens (warm): " in talks(tx, connect(tx, me, birte.character_id), "talk jens Hello")
    assert "Jens (wary): " in talks(tx, come_to(tx, world.world_id, "Ann"), "talk jens Hello")

    releasing.release(tx, me, birte.character_id)
    be(tx, world, make_someone(tx).identity, birte.character_id)
    assert opinion(tx, kai.character_id, birte.character_id).opinion == son
    assert [each for each in rebuilding.rebuild(tx).differences if each.table != "worlds"] == []


def test_who_is_as_generous_as_ever_has_not_changed(tx: Tx):
    _, _, birte, [maren, *_] = neighbours(tx)
    give_things(tx, birte.character(tx), "clay", 12)
    for _ in range(12):
        birte.types(tx, "give 1 clay to maren")

    assert opinion(tx, maren.character_id, birte.character_id).noticed == 0


def test_who_is_released_remembers_what_was_done_in_their_name_and_others_remember_them_for_it(tx: Tx):
    world, me, birte, [maren, *_] = neighbours(tx)
    for _ in range(5):
        birte.types(tx, "threaten maren")
    own = memories_of(tx, birte.character(tx))
    changed = opinion(tx, maren.character_id, birte.character_id)

    releasing.release(tx, me, birte.character_id)
    ann = come_to(tx, world.world_id, "Ann")
    line = talks(tx, ann, "talk birte What did you do? threat")

    assert [each.occurrence for each in own] == [Occurrence.THREAT] * 5
    assert (changed.frozen is not None, changed.opinion.fear > 90) == (True, True)
    assert opinion(tx, maren.character_id, birte.character_id).frozen is None
    assert opinion(tx, maren.character_id, birte.character_id).opinion == changed.opinion
    assert "I threatened Maren today." in line
    assert [each for each in rebuilding.rebuild(tx).differences if each.table != "worlds"] == []


def test_who_plays_someone_of_the_village_is_not_told_what_they_were_there_for(tx: Tx):
    world, _, birte, [maren, torben, *_] = neighbours(tx)
    set_time(tx, world, 9, 10)
    for each in (maren, torben):
        tx.execute("UPDATE worlds.npcs SET personality = '{}' WHERE character_id = %s", (each.character_id,))
    tx.execute("UPDATE worlds.npcs SET died = 8, cause = 'old age' WHERE character_id = %s", (torben.character_id,))
    ann = come_to(tx, world.world_id, "Ann")

    assert "Torben died of old age yesterday." in talks(tx, ann, "talk maren Hello")
    assert "died" not in talks(tx, birte, "talk maren Hello")


def talks(tx: Tx, player: Player, line: str) -> str:
    player.types(tx, line)
    assert [each.status for each in run_due(tx, KINDS)] == ["completed"]
    return [each for each in told(tx, player) if each["type"] == "dialogue"][-1]["text"]


def memories_of(tx: Tx, npc: Character) -> list[NpcMemory]:
    return [memories.read(row) for row in reversed(memories.list_of(tx, npc.character_id).fetchall())]


def test_who_knows_players_knows_people(tx: Tx):
    world = make_world(tx)
    maren = settle_npc(tx, world, "Maren", Position(0, 0), born=-30 * 360 * 24 * HOUR)
    set_time(tx, world, 3, 10)
    me = make_someone(tx).identity

    for number in range(6):
        options = entering.options(tx, me, world.world_id)
        assert [each.body.name for each in options.people] == (["Maren"] if number == 5 else [])
        other = come_to(tx, world.world_id, f"Player {number}").character_id
        known = strangers(maren.character_id, other, world.world_id, 0)
        minds.save_relationship(tx, known, opinion_after(known, SocialAction.TALK, Opinion(), 0, 24 * HOUR))


def opinion(tx: Tx, npc_id: UUID, other_id: UUID) -> Relationship:
    row = relationships.lock(tx, npc_id, other_id).fetchone()
    assert row is not None
    return relationships.read(row)


def test_no_one_is_two_people_and_no_one_is_played_by_two(tx: Tx):
    world, me, npc_id = choose(tx)
    be(tx, world, me, npc_id)
    other = entering.options(tx, me, world.world_id).people[0].body.character_id

    with pytest.raises(CharacterExists):
        be(tx, world, me, other)
    with pytest.raises(AlreadyInhabited):
        be(tx, world, make_someone(tx).identity, npc_id)


def test_who_is_played_does_not_die_of_age_and_stays_where_their_player_is(tx: Tx):
    world, me, npc_id = choose(tx)
    be(tx, world, me, npc_id)
    player = connect(tx, me, npc_id)
    place = stored(tx, npc_id).position
    pass_time(tx, world, 60 * 360)
    look(tx, player)

    [mine] = [each for each in people_of(tx, world) if each["character_id"] == npc_id]
    assert (mine["died"], mine["x"], mine["y"]) == (None, place.x, place.y)


def test_an_account_that_is_deleted_releases_whom_it_inhabits(tx: Tx):
    world, me, npc_id = choose(tx)
    be(tx, world, me, npc_id)
    connect(tx, me, npc_id)

    leaving.forget(tx, me.account_id)
    tx.execute("DELETE FROM kernel.accounts WHERE account_id = %s", (me.account_id,))

    free = stored(tx, npc_id)
    assert (free.role, free.is_present) == (NPC, True)
    assert free.inventory.held
    rows = tx.execute(
        "SELECT count(*) AS n FROM worlds.events WHERE aggregate_id = %s AND (payload::text || metadata::text) LIKE %s",
        (npc_id, f"%{me.account_id}%"),
    )
    assert rows.fetchall()[0]["n"] == 0
    assert [each for each in rebuilding.rebuild(tx).differences if each.table != "worlds"] == []
