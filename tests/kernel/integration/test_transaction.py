"""Two round trips, all or nothing, and no silence about what went wrong."""

from contextlib import closing
from random import Random

import psycopg
import pytest

from community.players import service as players
from community.players.models import PlayerRef
from kernel.database import Connection, Cursor, Tx, connect, transaction
from kernel.errors import Refused, TryAgain
from tests.support.round_trips import counted


class No(Refused):
    code = "no"
    message = "No."


def documents(conn: Connection) -> int:
    row = conn.execute("SELECT count(*) AS n FROM timeouts").fetchone()
    assert row is not None
    return row["n"]


def write(tx: Tx, name: str = "alice") -> None:
    tx.execute("INSERT INTO timeouts VALUES ('twitch', %s, now())", (name,))


def test_what_is_queued_commits_at_the_end(conn: Connection):
    with transaction(conn) as tx:
        write(tx)

    assert documents(conn) == 1


def test_a_refusal_takes_everything_back(conn: Connection):
    with pytest.raises(No), transaction(conn) as tx:
        write(tx)
        assert tx.execute("SELECT 1 AS one").fetchone() == {"one": 1}
        write(tx, "bob")
        raise No

    assert documents(conn) == 0
    with transaction(conn) as tx:  # and the connection is as good as before
        write(tx)
    assert documents(conn) == 1


def test_a_refusal_that_keeps_writes_is_raised_behind_the_commit(conn: Connection):
    class Counted(Refused):
        code = "counted"
        message = "No."
        keeps_writes = True

    with pytest.raises(Counted), transaction(conn) as tx:
        write(tx)
        raise Counted

    assert documents(conn) == 1


def test_a_write_that_fails_unseen_fails_the_commit(conn: Connection):
    with pytest.raises(psycopg.errors.UniqueViolation), transaction(conn) as tx:
        write(tx)
        write(tx)

    assert documents(conn) == 0


def test_a_dead_connection_found_before_the_commit_means_try_again(conn: Connection, database_url: str):
    with closing(connect(database_url)) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (conn.info.backend_pid,))

    with pytest.raises(TryAgain), transaction(conn) as tx:
        tx.execute("SELECT 1").fetchone()

    assert conn.closed


def test_who_creates_the_same_player_second_is_told_to_try_again(conn: Connection, database_url: str):
    ref = PlayerRef("twitch", "1", "alice")
    with closing(connect(database_url)) as other, pytest.raises(TryAgain), transaction(conn) as tx:
        mine = players.load_or_create(tx, ref)
        with transaction(other) as faster:
            players.save(faster, players.load_or_create(faster, ref))
        players.save(tx, mine)

    row = conn.execute("SELECT count(*) AS n FROM users").fetchone()
    assert row == {"n": 1}


def test_a_deadlock_costs_one_of_the_two_another_try(conn: Connection, database_url: str):
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    write_both = Barrier(2)
    conn.execute("INSERT INTO timeouts VALUES ('twitch', 'alice', now()), ('twitch', 'bob', now())")

    def touch(first: str, second: str) -> str:
        with closing(connect(database_url)) as own:
            try:
                with transaction(own) as tx:
                    tx.execute("UPDATE timeouts SET reason = 'x' WHERE username = %s RETURNING 1", (first,)).fetchone()
                    write_both.wait()
                    tx.execute("UPDATE timeouts SET reason = 'x' WHERE username = %s RETURNING 1", (second,)).fetchone()
            except TryAgain:
                return "again"
            return "done"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(
            [f.result() for f in (pool.submit(touch, "alice", "bob"), pool.submit(touch, "bob", "alice"))]
        )

    assert outcomes == ["again", "done"]


def test_the_dice_are_the_ones_given(conn: Connection):
    with transaction(conn, rng=Random(7)) as tx:
        assert tx.rng.random() == Random(7).random()


def test_a_query_that_takes_too_long_is_cut_off(conn: Connection):
    row = conn.execute("SHOW statement_timeout").fetchone()
    assert row == {"statement_timeout": "10s"}
    row = conn.execute("SHOW lock_timeout").fetchone()
    assert row == {"lock_timeout": "5s"}


def _any_player(tx: Tx) -> Cursor:
    return tx.execute("SELECT username FROM timeouts")


def test_what_follows_a_commit_is_asked_in_its_round_trip_and_sees_what_was_committed(database_url: str):
    done: list[str] = []
    with counted(database_url) as (conn, wire):
        with transaction(conn):
            pass
        before = wire.round_trips()
        with transaction(conn) as tx:
            write(tx)
            tx.after_commit(_any_player, lambda conn: done.append("once"))
            tx.after_commit(_any_player, lambda conn: done.append("asked once, however often it is registered"))

        assert wire.round_trips() - before == 1
    assert done == ["asked once, however often it is registered"]


def test_nothing_follows_without_a_row_in_answer(conn: Connection):
    with transaction(conn) as tx:
        tx.after_commit(_any_player, lambda conn: pytest.fail("there are no players"))


def test_nothing_follows_what_was_rolled_back(conn: Connection):
    with transaction(conn) as tx:
        write(tx)
    with pytest.raises(ZeroDivisionError), transaction(conn) as tx:
        tx.after_commit(_any_player, lambda conn: pytest.fail("it was rolled back"))
        raise ZeroDivisionError


@pytest.mark.parametrize("trouble", [TryAgain(), psycopg.errors.LockNotAvailable()])
def test_a_follow_up_that_fails_does_not_fail_what_was_committed(conn: Connection, trouble: Exception):
    def fail(conn: Connection) -> None:
        raise trouble

    with transaction(conn) as tx:
        write(tx)
        tx.after_commit(_any_player, fail)

    assert documents(conn) == 1


def test_what_would_belong_to_an_account_that_was_just_deleted_is_tried_again(conn: Connection):
    """The repetition finds that the session has ended."""
    with pytest.raises(TryAgain), transaction(conn) as tx:
        tx.execute(
            """
            INSERT INTO kernel.sessions (session_id, account_id, expires_at)
            VALUES (gen_random_uuid(), gen_random_uuid(), now())
            """
        )
