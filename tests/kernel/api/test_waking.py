"""The relay's sleep: one writer wakes it, and no event is left behind, however the two meet.

The writers here have real connections. What the relay does between its steps is done by the test.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from random import Random
from threading import Barrier
from time import sleep
from typing import Any

import pytest
from msgspec.structs import replace
from psycopg.types.json import Jsonb

from functions.shared.relay import app as relay
from kernel import connections as database
from kernel import event_bridge as event_bridge_client
from kernel.action import run_action
from kernel.database import Connection, connect, transaction
from kernel.events import service as events
from kernel.events import waking
from kernel.exclusive import ExclusiveLock
from kernel.outside.events import OutsideRequested
from tests.support.fakes import FakeEventBridge
from tests.support.races import PATIENCE, wait_for_a_lock

WRITERS = 20


class Minute:
    """A minute that is over after `looks` looks at the clock; None: never."""

    def __init__(self, looks: int | None = None) -> None:
        self._left = looks

    def get_remaining_time_in_millis(self) -> int:
        if self._left is not None:
            self._left -= 1
        return 60_000 if self._left is None or self._left >= 0 else 0


@pytest.fixture(autouse=True)
def impatient(environment: Connection, monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    """A relay that falls asleep at once, in environments that connect to the test's database."""
    monkeypatch.setattr(relay, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(relay, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(database, "settings", replace(database.settings, database_url=database_url))


@pytest.fixture
def writer(database_url: str) -> Iterator[Connection]:
    with closing(connect(database_url)) as conn:
        yield conn


def write(conn: Connection, count: int = 1) -> None:
    with transaction(conn) as tx:
        for _ in range(count):
            events.broadcast(tx, "news", {})


def lease(conn: Connection) -> dict[str, Any]:
    row = conn.execute(
        "SELECT awake_until > now() AS awake, awake_until::text, wanted_at::text FROM relay_lease"
    ).fetchone()
    assert row is not None
    return row


def later(conn: Connection, seconds: float) -> None:
    """Let time pass for the lease and the last waking."""
    conn.execute(
        "UPDATE relay_lease SET awake_until = awake_until - %(span)s, wanted_at = wanted_at - %(span)s",
        {"span": timedelta(seconds=seconds)},
    )


def waiting(conn: Connection) -> int:
    row = conn.execute("SELECT count(*) AS n FROM events WHERE next_attempt_at IS NOT NULL").fetchone()
    assert row is not None
    return row["n"]


def observe(event_bridge: FakeEventBridge, monkeypatch: pytest.MonkeyPatch, look: Callable[[], object]) -> None:
    """Look at something whenever events arrive on the bus."""
    put = event_bridge.put

    def look_and_put(entries: list[dict[str, Any]]) -> dict[str, Any]:
        look()
        return put(entries)

    monkeypatch.setattr(event_bridge, "put", look_and_put)


def in_its_environment(work: Callable[[], Any]) -> Any:
    """Run something in this thread, which is an environment of its own."""
    try:
        return work()
    finally:
        database.close()


# ---------------------------------------------------------------- who wakes it


def test_the_first_event_wakes_the_relay_and_the_next_ones_need_not(writer: Connection, event_bridge: FakeEventBridge):
    write(writer, count=3)
    write(writer)

    assert event_bridge.wake_ups == 1
    assert event_bridge.entries == []


def test_a_transaction_without_events_does_not_wake_the_relay(writer: Connection, event_bridge: FakeEventBridge):
    with transaction(writer) as tx:
        tx.execute("SELECT 1")

    assert event_bridge.wake_ups == 0


def test_what_rarely_announces_anything_wakes_the_relay_when_it_does(writer: Connection, event_bridge: FakeEventBridge):
    def announce_each(entries: list[dict[str, Any]] | None) -> None:
        with transaction(writer) as tx:
            events.announce_each(tx, OutsideRequested(), "SELECT %s::jsonb", (entries and Jsonb(entries),), rarely=True)

    announce_each(None)
    assert event_bridge.wake_ups == 0

    announce_each([{"id": 1}, {"id": 2}])
    assert event_bridge.wake_ups == 1


def test_a_transaction_that_rolls_back_does_not_wake_the_relay(writer: Connection, event_bridge: FakeEventBridge):
    with pytest.raises(ZeroDivisionError), transaction(writer) as tx:
        events.broadcast(tx, "news", {})
        raise ZeroDivisionError

    assert event_bridge.wake_ups == 0


def test_a_relay_that_does_not_come_is_woken_again_after_two_seconds(writer: Connection, event_bridge: FakeEventBridge):
    write(writer)
    later(writer, 1.5)
    write(writer)
    assert event_bridge.wake_ups == 1
    later(writer, 0.5)

    write(writer)

    assert event_bridge.wake_ups == 2


def test_while_the_relay_is_awake_the_question_writes_and_locks_nothing(
    writer: Connection, database_url: str, event_bridge: FakeEventBridge
):
    with transaction(writer) as tx:
        waking.stay_awake(tx)
    before = lease(writer)
    with closing(connect(database_url)) as other, transaction(other) as locked:
        locked.execute("SELECT FROM relay_lease FOR UPDATE").fetchone()
        write(writer)  # does not wait for it

    assert lease(writer) == before
    assert event_bridge.wake_ups == 0


def test_a_lease_that_has_expired_counts_for_nothing(writer: Connection, event_bridge: FakeEventBridge):
    with transaction(writer) as tx:
        waking.stay_awake(tx)
    later(writer, waking.LEASE.total_seconds())

    write(writer)

    assert event_bridge.wake_ups == 1


def test_of_many_writers_at_once_one_wakes_the_relay(database_url: str, event_bridge: FakeEventBridge):
    together = Barrier(WRITERS)

    def write_with_the_others() -> None:
        with closing(connect(database_url)) as conn:
            together.wait(PATIENCE)
            write(conn)

    with ThreadPoolExecutor(WRITERS) as pool:
        for done in [pool.submit(write_with_the_others) for _ in range(WRITERS)]:
            done.result(PATIENCE)

    assert event_bridge.wake_ups == 1


@pytest.mark.parametrize("trouble", ["the bus is down", "the bus says no", "nothing listens", "there is no bus"])
def test_an_action_that_cannot_wake_the_relay_is_done_nevertheless(
    writer: Connection,
    event_bridge: FakeEventBridge,
    trouble: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    caplog.set_level(logging.WARNING)
    event_bridge.down = trouble == "the bus is down"
    event_bridge.refused = {waking.DETAIL_TYPE} if trouble == "the bus says no" else set()
    url = {"nothing listens": "http://127.0.0.1:1", "there is no bus": ""}.get(trouble, event_bridge.url)
    for module in (waking, event_bridge_client):
        monkeypatch.setattr(module, "settings", replace(waking.settings, events_url=url))

    write(writer)

    assert waiting(writer) == 1
    assert len(caplog.records) == (0 if trouble == "there is no bus" else 1)


# ---------------------------------------------------------------- how it sleeps


def test_a_relay_publishes_and_falls_asleep(writer: Connection, event_bridge: FakeEventBridge):
    write(writer, count=25)

    assert relay.handler({}, Minute()) == {"published": 25, "waiting": 0, "dead": 0}

    assert not lease(writer)["awake"]
    assert len(event_bridge.entries) == 25


def test_a_relay_at_work_holds_a_lease(
    writer: Connection, event_bridge: FakeEventBridge, monkeypatch: pytest.MonkeyPatch
):
    seen: list[bool] = []
    write(writer)
    observe(event_bridge, monkeypatch, lambda: seen.append(lease(writer)["awake"]))

    relay.handler({}, Minute())

    assert seen == [True]


def test_a_second_relay_ends_at_once(writer: Connection, database_url: str, event_bridge: FakeEventBridge):
    write(writer)
    with closing(connect(database_url)) as first:
        first.execute("SELECT pg_advisory_lock(hashtextextended('relay', 0))")

        assert relay.handler({}, Minute()) == {"published": 0}

    assert waiting(writer) == 1


def test_a_relay_waits_for_an_event_that_is_tried_again_soon(
    writer: Connection, event_bridge: FakeEventBridge, monkeypatch: pytest.MonkeyPatch
):
    event_bridge.refused = {"news"}
    monkeypatch.setattr(events, "RETRY_DELAYS", events.RETRY_DELAYS[:2])
    write(writer)
    looks = 0

    class Clock(Minute):
        def get_remaining_time_in_millis(self) -> int:
            nonlocal looks
            looks += 1
            writer.execute("UPDATE events SET next_attempt_at = next_attempt_at - interval '1 s'")
            return 60_000

    assert relay.handler({}, Clock()) == {"published": 3, "waiting": 0, "dead": 1}

    assert looks > 6  # 2 and 4 seconds


def test_a_relay_whose_time_is_over_wakes_the_next_one_if_work_is_left(
    writer: Connection, event_bridge: FakeEventBridge
):
    with transaction(writer) as tx:
        waking.stay_awake(tx)
    write(writer, count=45)

    left = relay.handler({}, Minute(looks=2))

    assert left == {"published": 20, "waiting": 25, "dead": 0}  # two batches; the last look publishes nothing
    assert event_bridge.wake_ups == 1
    assert relay.handler({}, Minute()) == {"published": 25, "waiting": 0, "dead": 0}


def test_a_relay_whose_time_is_over_wakes_no_other_without_work(writer: Connection, event_bridge: FakeEventBridge):
    with transaction(writer) as tx:
        waking.stay_awake(tx)
    write(writer)

    relay.handler({}, Minute(looks=1))

    assert event_bridge.wake_ups == 0
    assert not lease(writer)["awake"]


def test_a_lease_is_renewed_in_time(writer: Connection, event_bridge: FakeEventBridge, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(relay, "RENEW_SECONDS", 0.0)
    ends: list[str] = []
    write(writer, count=30)
    observe(event_bridge, monkeypatch, lambda: ends.append(lease(writer)["awake_until"]))

    relay.handler({}, Minute())

    assert len(set(ends)) == len(ends) == 3


# ---------------------------------------------------------------- nothing falls between


def test_an_event_that_relies_on_a_relay_about_to_sleep_is_found_by_its_last_look(
    writer: Connection, database_url: str, event_bridge: FakeEventBridge, monkeypatch: pytest.MonkeyPatch
):
    """C < Q < A: the relay has looked and found nothing more, and waits to commit that it is asleep."""
    write(writer)
    with closing(connect(database_url)) as other, ThreadPoolExecutor(1) as pool:
        other.execute("BEGIN")
        observe(event_bridge, monkeypatch, lambda: other.execute("SELECT FROM relay_lease FOR UPDATE"))
        falling = pool.submit(in_its_environment, lambda: relay.handler({}, Minute()))
        wait_for_a_lock(writer)
        write(writer)
        assert (event_bridge.wake_ups, waiting(writer)) == (1, 1)  # only the first has woken it
        other.execute("COMMIT")
        assert falling.result(PATIENCE)["published"] == 2

    assert (event_bridge.wake_ups, waiting(writer)) == (1, 0)


def test_an_event_that_finds_the_relay_asleep_before_its_last_look_is_found_by_that(
    writer: Connection, event_bridge: FakeEventBridge
):
    """A < C < Q < L, and the relay that is woken comes before the lock is free."""
    lock = ExclusiveLock("relay")
    assert lock.acquire()
    run_action(waking.fall_asleep)

    write(writer)
    assert event_bridge.wake_ups == 1
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(in_its_environment, lambda: relay.handler({}, Minute())).result() == {"published": 0}
    lock.release()

    assert relay.publish_batch() == 1


def test_an_event_that_comes_after_the_last_look_has_a_relay_of_its_own(
    writer: Connection, event_bridge: FakeEventBridge
):
    """L < C < Q."""
    relay.handler({}, Minute())

    write(writer)

    assert event_bridge.wake_ups == 1
    assert relay.handler({}, Minute())["published"] == 1


def test_no_event_of_many_writers_waits_for_the_clock(
    database_url: str, writer: Connection, event_bridge: FakeEventBridge
):
    """The relay is invoked when it is woken and never otherwise, and falls asleep all the time."""
    relays: list[Future[Any]] = []
    with ThreadPoolExecutor(WRITERS) as pool, ThreadPoolExecutor(WRITERS) as started:
        event_bridge.on_wake_up = lambda: relays.append(
            started.submit(in_its_environment, lambda: relay.handler({}, Minute()))
        )

        def write_now_and_then(seed: int) -> None:
            rng = Random(seed)
            with closing(connect(database_url)) as conn:
                for _ in range(40):
                    write(conn)
                    sleep(rng.uniform(0, 0.02))

        for done in [pool.submit(write_now_and_then, seed) for seed in range(4)]:
            done.result(PATIENCE)
        while not all(each.done() for each in [*relays]):
            sleep(0.01)

    assert waiting(writer) == 0
    assert len({entry["id"] for entry in event_bridge.details}) == 160
    assert len(relays) == event_bridge.wake_ups >= 1
    assert [error for each in relays if (error := each.exception())] == []
