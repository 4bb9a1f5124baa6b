"""Newcomers are looked up in what waits for accounts only while something does, and never missed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta
from functools import partial

import pytest
from psycopg.errors import LockNotAvailable

from community.imports import service as imports
from community.linking.registration import register
from community.messages.service import handle_message
from community.players import service as players
from community.players.models import PlayerRef
from community.players.retention import settle_awaited_accounts
from community.timeouts import service as timeouts
from kernel.database import Connection, Tx, connect, transaction
from kernel.errors import TryAgain
from tests.support.factories import announced, holdings, make_player
from tests.support.races import attempt, race_of

NEWCOMER = PlayerRef("twitch", "n-1", "newcomer")
ALICE = PlayerRef("twitch", "a-1", "Alice")
NAMED = PlayerRef("twitch", username="newcomer")


def bring_in(tx: Tx) -> None:
    imports.import_points(tx, "twitch", "name,points\nnewcomer,100\n", "admin")


def silence(tx: Tx) -> None:
    timeouts.apply_timeout(tx, NAMED, timedelta(hours=1))


def are_awaited(tx: Tx) -> bool:
    [row] = tx.execute("SELECT awaits_accounts FROM world").fetchall()
    return row["awaits_accounts"]


def expect_awaited(tx: Tx, *, after_settling: bool) -> None:
    assert settle_awaited_accounts(tx) is False
    assert are_awaited(tx) is after_settling


def test_nothing_waits_in_a_new_community_nor_for_players(tx: Tx):
    make_player(tx, "alice")
    assert not are_awaited(tx)

    timeouts.apply_timeout(tx, PlayerRef("twitch", username="alice"), timedelta(hours=1))

    assert not are_awaited(tx)


@pytest.mark.parametrize("begin_to_wait", [bring_in, silence])
def test_what_waits_is_found_and_then_nothing_waits_any_more(tx: Tx, begin_to_wait: Callable[[Tx], None]):
    begin_to_wait(tx)
    expect_awaited(tx, after_settling=True)

    register(tx, NEWCOMER, NEWCOMER)

    player = players.load(tx, NEWCOMER, timeouts.silenced(tx))
    assert (len(announced(tx, "balance.imported")), player.facts["silenced"] is not None) == (
        (1, False) if begin_to_wait is bring_in else (0, True)
    )
    expect_awaited(tx, after_settling=False)


def test_an_account_that_leaves_with_a_timeout_waits_to_be_a_player_again(tx: Tx):
    register(tx, ALICE, ALICE)
    timeouts.apply_timeout(tx, ALICE, timedelta(hours=1))

    register(tx, ALICE, PlayerRef("twitch", "a-2", "Alice"))

    assert are_awaited(tx)
    left, _ = players.peek(tx, ALICE)
    assert left is None
    handle_message(tx, ALICE, "hello")
    assert players.load(tx, ALICE, timeouts.silenced(tx)).facts["silenced"] is not None


@pytest.mark.parametrize("begin_to_wait", [bring_in, silence])
def test_who_is_registered_while_something_begins_to_wait_is_registered_again(
    database_url: str, begin_to_wait: Callable[[Tx], None]
):
    """The player was read before, and is written after it: without what waits for them, it would wait for ever."""
    with closing(connect(database_url)) as one, closing(connect(database_url)) as other:
        with pytest.raises(TryAgain), transaction(one) as tx:
            register(tx, NEWCOMER, NEWCOMER)
            with transaction(other) as meanwhile:
                begin_to_wait(meanwhile)

        with transaction(one) as tx:
            register(tx, NEWCOMER, NEWCOMER)

        with transaction(one) as tx:
            expect_awaited(tx, after_settling=False)


def test_while_something_waits_already_what_begins_to_wait_holds_up_no_one_but_the_clock(database_url: str):
    with closing(connect(database_url)) as one, closing(connect(database_url)) as other:
        with transaction(one) as tx:
            silence(tx)
        with transaction(one) as tx:
            timeouts.apply_timeout(tx, PlayerRef("twitch", username="another"), timedelta(hours=1))
            tx.execute("SELECT").fetchall()  # it is sent
            with transaction(other) as meanwhile:
                assert meanwhile.execute("SELECT FROM world FOR NO KEY UPDATE NOWAIT").fetchone() is not None
            with pytest.raises(LockNotAvailable), transaction(other) as meanwhile:
                meanwhile.execute("SELECT FROM world FOR UPDATE NOWAIT").fetchone()


def test_of_many_newcomers_during_an_import_each_is_credited_once(database_url: str):
    refs = [PlayerRef("twitch", f"n-{number}", f"newcomer{number}") for number in range(42)]
    content = "name,points\n" + "".join(f"{ref.username},7\n" for ref in refs)

    def come(some: Sequence[PlayerRef], conn: Connection) -> None:
        for ref in some:
            attempt(conn, partial(register, known=ref, new=ref))

    def import_all(conn: Connection) -> None:
        attempt(conn, lambda tx: imports.import_points(tx, "twitch", content, "admin"))

    with race_of(8, database_url) as race:
        race.run(import_all, *(partial(come, refs[number::7]) for number in range(7)))

    with closing(connect(database_url)) as conn, transaction(conn) as tx:
        assert len(announced(tx, "balance.imported")) == len(refs)
        assert {holdings(tx, ref)["money"] for ref in refs} == {7}
        expect_awaited(tx, after_settling=False)
