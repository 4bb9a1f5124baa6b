from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest

from community.inventory.models import Inventory
from community.linking.registration import NameNeeded, register
from community.players.models import IdentityTaken, PlayerRef
from kernel.database import Connection, Tx, connect, transaction
from kernel.errors import TryAgain
from tests.support.factories import make_player, stored
from tests.support.races import PATIENCE

TWITCH = PlayerRef("twitch", "1", "Alice")
DISCORD = PlayerRef("discord", "2", "alice#1")


def test_a_stranger_is_known_by_both_accounts(tx: Tx):
    player, created = register(tx, TWITCH, DISCORD)

    assert created
    for ref in (TWITCH, DISCORD):
        assert stored(tx, ref).id == player.id
    assert stored(tx, TWITCH)[Inventory].slots == ()


def test_twice_is_once(tx: Tx):
    first, _ = register(tx, TWITCH, TWITCH)
    tx.now += timedelta(days=1)

    second, created = register(tx, TWITCH, TWITCH)

    assert not created
    assert second.id == first.id
    assert stored(tx, TWITCH).updated_at == first.updated_at


def test_a_new_name_is_the_name(tx: Tx):
    register(tx, TWITCH, TWITCH)
    tx.now += timedelta(days=1)

    player, _ = register(tx, TWITCH, PlayerRef("twitch", "1", "Alicia"))

    kept = stored(tx, TWITCH)
    assert player.username == "Alicia"
    assert player.updated_at == kept.updated_at == tx.now
    assert stored(tx, PlayerRef("twitch", username="alicia")).id == player.id


def test_the_replaced_account_is_free_again(tx: Tx):
    alice, _ = register(tx, TWITCH, DISCORD)

    register(tx, TWITCH, PlayerRef("discord", "3", "alice#2"))
    bob, created = register(tx, DISCORD, DISCORD)

    assert created
    assert bob.id != alice.id
    assert stored(tx, PlayerRef("discord", "3")).id == alice.id


def test_an_account_moves_within_its_platform(tx: Tx):
    alice, _ = register(tx, TWITCH, TWITCH)

    moved, created = register(tx, TWITCH, PlayerRef("twitch", "4"))

    assert not created
    assert (moved.id, moved.username) == (alice.id, "Alice")
    assert stored(tx, PlayerRef("twitch", "4")).id == alice.id


def test_without_a_name_nobody_is_renamed(tx: Tx):
    alice, _ = register(tx, TWITCH, DISCORD)

    again, created = register(tx, PlayerRef("discord", "2"), PlayerRef("twitch", "1"))

    assert not created
    assert (again.username, again.links) == (alice.username, alice.links)


@pytest.mark.parametrize("known", [TWITCH, PlayerRef("twitch", "stranger", "x")], ids=["player", "stranger"])
def test_nobody_takes_another_players_account(tx: Tx, known: PlayerRef):
    alice = make_player(tx, platform_id=TWITCH.platform_id)
    bob = make_player(tx, "bob", platform="discord", platform_id=DISCORD.platform_id)

    with pytest.raises(IdentityTaken):
        register(tx, known, DISCORD)

    assert stored(tx, alice).links.keys() == {"twitch"}
    assert stored(tx, bob).links.keys() == {"discord"}


def test_a_stranger_needs_a_name(tx: Tx):
    with pytest.raises(NameNeeded):
        register(tx, PlayerRef("twitch", "1"), PlayerRef("twitch", "1"))


def test_racing_registrations_make_one_player(database_url: str, conn: Connection):
    """Both have looked and found nobody before either of them saves."""
    both_have_looked = Barrier(2, timeout=PATIENCE)

    def enter(number: int) -> UUID:
        with closing(connect(database_url)) as own:
            for attempt in range(5):
                try:
                    with transaction(own) as tx:
                        player, _ = register(tx, TWITCH, DISCORD)
                        if attempt == 0:
                            both_have_looked.wait()
                    return player.id
                except TryAgain:
                    continue
        raise AssertionError(f"number {number} never came in")

    with ThreadPoolExecutor(2) as pool:
        ids = set(pool.map(enter, range(2)))

    assert len(ids) == 1
    assert conn.execute("SELECT user_id FROM users").fetchall() == [{"user_id": ids.pop()}]
    assert len(conn.execute("SELECT FROM user_platform_links").fetchall()) == 2
    assert len(conn.execute("SELECT FROM user_inventory").fetchall()) == 1


def test_racing_strangers_share_no_account(database_url: str, conn: Connection):
    """Two players want the same free account at once: one gets it, the other is told."""
    with transaction(conn) as tx:
        make_player(tx, "alice", platform_id="a")
        make_player(tx, "bob", platform_id="b")
    both_have_looked = Barrier(2, timeout=PATIENCE)

    def claim(known_id: str) -> str:
        with closing(connect(database_url)) as own:
            for attempt in range(5):
                try:
                    with transaction(own) as tx:
                        register(tx, PlayerRef("twitch", known_id), DISCORD)
                        if attempt == 0:
                            both_have_looked.wait()
                    return "linked"
                except TryAgain:
                    continue
                except IdentityTaken:
                    return "taken"
        raise AssertionError(f"{known_id} never came to an end")

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(claim, ("a", "b")))

    assert outcomes == ["linked", "taken"]
