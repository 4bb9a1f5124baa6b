from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.authorizer.key_ring import (
    EXTRA_READING_SECONDS,
    EXTRA_READINGS,
    MAX_AGE_IN_NEED_SECONDS,
    MAX_AGE_SECONDS,
    KeyRing,
)
from functions.shared.authorizer.wrong_keys import MAX_ADDRESSES, WINDOW_SECONDS, WrongKeys
from kernel.errors import TryAgain
from kernel.keys.models import KeyHolder, StoredKey

STREAMER = StoredKey(KeyHolder("streamer", "bot"))


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class Database:
    def __init__(self) -> None:
        self.keys = {"good": STREAMER}
        self.readings: list[bool] = []
        self.is_down = False

    def __call__(self, *, hurried: bool) -> Mapping[str, StoredKey]:
        self.readings.append(hurried)
        if self.is_down:
            raise TryAgain
        return dict(self.keys)


@given(st.lists(st.floats(0, 3), max_size=300))
def test_any_flood_costs_one_reading_a_second_and_the_few_in_store(pauses: list[float]):
    clock, database = Clock(), Database()
    ring = KeyRing(database, clock)
    for number, pause in enumerate(pauses):
        clock.now += pause
        assert ring.find(f"wrong {number}") is None
        assert ring.find("good") is STREAMER

    regular = 1 + sum(pauses) / MAX_AGE_SECONDS
    assert len(database.readings) <= regular + EXTRA_READINGS + sum(pauses) / EXTRA_READING_SECONDS


def test_a_new_key_is_found_within_a_second_even_in_a_flood():
    clock, database = Clock(), Database()
    ring = KeyRing(database, clock)
    for number in range(100):
        ring.find(f"wrong {number}")
    database.keys["new"] = STREAMER

    assert ring.find("new") is None
    clock.now += EXTRA_READING_SECONDS
    assert ring.find("new") is STREAMER


def test_a_good_key_is_found_although_the_database_fails_in_a_flood():
    clock, database = Clock(), Database()
    ring = KeyRing(database, clock)
    ring.find("good")
    database.is_down = True

    with pytest.raises(TryAgain):
        ring.find("wrong")
    assert ring.find("good") is STREAMER
    assert database.readings == [False, True]


@pytest.mark.parametrize("jump", [MAX_AGE_SECONDS, -1])
def test_keys_are_read_again_when_they_are_old_and_when_the_clock_was_set_back(jump: float):
    clock, database = Clock(), Database()
    ring = KeyRing(database, clock)
    ring.find("good")
    del database.keys["good"]

    clock.now += jump

    assert ring.find("good") is None


def test_an_old_ring_still_opens_while_the_database_is_away():
    clock, database = Clock(), Database()
    ring = KeyRing(database, clock)
    ring.find("good")
    database.is_down = True

    clock.now += MAX_AGE_IN_NEED_SECONDS - 1
    assert ring.find("good") is STREAMER
    clock.now += 1
    with pytest.raises(TryAgain):
        ring.find("good")
    assert database.readings == [False, True, False]


def test_a_revoked_key_is_known_as_one_until_it_is_stored_again():
    clock, database = Clock(), Database()
    ring = KeyRing(database, clock)
    moment = datetime.fromtimestamp(clock.now, UTC)
    database.keys["good"] = StoredKey(STREAMER.holder, revoked_at=moment)
    found = ring.find("good")
    assert found is not None
    assert found.is_revoked(moment)
    assert not found.is_revoked(moment - timedelta(seconds=1))

    database.keys["good"] = STREAMER

    assert ring.find("good") is STREAMER


def test_wrong_keys_are_counted_by_address_and_window():
    clock = Clock()
    wrong = WrongKeys(clock)

    counts = [wrong.count(address) for address in ("one", "other", "one")]
    clock.now += WINDOW_SECONDS

    assert (counts, wrong.count("one")) == ([1, 1, 2], 1)


def test_the_addresses_counted_are_bounded():
    wrong = WrongKeys(Clock())
    for number in range(MAX_ADDRESSES + 1):
        wrong.count(f"{number}")

    assert [wrong.count("0"), wrong.count(f"{MAX_ADDRESSES}")] == [1, 2]
