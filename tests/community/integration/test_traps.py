"""Traps: setting them, and stepping into them."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from community.inventory.models import Quality
from community.items.models import OneAtATime, TargetRequired
from community.items.service import use_item
from community.linking.service import claim_link, confirm_link, start_link
from community.messages import service as messages
from community.messages.service import handle_message, mark_active
from community.players.models import PlayerRef, UnknownPlayer
from community.timeouts import service as timeouts
from community.traps import retention
from kernel.database import Tx
from kernel.events import log
from tests.support.factories import announced, holdings, make_player, make_stacks, stacks_of, stored, unlock


def setter(tx: Tx, name: str = "alice", *, quality: Quality = Quality.COMMON, platform: str = "twitch") -> PlayerRef:
    unlock(tx, "item_spike", "item_snare", "item_buckler", "item_mirror")
    items = {"blast_spike": 9, "blast_snare": 9}
    return make_player(tx, name, items=items, quality=quality, platform=platform)


def make_chatters(tx: Tx, number: int) -> list[PlayerRef]:
    refs = [make_player(tx, f"viewer{index}") for index in range(number)]
    for ref in refs:
        handle_message(tx, ref, "hello")
    return refs


def remaining(tx: Tx, name: str) -> int:
    return timeouts.read_timeout(tx, PlayerRef("twitch", username=name)).remaining_seconds


def waiting(tx: Tx) -> list[str]:
    """Whom traps wait for."""
    rows = tx.execute(
        "SELECT username FROM traps JOIN users ON user_id = target_id WHERE triggered_at IS NULL ORDER BY username"
    )
    return [row["username"] for row in rows.fetchall()]


def counted_as(tx: Tx, ref: PlayerRef) -> list[str]:
    rows = tx.execute(
        "SELECT event_type FROM stats_inbox WHERE user_id = %s AND event_type LIKE 'trap.%%' ORDER BY stat_id",
        (stored(tx, ref).id,),
    )
    return [row["event_type"] for row in rows.fetchall()]


def present(tx: Tx) -> set[str]:
    return {chatter.username for chatter in messages.list_active_chatters(tx)}


# Named


def test_a_named_trap_waits_for_who_it_is_meant_for(tx: Tx):
    alice, bob = setter(tx, quality=Quality.RARE), make_player(tx, "Bob")

    used = use_item(tx, alice, "snare", 1, target="bob")

    assert waiting(tx) == ["Bob"]
    assert holdings(tx, alice)["blast_snare"] == 8
    assert used.message == "You set a snare."
    (event,) = announced(tx, "trap.placed")
    trap = tx.execute("SELECT trap_id, quality_level, timeout_seconds FROM traps").fetchone()
    assert trap is not None
    assert (trap["quality_level"], trap["timeout_seconds"]) == ("RARE", 60)
    assert event == {
        "trap_id": str(trap["trap_id"]),
        "setter_id": str(stored(tx, alice).id),
        "setter_username": "alice",
        "target_id": str(stored(tx, bob).id),
        "target_username": "Bob",
        "quality_level": "RARE",
        "timeout_seconds": 80,
        "was_self_triggered": False,
    }
    assert [entry.user_id for entry in log.read_log(tx, event_type="trap.placed")] == [stored(tx, alice).id]
    assert counted_as(tx, alice) == ["trap.placed"]
    assert remaining(tx, "bob") == 0


@pytest.mark.parametrize(
    ("quantity", "target", "refusal"),
    [(2, "bob", OneAtATime), (1, None, TargetRequired), (1, "nobody", UnknownPlayer)],
)
def test_a_named_trap_is_one_for_somebody_known(tx: Tx, quantity: int, target: str | None, refusal: type[Exception]):
    alice = setter(tx)
    make_player(tx, "bob")

    with pytest.raises(refusal):
        use_item(tx, alice, "snare", quantity, target=target)

    assert waiting(tx) == []
    assert holdings(tx, alice)["blast_snare"] == 9


def test_a_trap_set_for_oneself_waits_like_any_other(tx: Tx):
    alice = setter(tx)

    use_item(tx, alice, "snare", 1, target="alice")
    _, matches = handle_message(tx, alice, "hello")

    assert remaining(tx, "alice") == 60
    assert [match.value for match in matches] == ["alice steps into their own trap: 60 seconds of silence."]


# Where a trap waits already


@pytest.mark.parametrize(("first", "seconds"), [(Quality.CURSED, 30), (Quality.COMMON, 60), (Quality.LEGENDARY, 100)])
def test_two_traps_in_one_place_go_off_under_who_sets_the_second(tx: Tx, first: Quality, seconds: int):
    alice, bob, claire = setter(tx, quality=first), make_player(tx, "bob"), setter(tx, "claire", quality=Quality.EPIC)
    handle_message(tx, claire, "hello")
    use_item(tx, alice, "snare", 1, target="bob")

    used = use_item(tx, claire, "snare", 1, target="bob")

    assert (remaining(tx, "claire"), remaining(tx, "bob"), remaining(tx, "alice")) == (seconds, 0, 0)
    assert waiting(tx) == []
    assert (used.consumed, holdings(tx, claire)["blast_snare"]) == (1, 8)
    assert str(seconds) in used.message
    (placed,), (event,) = announced(tx, "trap.placed"), announced(tx, "trap.self_triggered")
    assert event == placed | {
        "setter_id": str(stored(tx, claire).id),
        "setter_username": "claire",
        "was_self_triggered": True,
    }
    assert (counted_as(tx, claire), counted_as(tx, bob)) == (["trap.self_triggered"], [])
    assert present(tx) == set()
    _, matches = handle_message(tx, bob, "hello")
    assert matches == ()


def test_ones_own_trap_goes_off_under_oneself_as_well(tx: Tx):
    alice = setter(tx)
    make_player(tx, "bob")

    use_item(tx, alice, "snare", 1, target="bob")
    use_item(tx, alice, "snare", 1, target="bob")

    assert remaining(tx, "alice") == 60
    assert holdings(tx, alice)["blast_snare"] == 7


# At random


def test_random_traps_wait_for_as_many_chatters(tx: Tx):
    alice = setter(tx)
    make_chatters(tx, 6)

    used = use_item(tx, alice, "spike", 4)

    assert len(waiting(tx)) == 4
    assert (used.consumed, used.message) == (4, "You set 4 × spikes.")
    assert holdings(tx, alice)["blast_spike"] == 5
    assert counted_as(tx, alice) == ["trap.placed"] * 4
    assert len(present(tx)) == 6  # nobody has been hit yet


def test_traps_without_anybody_to_wait_for_stay_in_the_hand(tx: Tx):
    alice = setter(tx)
    make_chatters(tx, 2)

    used = use_item(tx, alice, "spike", 9)

    assert waiting(tx) == ["viewer0", "viewer1"]
    assert (used.consumed, holdings(tx, alice)["blast_spike"]) == (2, 7)
    assert [event["quantity"] for event in announced(tx, "item.used")] == [2]


@pytest.mark.parametrize("quality", [Quality.CURSED, Quality.LEGENDARY])
def test_where_nobody_is_the_setter_steps_into_the_first(tx: Tx, quality: Quality):
    alice = setter(tx, quality=quality)

    used = use_item(tx, alice, "spike", 5)

    assert (used.consumed, holdings(tx, alice)["blast_spike"]) == (1, 8)
    assert remaining(tx, "alice") == 60
    assert used.message == "You step into a spike of your own: 60 seconds of silence for you."
    assert waiting(tx) == []
    assert counted_as(tx, alice) == []


def test_a_setter_among_the_chatters_ends_it_when_the_dice_say(tx: Tx):
    alice = setter(tx)
    handle_message(tx, alice, "hello")
    make_chatters(tx, 3)
    turns: set[int] = set()
    for seed in range(40):
        tx.execute("SAVEPOINT before")
        tx.rng = Random(seed)
        used = use_item(tx, alice, "spike", 9)
        turns.add(used.consumed)
        assert len(waiting(tx)) == used.consumed - 1
        assert remaining(tx, "alice") == 60
        assert present(tx) == {"viewer0", "viewer1", "viewer2"}
        assert announced(tx, "item.used")[-1]["quantity"] == used.consumed
        tx.execute("ROLLBACK TO before")

    assert turns == {1, 2, 3, 4}


def test_a_random_trap_that_finds_another_ends_it_as_well(tx: Tx):
    alice, bob = setter(tx, quality=Quality.UNCOMMON), setter(tx, "bob")
    make_chatters(tx, 1)
    use_item(tx, alice, "snare", 1, target="viewer0")

    used = use_item(tx, bob, "spike", 3)

    assert (used.consumed, holdings(tx, bob)["blast_spike"]) == (1, 8)
    assert remaining(tx, "bob") == 70
    assert waiting(tx) == []


def test_a_trap_that_waits_for_its_finder_comes_first(tx: Tx):
    """The setter is the target and a trap waits for them: the first row of the two applies."""
    alice, bob = setter(tx, quality=Quality.LEGENDARY), setter(tx, "bob")
    handle_message(tx, bob, "hello")
    use_item(tx, alice, "snare", 1, target="bob")

    use_item(tx, bob, "spike", 2)

    assert remaining(tx, "bob") == 100
    assert waiting(tx) == []
    assert counted_as(tx, bob) == ["trap.self_triggered"]


def test_chatters_of_other_platforms_and_of_old_are_not_found(tx: Tx):
    alice = setter(tx)
    handle_message(tx, make_player(tx, "bob"), "hello")
    tx.now += timedelta(minutes=30)
    handle_message(tx, make_player(tx, "claire", platform="discord"), "hello")

    use_item(tx, alice, "spike", 1)

    assert remaining(tx, "alice") == 60


# Going off


@pytest.mark.parametrize(("quality", "seconds"), list(zip(Quality, (30, 40, 50, 60, 70, 80, 90, 100), strict=True)))
def test_the_next_line_sets_it_off(tx: Tx, quality: Quality, seconds: int):
    alice, bob = setter(tx, quality=quality), make_player(tx, "bob")
    handle_message(tx, bob, "hello")
    use_item(tx, alice, "snare", 1, target="bob")

    player, matches = handle_message(tx, bob, "is obs on?")

    assert [(match.code, match.value) for match in matches] == [
        ("OBS", "obs"),
        ("trap_triggered", f"bob steps into a trap of alice's: {seconds} seconds of silence."),
    ]
    assert remaining(tx, "bob") == seconds
    assert waiting(tx) == []
    assert present(tx) == set()
    (placed,), (event,) = announced(tx, "trap.placed"), announced(tx, "trap.triggered")
    assert event == placed
    logged = tx.execute("SELECT user_id FROM events WHERE event_type = 'trap.triggered'").fetchone()
    assert logged == {"user_id": player.id}
    assert (counted_as(tx, bob), counted_as(tx, alice)) == (["trap.triggered"], ["trap.placed"])
    lines = tx.execute("SELECT FROM stats_inbox WHERE event_type = 'message_received' AND user_id = %s", (player.id,))
    assert len(lines.fetchall()) == 2  # it counts like any other


def test_it_goes_off_once(tx: Tx):
    alice, bob = setter(tx), make_player(tx, "bob")
    use_item(tx, alice, "snare", 1, target="bob")

    handle_message(tx, bob, "hello")
    _, matches = handle_message(tx, bob, "again")

    assert matches == ()
    assert remaining(tx, "bob") == 60
    assert present(tx) == {"bob"}
    use_item(tx, alice, "snare", 1, target="bob")
    assert waiting(tx) == ["bob"]


def test_a_greeting_sets_it_off_too(tx: Tx):
    alice, bob = setter(tx), make_player(tx, "bob")
    use_item(tx, alice, "snare", 1, target="bob")

    mark_active(tx, bob)

    assert remaining(tx, "bob") == 60
    assert present(tx) == set()


def test_it_silences_the_victim_on_every_account(tx: Tx):
    alice, bob = setter(tx), make_player(tx, "bob")
    away = PlayerRef("discord", "b-discord", "bobby")
    claim_link(tx, start_link(tx, bob).token, away)
    confirm_link(tx, bob)
    use_item(tx, alice, "snare", 1, target="bob")

    handle_message(tx, away, "hello")

    assert timeouts.read_timeout(tx, PlayerRef("discord", username="bobby")).remaining_seconds == 60
    assert remaining(tx, "bob") == 60
    assert [
        (event["platform"], event["username"], event["duration_seconds"]) for event in announced(tx, "timeout.applied")
    ] == [("discord", "bobby", 60), ("twitch", "bob", 60)]


def test_no_shield_helps_against_a_trap(tx: Tx):
    alice = setter(tx)
    bob = make_player(tx, "bob", items={"guard_buckler": 1, "guard_mirror": 1})
    use_item(tx, bob, "buckler", 1)
    use_item(tx, bob, "mirror", 1)
    use_item(tx, alice, "snare", 1, target="bob")

    handle_message(tx, bob, "hello")

    assert (remaining(tx, "bob"), remaining(tx, "alice")) == (60, 0)
    assert tx.execute("SELECT sum(charges) AS left FROM shields").fetchone() == {"left": 2}


# One player of two


def test_of_two_traps_for_two_who_become_one_one_is_left(tx: Tx):
    alice, bob = setter(tx), make_player(tx, "bob")
    away = make_player(tx, "bobby", platform="discord")
    zoe = setter(tx, "zoe", platform="discord", quality=Quality.EPIC)
    use_item(tx, alice, "snare", 1, target="bob")
    use_item(tx, zoe, "snare", 1, target="bobby")

    claim_link(tx, start_link(tx, bob).token, away)
    confirm_link(tx, bob)

    assert waiting(tx) == ["bob"]
    handle_message(tx, bob, "hello")
    assert remaining(tx, "bob") == 60


def test_traps_set_by_and_for_the_other_are_the_keepers(tx: Tx):
    alice, bob = setter(tx), make_player(tx, "bob", platform="discord")
    zoe = setter(tx, "zoe", platform="discord")
    make_player(tx, "carl", platform="discord")
    use_item(tx, zoe, "snare", 1, target="carl")
    use_item(tx, zoe, "snare", 1, target="zoe")
    use_item(tx, zoe, "snare", 1, target="bob")
    handle_message(tx, bob, "hello")

    claim_link(tx, start_link(tx, alice).token, zoe)
    confirm_link(tx, alice)

    setters = tx.execute("SELECT DISTINCT setter_id FROM traps").fetchall()
    assert setters == [{"setter_id": stored(tx, alice).id}]
    assert len(tx.execute("SELECT FROM traps").fetchall()) == 3
    handle_message(tx, alice, "hello")
    assert remaining(tx, "alice") == 60


def test_what_went_off_is_forgotten_and_what_waits_is_not(tx: Tx):
    alice, bob = setter(tx), make_player(tx, "bob")
    make_player(tx, "claire")
    use_item(tx, alice, "snare", 1, target="bob")
    use_item(tx, alice, "snare", 1, target="claire")
    handle_message(tx, bob, "hello")
    tx.now += timedelta(days=10)
    retention.delete_triggered(tx)
    assert len(tx.execute("SELECT FROM traps").fetchall()) == 2
    tx.now += timedelta(seconds=1)

    retention.delete_triggered(tx)

    assert waiting(tx) == ["claire"]
    assert len(tx.execute("SELECT FROM traps").fetchall()) == 1


def test_each_trap_has_the_quality_of_its_own_item_and_the_best_are_kept(tx: Tx):
    unlock(tx, "item_spike")
    alice = make_stacks(tx, "blast_spike", {Quality.EPIC: 4, Quality.COMMON: 1, Quality.CURSED: 1})
    make_chatters(tx, 3)

    used = use_item(tx, alice, "spike", 6)

    assert used.consumed == 3
    rows = tx.execute("SELECT quality_level FROM traps").fetchall()
    assert sorted(row["quality_level"] for row in rows) == ["COMMON", "CURSED", "EPIC"]
    assert stacks_of(tx, alice, "blast_spike") == {Quality.EPIC: 3}
