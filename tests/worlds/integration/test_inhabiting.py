"""Someone is one of the game's own people for a while. Source: worlds 6, acceptance 4, and 7.3."""

from __future__ import annotations

from uuid import UUID

import pytest

from kernel.accounts.models import Identity
from kernel.database import Tx
from local.worlds.settling import settle_npc
from tests.support.grounds import make_ground
from tests.support.people import make_someone
from tests.support.villages import look, pass_time, people_of, set_time
from tests.support.worlds import come_to, connect, make_world
from worlds import leaving
from worlds.characters import service as characters
from worlds.characters.models import NO_ONE, NPC, PLAYER, Character, CharacterExists
from worlds.entering import service as entering
from worlds.entering.models import CharacterWish
from worlds.inhabiting.rules import AlreadyInhabited
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


def test_who_knows_players_knows_people(tx: Tx):
    world = make_world(tx)
    maren = settle_npc(tx, world, "Maren", Position(0, 0), born=-30 * 360 * 24 * HOUR)
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
