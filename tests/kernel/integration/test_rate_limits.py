"""Rate limits: a window begins with a key's first request; refused requests do not count. Source: personas 4.4."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest

from kernel.database import Tx, connect, transaction
from kernel.rate_limits import RateLimit, RateLimited, limited

THREE = RateLimit("looks", 3)


def ask(tx: Tx, key: str = "ann") -> bool:
    try:
        with limited(tx, THREE, key):
            pass
    except RateLimited:
        return False
    return True


def test_a_window_lasts_a_minute_from_its_first_request(tx: Tx):
    began = tx.now

    assert [ask(tx) for _ in range(5)] == [True, True, True, False, False]
    tx.now = began + timedelta(seconds=59)
    assert not ask(tx)
    tx.now = began + timedelta(seconds=60)
    assert [ask(tx) for _ in range(4)] == [True, True, True, False]


def test_each_key_has_a_window_of_its_own(tx: Tx):
    assert [ask(tx, key) for key in ("ann", "ann", "ann", "bob")] == [True] * 4


def test_the_refusal_says_how_long_it_lasts(tx: Tx):
    for _ in range(3):
        ask(tx)
    tx.now += timedelta(seconds=18.5)

    with pytest.raises(RateLimited) as refused, limited(tx, THREE, "ann"):
        pass

    assert refused.value.details["seconds"] == 42


def test_a_window_that_begins_in_the_future_is_begun_anew(tx: Tx):
    tx.now += timedelta(days=3)
    for _ in range(3):
        ask(tx)
    tx.now -= timedelta(days=3)

    assert ask(tx)


def test_a_request_that_began_before_the_window_counts_in_it(tx: Tx):
    """Of two at once, the later one may be the first to arrive."""
    tx.now += timedelta(seconds=1)
    assert [ask(tx) for _ in range(2)] == [True, True]
    tx.now -= timedelta(seconds=1)

    assert [ask(tx) for _ in range(2)] == [True, False]


def test_a_crowd_at_once_gets_no_more_than_the_limit(database_url: str):
    def try_once(_: int) -> bool:
        with closing(connect(database_url)) as conn, transaction(conn) as tx:
            return ask(tx)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(try_once, range(8))) == 3
