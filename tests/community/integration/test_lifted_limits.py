"""What an administrator lifts does not come back with an account of the person that was forgotten."""

from __future__ import annotations

from decimal import Decimal

import pytest

from community.cooldowns import service as cooldowns
from community.cooldowns.models import OnCooldown
from community.linking.registration import register
from community.messages.service import handle_message
from community.players import service as players
from community.players.models import Fact, PlayerRef
from community.privacy.forgetting import confirmation, forget
from community.search.service import search_for_treasure
from community.voting.ballot_queries import OWN_WEIGHT
from community.voting.ballots import WeightChange, set_weights
from kernel.database import Tx
from tests.support.factories import stored, unlock

TWITCH, DISCORD = PlayerRef("twitch", "t-1", "Alice"), PlayerRef("discord", "d-1", "Alice")


def forget_and_come_back(tx: Tx) -> None:
    """Of two accounts, only the one on Twitch is back."""
    forget(tx, TWITCH, confirmation(stored(tx, TWITCH).id))
    handle_message(tx, TWITCH, "hello again")


def test_a_lowered_voting_weight(tx: Tx):
    register(tx, TWITCH, DISCORD)
    set_weights(tx, [WeightChange(TWITCH, Decimal("0.01"))])
    forget_and_come_back(tx)

    set_weights(tx, [WeightChange(TWITCH, Decimal(1))])
    handle_message(tx, DISCORD, "hello again")

    for account in (TWITCH, DISCORD):
        assert players.load(tx, account, Fact("weight", OWN_WEIGHT, (tx.now,))).facts["weight"] is None


def test_a_cooldown_and_no_other(tx: Tx):
    unlock(tx, "feature_search")
    register(tx, TWITCH, DISCORD)
    search_for_treasure(tx, TWITCH)
    tx.execute("INSERT INTO cooldowns SELECT user_id, 'other', created_at, expires_at FROM cooldowns")
    forget_and_come_back(tx)

    assert cooldowns.reset(tx, TWITCH, "search")[1]
    handle_message(tx, DISCORD, "hello again")

    search_for_treasure(tx, TWITCH)
    with pytest.raises(OnCooldown):
        search_for_treasure(tx, DISCORD)
    assert cooldowns.reset(tx, DISCORD, "other")[1]
