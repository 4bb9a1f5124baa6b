"""Real connections and commits: writers, two clocks and readers at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event

import pytest

from community.stats import reports, rollup
from community.stats.part import move
from community.stats.recording import record
from kernel.database import Connection, connect, reading, transaction
from tests.support.factories import make_player, stored
from tests.support.races import PATIENCE, wait_for_a_lock

NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)


def test_two_clocks_at_once_lose_nothing_and_count_nothing_twice(
    database_url: str, conn: Connection, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(rollup, "BATCH", 7)
    with transaction(conn) as tx:
        players = [make_player(tx, name) for name in ("alice", "bob", "claire")]
    written = Event()

    def write(number: int) -> None:
        with closing(connect(database_url)) as own:
            for _ in range(40):
                with transaction(own) as tx:
                    record(tx, players[number], "search")

    def add_up(_: int) -> int:
        moved = 0
        with closing(connect(database_url)) as own:
            while True:
                last = written.is_set()
                with transaction(own) as tx:
                    batch = rollup.roll_up(tx)
                moved += batch
                if last and not batch:
                    return moved

    def look(_: int) -> list[int]:
        seen: list[int] = []
        with closing(connect(database_url)) as own:
            while not written.is_set():
                with reading(own) as tx:
                    seen.append(reports.system_stats(tx, "daily").counts.get("search", 0))
        return seen

    with ThreadPoolExecutor(6) as pool:
        clocks, reader = [pool.submit(add_up, number) for number in range(2)], pool.submit(look, 0)
        list(pool.map(write, range(3)))
        written.set()
        moved = sum(clock.result(PATIENCE) for clock in clocks)

    assert reader.result(PATIENCE) == sorted(reader.result())  # what was counted once stays counted
    with reading(conn) as tx:
        archived = tx.execute("SELECT count(*) AS rows, count(DISTINCT stat_id) AS stats FROM stats_events").fetchone()
        assert archived == {"rows": moved, "stats": moved}
        assert reports.system_stats(tx, "daily").counts == {"search": 120, "daily_streak": 3, "user_registered": 3}
        standings = reports.leaderboard(tx, "search", "all", 10)
        assert [place.count for place in standings] == [40, 40, 40]


def test_two_clocks_at_once_let_nothing_go_twice(database_url: str, conn: Connection):
    rounds, step = 20, timedelta(seconds=10)
    for number in range(rounds):
        with transaction(conn, now=NOON + number * step) as tx:
            for _ in range(5):
                record(tx, make_player(tx), "search")
    with transaction(conn, now=NOON) as tx:
        rollup.roll_up(tx)
    line = Barrier(2)

    def let_go(_: int) -> None:
        with closing(connect(database_url)) as own:
            for number in range(rounds):
                line.wait(PATIENCE)
                with transaction(own, now=NOON + timedelta(days=1) + (number + 0.5) * step) as tx:
                    rollup.roll_up(tx)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(let_go, range(2)))

    with reading(conn, now=NOON + timedelta(days=2)) as tx:
        sums = tx.execute("SELECT sum(daily) AS daily, sum(total) AS total FROM stats_standings").fetchone()
        assert sums == {"daily": 0, "total": 3 * 5 * rounds}
        assert tx.execute("SELECT sum(daily) AS daily FROM stats_totals").fetchone() == {"daily": 0}


def test_a_clock_waits_for_a_merge(database_url: str, conn: Connection):
    with transaction(conn, now=NOON) as tx:
        alice, bob = make_player(tx, "alice"), make_player(tx, "bob")
        for ref in (alice, bob):
            record(tx, ref, "search")
        rollup.roll_up(tx)
        alice_id, bob_id = stored(tx, alice).id, stored(tx, bob).id
    tomorrow = NOON + timedelta(days=1, seconds=1)

    def let_go() -> None:
        with closing(connect(database_url)) as own, transaction(own, now=tomorrow) as tx:
            rollup.roll_up(tx)

    with ThreadPoolExecutor(1) as pool:
        with transaction(conn) as tx:
            move(tx, bob_id, alice_id)
            tx.execute("SELECT 1").fetchone()
            clock = pool.submit(let_go)
            with closing(connect(database_url)) as watcher:
                wait_for_a_lock(watcher)
        clock.result(PATIENCE)

    with reading(conn, now=tomorrow) as tx:
        rows = tx.execute("SELECT user_id, daily, total FROM stats_standings WHERE event_type = 'search'").fetchall()
        assert rows == [{"user_id": alice_id, "daily": 0, "total": 2}]
        assert reports.user_stats(tx, bob, "all").counts == {}


def test_a_streak_day_is_counted_once_however_much_happens_at_its_beginning(database_url: str, conn: Connection):
    with transaction(conn, now=NOON) as tx:
        alice = make_player(tx)
    tomorrow = NOON.replace(day=16)

    def play(_: int) -> None:
        with closing(connect(database_url)) as own:
            for _ in range(5):
                with transaction(own, now=tomorrow) as tx:
                    record(tx, alice, "search")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(play, range(6)))

    with reading(conn, now=tomorrow) as tx:
        report = reports.user_stats(tx, alice, "all")
    assert report.counts == {"search": 30, "daily_streak": 2, "user_registered": 1}
    assert report.streak == 2
