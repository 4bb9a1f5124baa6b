"""Forty people, and how others type their names: the right one is found, or no one is."""

from __future__ import annotations

from random import Random
from uuid import UUID

import pytest
from msgspec.structs import replace

from community.inventory.service import give_item
from community.players import lookup, name_keys
from community.players import service as players
from community.players.models import NoSuchPlayer, PlayerRef, SeveralPlayers, UnknownPlayer
from kernel.database import Tx
from kernel.naming import person_key
from tests.support.factories import holdings, make_player, stored
from tests.support.spellings import SAME, typo

FORTY = """
alice alicia al_ice al-ice bob bobby b0b bobbert carol carol_anne carol-anne Dave dave2 D4ve élise Zoë jürgen
straßenkind
Łukasz Øystein müller_91 ınci naïve señor_x 小明 サクラ 가나다 Привет Ελένη محمد 1337 x xX_sniper_Xx sniper MixMaster
sir_mix_a_lot sirmixalot the.dude the_dude trailing_
"""
NAMES = FORTY.split()


def seen(tx: Tx, typed: str) -> UUID | None:
    player, _ = players.peek(tx, PlayerRef("twitch", username=typed, sole=True))
    return player and player.id


def test_a_name_finds_its_player_however_it_is_spelled_and_a_typo_never_another(tx: Tx) -> None:
    assert len(NAMES) == 40
    rng = Random(3)
    ids = {name: stored(tx, make_player(tx, name)).id for name in NAMES}
    by_key = {person_key(name): user_id for name, user_id in ids.items()}
    assert len(by_key) == 40

    for name, user_id in ids.items():
        for spell in SAME:
            typed = spell(name, rng)
            assert seen(tx, typed) == user_id, (name, typed)
        for _ in range(4):
            typed = typo(name + name[-1:] * (len(name) < 2), rng)
            assert seen(tx, typed) == by_key.get(person_key(typed)), (name, typed)


def test_a_typo_gets_a_suggestion(tx: Tx) -> None:
    alice = make_player(tx, "alice", money=5)
    make_player(tx, "the_dude")

    with pytest.raises(UnknownPlayer) as refused:
        give_item(tx, alice, PlayerRef("twitch", username="the dude"), "money", 1)
    assert str(refused.value) == "Nobody called the dude has played here yet. Did you mean the_dude?"
    with pytest.raises(NoSuchPlayer, match="Did you mean alice"):
        lookup.find(tx, PlayerRef("twitch", username="alcie"))


def test_of_several_the_last_one_seen_is_looked_at_but_none_gets_anything(tx: Tx) -> None:
    giver = make_player(tx, "giver", money=10)
    first = make_player(tx, "Alex", platform="youtube")
    second = make_player(tx, "alex", platform="youtube")
    named = PlayerRef("youtube", username="ALEX")

    tx.execute(
        "UPDATE user_platform_links SET seen_at = '2020-01-01' WHERE platform_user_id = %s", (second.platform_id,)
    )
    assert lookup.find(tx, named).links["youtube"].platform_id == first.platform_id
    with pytest.raises(SeveralPlayers):
        give_item(tx, giver, replace(named, sole=True), "money", 1)
    give_item(tx, giver, PlayerRef("youtube", second.platform_id), "money", 1)

    assert (holdings(tx, first), holdings(tx, second)) == ({}, {"money": 1})


def test_names_from_before_there_were_keys_are_found_and_get_one(tx: Tx) -> None:
    alice = make_player(tx, "Alice")
    tx.execute("UPDATE user_platform_links SET name_key = NULL")

    assert seen(tx, "ALICE") == stored(tx, alice).id
    assert name_keys.fill_in(tx) == 1
    assert seen(tx, "ＡＬＩＣＥ") == stored(tx, alice).id


def test_a_name_that_was_changed_without_its_key_finds_no_one(tx: Tx) -> None:
    make_player(tx, "alice")
    tx.execute("UPDATE user_platform_links SET username = 'angel'")

    assert seen(tx, "alice") is None
