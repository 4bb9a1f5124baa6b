"""Items that need nobody but their user."""

from __future__ import annotations

import pytest

from community.inventory.models import NotEnoughItems, NotInInventory
from community.items.models import NoEffect
from community.items.service import use_item
from community.players.models import PlayerRef, UnknownPlayer
from community.progression.models import ItemLocked
from kernel.database import Tx
from tests.support.factories import announced, holdings, make_player, stored, unlock


def test_a_spade_brings_up_two_sticks_for_each(tx: Tx):
    unlock(tx, "item_spade")
    alice = make_player(tx, items={"item_spade": 5})

    used = use_item(tx, alice, "spade", 3)

    assert holdings(tx, alice) == {"item_spade": 2, "item_stick": 6}
    assert used.message == "The spade brings up 6 × sticks."
    (event,) = announced(tx, "item.used")
    assert (event["user_id"], event["item_name"], event["quantity"]) == (str(stored(tx, alice).id), "item_spade", 3)
    assert (event["username"], event["platform"]) == ("alice", "twitch")


@pytest.mark.parametrize(
    ("item", "quantity", "refusal"),
    [("offcut", 1, NoEffect), ("stick", 1, NotInInventory), ("spade", 3, NotEnoughItems), ("tonic", 1, ItemLocked)],
)
def test_what_cannot_be_used_is_not_used_up(tx: Tx, item: str, quantity: int, refusal: type[Exception]):
    unlock(tx, "item_spade", "item_stick")
    alice = make_player(tx, items={"item_spade": 2, "item_offcut": 1, "tonic_small": 1})

    with pytest.raises(refusal):
        use_item(tx, alice, item, quantity, target="alice")

    assert holdings(tx, alice) == {"item_spade": 2, "item_offcut": 1, "tonic_small": 1}


def test_a_stranger_has_nothing_to_use(tx: Tx):
    with pytest.raises(UnknownPlayer):
        use_item(tx, PlayerRef("twitch", "nobody", "nobody"), "spade", 1)
