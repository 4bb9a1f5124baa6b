"""Items that change the picture."""

from __future__ import annotations

import pytest

from community.items.handlers.video_effect import UnknownEffect
from community.items.models import TargetRequired
from community.items.service import use_item
from kernel.database import Tx
from tests.support.factories import announced, holdings, make_player, stored, unlock


def test_a_lens_asks_for_an_effect(tx: Tx):
    unlock(tx, "item_lens")
    alice = make_player(tx, platform="youtube", items={"item_lens": 3})

    used = use_item(tx, alice, "lens", 2, target="Rainbow")

    (event,) = announced(tx, "video_effect.requested")
    assert event == {
        "user_id": str(stored(tx, alice).id),
        "username": "alice",
        "platform": "youtube",
        "effect": "rainbow",
        "quantity": 2,
        "timestamp": int(tx.now.timestamp()),
    }
    assert (used.consumed, used.message) == (2, "You use 2 × lenses: rainbow it is.")
    assert holdings(tx, alice)["item_lens"] == 1


@pytest.mark.parametrize(
    ("target", "refusal", "message"),
    [
        (None, TargetRequired, "lens needs a target: name mirror, rainbow, upside_down or vintage."),
        ("sepia", UnknownEffect, 'There is no effect "sepia": choose mirror, rainbow, upside_down or vintage.'),
    ],
)
def test_the_valid_effects_are_listed(tx: Tx, target: str | None, refusal: type[Exception], message: str):
    unlock(tx, "item_lens")
    alice = make_player(tx, items={"item_lens": 3})

    with pytest.raises(refusal) as refused:
        use_item(tx, alice, "lens", 1, target=target)

    assert str(refused.value) == message
    assert holdings(tx, alice) == {"item_lens": 3}
    assert announced(tx, "video_effect.requested") == []
