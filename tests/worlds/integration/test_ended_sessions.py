"""Whose session ends, hears and does nothing more: not only at the next command. Source: worlds 3, Logout."""

from __future__ import annotations

import json

from functions.shared.accounts import products
from kernel.accounts import service as accounts
from kernel.database import Tx
from tests.support.people import sign_in
from tests.support.worlds import come_to_lobby, connect, make_world
from worlds.entering import service as entering
from worlds.entering.models import CharacterWish
from worlds.play import closing


def test_the_connections_of_a_session_that_ends_are_closed_and_no_others(tx: Tx):
    ann, bob = come_to_lobby(tx), come_to_lobby(tx)
    elsewhere = sign_in(tx, ann.me.account_id).identity
    made = entering.create(
        tx, elsewhere, make_world(tx).world_id, CharacterWish(name="Ann", species="human", role="player", seed=1)
    )
    other = connect(tx, elsewhere, made.character_id)

    accounts.end_session(tx, ann.me, ann.me.session_id)
    products.sessions_ended(tx, ann.me.account_id)

    [farewell] = closing.take(tx)
    assert farewell.connection_id == ann.connection_id
    assert json.loads(farewell.frames[0])["data"]["code"] == "SESSION_EXPIRED"
    assert not ann.character(tx).is_present
    assert other.character(tx).is_present
    assert bob.character(tx).is_present
