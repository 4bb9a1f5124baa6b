"""Players whom the database picks are locked and read like those somebody names."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from community.messages.service import handle_message
from community.players import service as players
from community.players.models import Crowd, Fact, PlayerRef
from kernel.database import Connection, Tx, connect, transaction
from kernel.errors import TryAgain
from tests.support.factories import make_player, stored
from tests.support.races import PATIENCE, wait_for_a_lock

EVERYONE = Crowd("ARRAY(SELECT user_id FROM users ORDER BY md5(user_id::text || %s))", ("salt",))
CHATTERS = Crowd("ARRAY(SELECT user_id FROM active_chatters WHERE platform = %s)", ("twitch",))


def test_they_come_by_id_beside_those_named(tx: Tx):
    refs = [make_player(tx, name) for name in ("alice", "bob", "claire")]

    named, crowd, state = players.load_crowd(tx, (refs[1], PlayerRef("twitch", "nobody")), EVERYONE)

    assert [player and player.username for player in named] == ["bob", None]
    assert [player.id for player in crowd] == sorted(stored(tx, ref).id for ref in refs)
    assert state == crowd[0].state


def test_nobody_may_be_there(tx: Tx):
    make_player(tx)

    assert players.load_crowd(tx, (), CHATTERS)[:2] == ([], [])


def test_facts_are_told_of_everybody(tx: Tx):
    alice, _bob = make_player(tx, "alice"), make_player(tx, "bob")

    (named,), crowd, _ = players.load_crowd(tx, (alice,), EVERYONE, Fact("shout", "upper(u.username)"))

    assert named is not None
    assert named.facts == {"shout": "ALICE"}
    assert sorted(player.facts["shout"] for player in crowd) == ["ALICE", "BOB"]


def test_a_crowd_that_has_changed_while_we_waited_is_asked_for_again(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        alice = make_player(tx, "alice")
        handle_message(tx, alice, "hello")

    def load() -> None:
        with closing(connect(database_url)) as other, transaction(other) as tx:
            players.load_crowd(tx, (), CHATTERS)

    with ThreadPoolExecutor(1) as pool:
        with transaction(conn) as tx:
            players.load(tx, alice)
            loading = pool.submit(load)
            with closing(connect(database_url)) as watcher:
                wait_for_a_lock(watcher)
            tx.execute("DELETE FROM active_chatters")

        with pytest.raises(TryAgain):
            loading.result(PATIENCE)
