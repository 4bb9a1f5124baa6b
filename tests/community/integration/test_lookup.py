from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from community.linking.registration import register
from community.players import lookup
from community.players import service as players
from community.players.models import NoSuchPlayer, PlayerRef, UnknownPlayer
from kernel.database import Tx
from tests.support.factories import make_player


def names(profiles: list[lookup.Profile]) -> list[str]:
    return [profile.username for profile in profiles]


def test_a_search_finds_the_text_anywhere_in_any_case(tx: Tx):
    for name in ("Nightingale", "darkNIGHT", "daylight"):
        make_player(tx, name)

    assert names(lookup.search(tx, "nIgHt")) == ["darkNIGHT", "Nightingale"]


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", "100%", "a_b"])
def test_wildcards_mean_themselves(tx: Tx, text: str):
    make_player(tx, f"x{text}y")
    make_player(tx, "xaaby1000")

    assert names(lookup.search(tx, text)) == [f"x{text}y"]


def test_a_search_can_keep_to_a_platform(tx: Tx):
    make_player(tx, "owl-one", platform="twitch")
    make_player(tx, "owl-two", platform="discord")

    assert names(lookup.search(tx, "owl", "discord")) == ["owl-two"]
    assert names(lookup.search(tx, "owl")) == ["owl-one", "owl-two"]


def test_a_player_is_found_under_every_name_once(tx: Tx):
    register(tx, PlayerRef("twitch", "1", "owl"), PlayerRef("twitch", "1", "owl"))
    register(tx, PlayerRef("twitch", "1"), PlayerRef("discord", "2", "owl#2"))

    assert names(lookup.search(tx, "owl")) == ["owl#2"]
    assert [list(profile.links) for profile in lookup.search(tx, "owl")] == [["discord", "twitch"]]


def test_a_search_stops_at_its_limit(tx: Tx):
    for number in range(12):
        make_player(tx, f"owl{number:02}")

    assert names(lookup.search(tx, "owl", limit=3)) == ["owl00", "owl01", "owl02"]
    assert len(lookup.search(tx, "owl")) == 10


def test_the_newest_come_first(tx: Tx):
    for name in ("old", "middle", "young"):
        make_player(tx, name)
        tx.now += timedelta(minutes=1)

    assert names(lookup.newest(tx, 2)) == ["young", "middle"]


def test_a_name_belongs_to_who_was_seen_under_it_last(tx: Tx):
    make_player(tx, "Owl", platform_id="old")
    tx.now += timedelta(days=1)
    make_player(tx, "owl", platform_id="new")

    assert lookup.find(tx, PlayerRef("twitch", username="OWL")).links["twitch"].platform_id == "new"
    with pytest.raises(NoSuchPlayer):
        lookup.find(tx, PlayerRef("discord", username="owl"))


@pytest.mark.parametrize("ref", [PlayerRef("twitch", "404"), PlayerRef("", user_id=UUID(int=1))])
def test_no_one_is_told_an_id_of_an_account_that_has_not_played(tx: Tx, ref: PlayerRef):
    for read in (players.load, players.get_player):
        with pytest.raises((UnknownPlayer, NoSuchPlayer), match=r"^This account has not played here yet\.$"):
            read(tx, ref)
