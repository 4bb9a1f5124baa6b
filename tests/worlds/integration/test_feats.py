"""Feats: the community hears of them once, with the command that they are part of."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from kernel.database import Tx
from local.worlds.settling import settle_npc
from tests.support.factories import announced
from tests.support.people import make_someone
from tests.support.worlds import Player, come_to, come_to_lobby, connect, give_things, make_world
from worlds.entering import service as entering
from worlds.entering.models import ENTRANCE, CharacterWish
from worlds.feats import service as feats
from worlds.feats.models import Accomplishment, FeatKind
from worlds.minds import service as minds
from worlds.relationships.events import RelationshipChanged
from worlds.relationships.models import strangers
from worlds.space.models import Position
from worlds.world import service as worlds
from worlds.world.events import WorldReady

BEAT = Accomplishment(FeatKind.BEAT_CREATURE)


def heard(tx: Tx, feat: str | None = None) -> list[dict[str, Any]]:
    """What the community hears of feats, in the order of the log."""
    return [each for each in announced(tx, "world.feat_achieved") if feat is None or each["feat"] == feat]


@pytest.fixture
def ann(tx: Tx) -> Player:
    return come_to(tx, make_world(tx).world_id, "Ann")


def test_the_first_world_is_a_feat_and_the_lobby_and_the_next_one_are_none(tx: Tx):
    ghost = come_to_lobby(tx)
    assert heard(tx) == []

    for name in ("Aether", "Gaia"):
        made = entering.create(tx, ghost.me, make_world(tx, name).world_id, CharacterWish(name=name, species="human"))
        connect(tx, ghost.me, made.character_id)

    assert heard(tx) == [{"account_id": str(ghost.me.account_id), "feat": "first_world", "once": True, "earlier": []}]


def test_a_gift_is_a_feat_of_who_gives_it_once(tx: Tx, ann: Player):
    world = ann.character(tx).world_id
    bob = come_to(tx, world, "Bob")
    give_things(tx, ann.character(tx), "berry", 3)

    ann.types(tx, "give berry to Bob")
    ann.types(tx, "give berry to Bob")

    [gift] = heard(tx, "first_gift")
    assert gift["account_id"] == str(ann.me.account_id)
    assert gift["earlier"] == ["first_world"]
    assert heard(tx, "first_world")[-1]["account_id"] == str(bob.me.account_id)


def test_what_may_be_repeated_counts_three_times_a_day(tx: Tx, ann: Player):
    account_id = ann.me.account_id

    for _ in range(5):
        feats.note(tx, account_id, [BEAT])
    assert len(heard(tx, "hunting")) == 3
    assert len(heard(tx, "first_hunt")) == 1

    tx.now += timedelta(days=1)
    feats.note(tx, account_id, [BEAT])
    assert len(heard(tx, "hunting")) == 4
    assert heard(tx, "hunting")[-1]["once"] is False
    assert heard(tx, "hunting")[-1]["earlier"] == ["first_hunt", "first_world"]


def test_villagers_achieve_nothing_and_what_they_think_of_a_player_is_the_players_feat(tx: Tx, ann: Player):
    me = ann.character(tx)
    world = make_world(tx, "Gaia")
    one, other = (settle_npc(tx, world, name, Position(*ENTRANCE)) for name in ("Maren", "Tom"))
    before = len(heard(tx))

    for someone in (other, me):
        known = strangers(one.character_id, someone.character_id, world.world_id, 0)
        minds.save_relationship(tx, known, [_gift(one.character_id, someone.character_id, world.world_id)])

    assert [each["account_id"] for each in heard(tx)[before:]] == [str(me.account_id)]
    assert heard(tx)[-1]["feat"] == "first_friend"


def _gift(one: UUID, other: UUID, world_id: UUID) -> RelationshipChanged:
    return RelationshipChanged(
        npc_id=one,
        other_id=other,
        world_id=world_id,
        action="gift",
        affection=(0, 61),
        trust=(0, 5),
        fear=(0, 0),
        game_time=0,
        day=0,
    )


def test_a_world_that_is_ready_is_its_owners_feat(tx: Tx):
    owner = make_someone(tx).identity
    for name in ("Aether", "Gaia"):
        world = make_world(tx, name, owner_id=owner.account_id, status="building")
        worlds.save(tx, world, world.world_id, [WorldReady(world_id=world.world_id, entrance=ENTRANCE)])

    assert [each["feat"] for each in heard(tx)] == ["world_maker"]


def test_feats_go_with_their_account(tx: Tx, ann: Player):
    tx.execute("DELETE FROM kernel.accounts WHERE account_id = %s", (ann.me.account_id,))

    feats.note(tx, ann.me.account_id, [BEAT])

    assert tx.execute("SELECT FROM worlds.feats").fetchall() == []
    assert heard(tx, "first_hunt") == []
