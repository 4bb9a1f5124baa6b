"""Weapons, and what protects from them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from community.catalog import service as catalog
from community.inventory.models import NotInInventory, Quality
from community.items.handlers import weapon
from community.items.models import NoTargets, TargetRequired, UseRequest
from community.items.service import use_item
from community.linking.service import claim_link, confirm_link, confirm_unlink, request_unlink, start_link
from community.messages import service as messages
from community.messages.service import handle_message
from community.players.models import PlayerRef, UnknownPlayer
from community.timeouts import service as timeouts
from kernel.database import Tx
from tests.support.factories import announced, holdings, make_player, make_stacks, stacks_of, stored, unlock

ARMS = {"weapon_dart": 5, "weapon_pebble": 5, "item_firepot": 5, "blast_keg": 5}


@pytest.fixture(autouse=True)
def unlocked(request: pytest.FixtureRequest) -> None:
    if "tx" in request.fixturenames:
        unlock_arms(request.getfixturevalue("tx"))


def unlock_arms(tx: Tx) -> None:
    unlock(tx, "item_dart", "item_pebble", "item_firepot", "item_keg", "item_buckler", "item_mirror")


def silence(tx: Tx, name: str, platform: str = "twitch") -> int:
    return timeouts.read_timeout(tx, PlayerRef(platform, username=name)).remaining_seconds


def charges(tx: Tx, ref: PlayerRef) -> dict[str, int]:
    rows = tx.execute("SELECT kind, charges FROM shields WHERE user_id = %s", (stored(tx, ref).id,)).fetchall()
    return {row["kind"]: row["charges"] for row in rows if row["charges"]}


def present(tx: Tx) -> set[str]:
    return {chatter.username for chatter in messages.list_active_chatters(tx)}


def make_chatters(tx: Tx, number: int) -> list[PlayerRef]:
    refs = [make_player(tx, f"viewer{index}") for index in range(number)]
    for ref in refs:
        handle_message(tx, ref, "hello")
    return refs


# One target, by name


def test_what_is_announced_is_the_name_that_the_game_knows(tx: Tx):
    alice = make_player(tx, "alice", items={"weapon_dart": 1, "item_firepot": 1})
    bob = make_player(tx, "Bob")
    handle_message(tx, bob, "hello")

    use_item(tx, alice, "dart", 1, target=" @ｂｏｂ ")
    use_item(tx, alice, "firepot", 1, target="ｂｏｂ")

    assert [event["target"] for event in announced(tx, "item.used")] == ["Bob", "bob"]


def test_weapons_of_several_qualities_silence_by_their_average(tx: Tx):
    alice = make_stacks(tx, "weapon_dart", {Quality.LEGENDARY: 2, Quality.COMMON: 1, Quality.JUNK: 1})
    make_player(tx, "bob")

    use_item(tx, alice, "dart", 3, target="bob")

    assert silence(tx, "bob") == 70  # ranks 1, 3 and 7: UNCOMMON
    assert stacks_of(tx, alice, "weapon_dart") == {Quality.LEGENDARY: 1}


def test_a_weapon_of_the_quality_that_was_asked_for_is_used(tx: Tx):
    alice = make_stacks(tx, "weapon_dart", {Quality.LEGENDARY: 1, Quality.JUNK: 5})
    make_player(tx, "bob")

    use_item(tx, alice, "dart", 1, target="bob", quality=Quality.LEGENDARY)
    with pytest.raises(NotInInventory):
        use_item(tx, alice, "dart", 1, target="bob", quality=Quality.LEGENDARY)

    assert silence(tx, "bob") == 100
    assert stacks_of(tx, alice, "weapon_dart") == {Quality.JUNK: 5}


@pytest.mark.parametrize(("quality", "seconds"), list(zip(Quality, (30, 40, 50, 60, 70, 80, 90, 100), strict=True)))
def test_a_weapon_silences_once_however_many_are_used(tx: Tx, quality: Quality, seconds: int):
    alice = make_player(tx, items={"weapon_dart": 5}, quality=quality)
    make_player(tx, "Bob")

    used = use_item(tx, alice, "dart", 3, target="bob")

    assert silence(tx, "bob") == seconds
    assert holdings(tx, alice)["weapon_dart"] == 2
    assert used.message == f"You use 3 × darts. {seconds} seconds of silence for Bob."
    (event,) = announced(tx, "timeout.applied")
    assert (event["username"], event["duration_seconds"]) == ("Bob", seconds)


def test_timeouts_of_two_weapons_add_up(tx: Tx):
    alice = make_player(tx, items=ARMS)
    make_player(tx, "bob")

    use_item(tx, alice, "dart", 1, target="bob")
    use_item(tx, alice, "pebble", 1, target="BOB")

    assert silence(tx, "bob") == 161


def test_a_weapon_works_where_its_user_is(tx: Tx):
    alice = make_player(tx, platform="youtube", items=ARMS)
    make_player(tx, "bob", platform="youtube")
    make_player(tx, "bob")

    use_item(tx, alice, "dart", 1, target="bob")

    assert (silence(tx, "bob", "youtube"), silence(tx, "bob")) == (60, 0)


@pytest.mark.parametrize(
    ("item", "target", "refusal"),
    [
        ("dart", None, TargetRequired),
        ("dart", "nobody", UnknownPlayer),
        ("firepot", None, NoTargets),
        ("keg", None, NoTargets),
    ],
)
def test_without_a_target_nothing_is_used_up(tx: Tx, item: str, target: str | None, refusal: type[Exception]):
    alice = make_player(tx, items=ARMS)
    make_player(tx, "nobody", platform="discord")

    with pytest.raises(refusal):
        use_item(tx, alice, item, 1, target=target)

    assert holdings(tx, alice) == ARMS


# Shields


@pytest.mark.parametrize("item", ["dart", "firepot", "keg"])
@pytest.mark.parametrize(
    ("held", "left", "bob", "alice"),
    [
        ({}, {}, 60, 0),
        ({"block": 2}, {"block": 1}, 0, 0),
        ({"reflect": 2}, {"reflect": 1}, 0, 60),
        ({"block": 1, "reflect": 1}, {"block": 1}, 0, 60),
    ],
)
def test_a_shield_stops_an_attack_and_a_mirror_goes_first(
    tx: Tx, item: str, held: dict[str, int], left: dict[str, int], bob: int, alice: int
):
    attacker, target = make_player(tx, items=ARMS), make_player(tx, "bob")
    handle_message(tx, target, "hello")
    raise_shields(tx, target, held)

    used = use_item(tx, attacker, item, 1, target="bob" if item == "dart" else None)

    assert charges(tx, target) == left
    assert (silence(tx, "bob"), silence(tx, "alice")) == (bob, alice)
    assert used.consumed == 1
    assert len(announced(tx, "timeout.applied")) == (1 if bob or alice else 0)


@pytest.mark.parametrize("shields", [{"block": 1}, {"reflect": 1}, {"block": 1, "reflect": 1}])
def test_nothing_stops_what_a_mirror_has_sent_back(tx: Tx, shields: dict[str, int]):
    alice, bob = make_player(tx, items=ARMS), make_player(tx, "bob")
    raise_shields(tx, bob, {"reflect": 1})
    raise_shields(tx, alice, shields)

    use_item(tx, alice, "dart", 1, target="bob")

    assert (silence(tx, "bob"), silence(tx, "alice")) == (0, 60)
    assert charges(tx, alice) == shields


@pytest.mark.parametrize(
    ("held", "left", "seconds"),
    [({}, {}, 60), ({"block": 1}, {}, 0), ({"reflect": 1, "block": 1}, {"block": 1}, 60)],
)
def test_whoever_attacks_themselves_meets_their_own_shields(
    tx: Tx, held: dict[str, int], left: dict[str, int], seconds: int
):
    alice = make_player(tx, items=ARMS)
    raise_shields(tx, alice, held)

    use_item(tx, alice, "dart", 1, target="alice")

    assert (silence(tx, "alice"), charges(tx, alice)) == (seconds, left)


@pytest.mark.parametrize(
    ("item", "public", "kind"), [("guard_buckler", "buckler", "block"), ("guard_mirror", "mirror", "reflect")]
)
def test_shields_count_attacks(tx: Tx, item: str, public: str, kind: str):
    alice = make_player(tx, items={item: 5})
    bob = make_player(tx, "bob", items=ARMS)

    use_item(tx, alice, public, 1)
    use_item(tx, alice, public, 2)
    assert charges(tx, alice) == {kind: 3}
    for _ in range(4):
        use_item(tx, bob, "dart", 1, target="alice")

    assert holdings(tx, alice)[item] == 2
    assert silence(tx, "alice") == 60
    assert charges(tx, alice) == {}


def test_a_crowd_is_told_of_one_by_one(tx: Tx):
    alice = make_player(tx, items=ARMS)
    viewers = make_chatters(tx, 5)
    raise_shields(tx, viewers[1], {"block": 1})
    raise_shields(tx, viewers[3], {"reflect": 1})
    raise_shields(tx, viewers[4], {"reflect": 1})

    used = use_item(tx, alice, "keg", 2)

    assert used.message == (
        "You use 2 × kegs. 60 seconds of silence each for viewer0 and viewer2. No effect on viewer1, behind a shield. "
        "viewer3 and viewer4 hold mirrors: 120 seconds of silence for you."
    )
    assert silence(tx, "alice") == 120
    assert len(announced(tx, "timeout.applied")) == 3


def test_who_has_left_the_platform_is_not_hit_there(tx: Tx):
    alice = make_player(tx, items=ARMS)
    away = PlayerRef("discord", "a-discord", "alice")
    claim_link(tx, start_link(tx, alice).token, away)
    confirm_link(tx, alice)
    handle_message(tx, alice, "hello")
    request_unlink(tx, alice, "twitch")
    confirm_unlink(tx, alice, "twitch")
    bob = make_player(tx, "bob", items=ARMS)

    with pytest.raises(NoTargets):
        use_item(tx, bob, "firepot", 1)


# Targets that the dice pick


def test_whoever_is_hit_at_random_must_talk_before_they_are_hit_again(tx: Tx):
    alice = make_player(tx, items=ARMS)
    bob, claire = make_player(tx, "bob"), make_player(tx, "claire")
    handle_message(tx, bob, "hello")
    handle_message(tx, claire, "hello")
    raise_shields(tx, claire, {"block": 1})

    use_item(tx, alice, "firepot", 1)
    use_item(tx, alice, "firepot", 1)
    with pytest.raises(NoTargets):
        use_item(tx, alice, "firepot", 1)
    handle_message(tx, bob, "ouch")
    use_item(tx, alice, "firepot", 1)

    assert (silence(tx, "bob"), silence(tx, "claire")) == (120, 0)
    assert present(tx) == set()


def test_a_name_that_was_aimed_at_stays_in_the_list(tx: Tx):
    alice, bob = make_player(tx, items=ARMS), make_player(tx, "bob")
    handle_message(tx, bob, "hello")

    use_item(tx, alice, "dart", 1, target="bob")

    assert present(tx) == {"bob"}


def test_who_has_been_silent_for_half_an_hour_is_not_hit(tx: Tx):
    alice, bob = make_player(tx, items=ARMS), make_player(tx, "bob")
    handle_message(tx, bob, "hello")
    tx.now += timedelta(minutes=30)

    with pytest.raises(NoTargets):
        use_item(tx, alice, "firepot", 1)


def test_chatters_of_another_platform_are_out_of_reach(tx: Tx):
    alice, bob = make_player(tx, items=ARMS), make_player(tx, "bob", platform="discord")
    handle_message(tx, bob, "hello")

    with pytest.raises(NoTargets):
        use_item(tx, alice, "keg", 1)


def test_the_thrower_may_be_among_the_crowd(tx: Tx):
    alice = make_player(tx, items=ARMS)
    handle_message(tx, alice, "hello")

    used = use_item(tx, alice, "keg", 1)

    assert silence(tx, "alice") == 60
    assert holdings(tx, alice)["blast_keg"] == 4
    assert used.message == "You use a keg. 60 seconds of silence for alice."


def test_a_keg_hits_five_to_nine_each_as_often(tx: Tx):
    wish = UseRequest(catalog.resolve("keg"), PlayerRef("twitch", "1", "alice"), 1, None)
    sizes: Counter[Any] = Counter()
    for _ in range(5000):
        crowd = weapon.choose_targets(tx, wish).crowd
        assert crowd is not None
        sizes[crowd.params[-1]] += 1

    assert sizes.keys() == {5, 6, 7, 8, 9}
    assert all(abs(count - 1000) < 130 for count in sizes.values())  # 4.6 sigma


def test_a_keg_hits_all_it_is_thrown_at(tx: Tx):
    alice = make_player(tx, items=ARMS)
    make_chatters(tx, 12)

    use_item(tx, alice, "keg", 1)

    hit = {event["username"] for event in announced(tx, "timeout.applied")}
    assert 5 <= len(hit) <= 9
    assert present(tx) == {f"viewer{index}" for index in range(12)} - hit


def test_everybody_is_hit_as_often(tx: Tx):
    tx.rng = Random(7)
    make_chatters(tx, 10)
    times: Counter[Any] = Counter()
    for _ in range(600):
        crowd = messages.random_chatters(tx, "twitch", 3)
        row = tx.execute("SELECT " + crowd.sql + " AS picked, " + crowd.sql + " AS again", crowd.params * 2).fetchone()
        assert row is not None
        assert row["picked"] == row["again"]
        assert len(set(row["picked"])) == 3
        times.update(row["picked"])

    assert len(times) == 10
    assert all(abs(count - 180) < 52 for count in times.values())  # 4.6 sigma


def raise_shields(tx: Tx, ref: PlayerRef, held: dict[str, int]) -> None:
    for kind, number in held.items():
        tx.execute("INSERT INTO shields VALUES (%s, %s, %s)", (stored(tx, ref).id, kind, number))
