"""Items that let somebody talk sooner."""

from __future__ import annotations

from datetime import timedelta

import pytest

from community.inventory.models import Quality
from community.items.handlers.revive import TargetNotTimedOut
from community.items.models import TargetRequired
from community.items.service import use_item
from community.players.models import PlayerRef, UnknownPlayer
from community.timeouts import service as timeouts
from kernel.database import Tx
from tests.support.factories import announced, holdings, make_player, make_stacks, stacks_of, unlock


def remaining(tx: Tx, name: str) -> int:
    return timeouts.read_timeout(tx, PlayerRef("twitch", username=name)).remaining_seconds


def silence(tx: Tx, name: str, seconds: int) -> None:
    timeouts.apply_timeout(tx, PlayerRef("twitch", username=name), timedelta(seconds=seconds))


def healer(tx: Tx, *, tonics: int = 5, quality: Quality = Quality.COMMON) -> PlayerRef:
    unlock(tx, "item_tonic")
    return make_player(tx, items={"tonic_small": tonics}, quality=quality)


@pytest.mark.parametrize(("quality", "each"), list(zip(Quality, (30, 40, 50, 60, 70, 80, 90, 100), strict=True)))
def test_each_tonic_takes_off_what_its_quality_is_worth(tx: Tx, quality: Quality, each: int):
    """Defect 10: also with the last of the stack, whose quality is nowhere to be read afterwards."""
    alice = healer(tx, tonics=3, quality=quality)
    make_player(tx, "Bob")
    silence(tx, "bob", 1000)

    used = use_item(tx, alice, "tonic", 3, target="bob")

    assert remaining(tx, "bob") == 1000 - 3 * each
    assert "tonic_small" not in holdings(tx, alice)
    assert used.message == f"You use 3 × tonics: Bob may talk {3 * each} seconds sooner."
    assert announced(tx, "timeout.cleared") == []


def test_tonics_of_several_qualities_each_take_off_their_own(tx: Tx):
    unlock(tx, "item_tonic")
    alice = make_stacks(tx, "tonic_small", {Quality.LEGENDARY: 2, Quality.COMMON: 1, Quality.CURSED: 1})
    make_player(tx, "bob")
    silence(tx, "bob", 1000)

    use_item(tx, alice, "tonic", 3, target="bob")

    assert remaining(tx, "bob") == 1000 - (30 + 60 + 100)
    assert stacks_of(tx, alice, "tonic_small") == {Quality.LEGENDARY: 1}


def test_who_has_no_time_left_may_talk_at_once(tx: Tx):
    alice = healer(tx)
    make_player(tx, "bob")
    silence(tx, "bob", 119)

    used = use_item(tx, alice, "tonic", 2, target="bob")

    assert remaining(tx, "bob") == 0
    assert used.message == "You use 2 × tonics: bob may talk again."
    (event,) = announced(tx, "timeout.cleared")
    assert event["username"] == "bob"


def test_one_may_help_oneself(tx: Tx):
    alice = healer(tx)
    silence(tx, "alice", 100)

    use_item(tx, alice, "tonic", 1, target="Alice")

    assert remaining(tx, "alice") == 40
    assert holdings(tx, alice)["tonic_small"] == 4


@pytest.mark.parametrize(
    ("target", "refusal"),
    [(None, TargetRequired), ("nobody", UnknownPlayer), ("bob", TargetNotTimedOut), ("claire", TargetNotTimedOut)],
)
def test_nothing_is_used_up_for_nothing(tx: Tx, target: str | None, refusal: type[Exception]):
    alice = healer(tx)
    make_player(tx, "bob")
    make_player(tx, "claire")
    timeouts.apply_timeout(tx, PlayerRef("discord", username="bob"), timedelta(seconds=100))  # of someone else
    silence(tx, "claire", 10)
    tx.now += timedelta(seconds=10)

    with pytest.raises(refusal):
        use_item(tx, alice, "tonic", 1, target=target)

    assert holdings(tx, alice) == {"tonic_small": 5}
