"""The game day begins: on time, late, twice at once, by hand. Source: rules 12, 24.2."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event

import pytest

from community.jobs import daily_reset
from community.jobs.awards import award_xp
from community.jobs.models import Jobs
from community.jobs.reactions import add_xp
from community.players import service as players
from community.players.models import PlayerRef
from kernel.database import Connection, Tx, connect, transaction
from tests.support.factories import announced, make_player, stored, study, unlock, xp
from tests.support.races import PATIENCE, wait_for_a_lock

ALICE = PlayerRef("twitch", "1", "alice")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIVE = datetime(2026, 3, 1, 17, tzinfo=UTC)


def earned_today(tx: Tx, ref: PlayerRef) -> int:
    return stored(tx, ref)[Jobs].progress["merchant"].daily_xp


def resets(tx: Tx) -> list[int]:
    return [each["records_affected"] for each in announced(tx, "daily_reset.complete")]


@pytest.fixture
def alice(tx: Tx) -> PlayerRef:
    """Someone who has used up a day, at noon."""
    tx.now = NOON
    unlock(tx, "job_merchant", "job_gambler")
    alice = make_player(tx)
    daily_reset.reset_if_due(tx)
    award_xp(tx, alice, "merchant", 1000, "api")
    return alice


def test_before_17_utc_nothing_is_due(tx: Tx, alice: PlayerRef):
    tx.now = FIVE - timedelta(microseconds=1)

    assert daily_reset.reset_if_due(tx) is None
    assert earned_today(tx, alice) == 250


def test_at_17_utc_the_sums_are_0_and_the_experience_stays(tx: Tx, alice: PlayerRef):
    award_xp(tx, alice, "gambler", 10, "api")
    tx.now = FIVE

    reset = daily_reset.reset_if_due(tx)

    assert reset is not None
    assert (reset.last_at, reset.next_at, reset.records) == (FIVE, FIVE + timedelta(days=1), 2)
    assert (earned_today(tx, alice), xp(tx, alice, "merchant")) == (0, 250)
    assert announced(tx, "daily_reset.complete")[-1] == {"reset_time": "2026-03-01T17:00:00Z", "records_affected": 2}


def test_one_game_day_has_one_reset(tx: Tx, alice: PlayerRef):
    for minutes in (0, 0, 30, 60, 23 * 60 + 59):
        tx.now = FIVE + timedelta(minutes=minutes)
        daily_reset.reset_if_due(tx)

    assert resets(tx) == [0, 1]


def test_a_missed_reset_is_run_late_and_spares_who_has_earned_since(tx: Tx, alice: PlayerRef):
    bob = make_player(tx, "bob")
    award_xp(tx, bob, "merchant", 1000, "api")
    tx.now = FIVE + timedelta(hours=5)
    award_xp(tx, alice, "merchant", 40, "api")
    before = earned_today(tx, alice)

    reset = daily_reset.reset_if_due(tx)

    assert reset is not None
    assert reset.records == 1
    assert (earned_today(tx, alice), earned_today(tx, bob)) == (before, 0)
    assert before in (40, 80)


def test_a_week_without_a_reset_is_made_up_for_once(tx: Tx, alice: PlayerRef):
    tx.now = FIVE + timedelta(days=7, hours=1)

    assert daily_reset.reset_if_due(tx) is not None
    assert daily_reset.reset_if_due(tx) is None


def test_by_hand_todays_sums_go_as_well(tx: Tx, alice: PlayerRef):
    reset = daily_reset.reset_now(tx)

    assert (reset.records, earned_today(tx, alice)) == (1, 0)
    award_xp(tx, alice, "merchant", 1000, "api")
    assert xp(tx, alice, "merchant") == 500
    assert resets(tx) == [0, 1]


def test_by_hand_in_the_morning_does_not_replace_the_evening(tx: Tx, alice: PlayerRef):
    daily_reset.reset_now(tx)
    award_xp(tx, alice, "merchant", 1000, "api")
    tx.now = FIVE

    assert daily_reset.reset_if_due(tx) is not None
    assert earned_today(tx, alice) == 0


def test_the_status_tells_the_last_and_the_next(tx: Tx):
    tx.now = NOON
    assert daily_reset.status(tx).last_at is None

    daily_reset.reset_if_due(tx)
    tx.now = FIVE - timedelta(seconds=1)

    status = daily_reset.status(tx)
    assert (status.last_at, status.next_at, status.records) == (NOON, FIVE, 0)


# ---------------------------------------------------------------- at once


@pytest.fixture
def four(database_url: str) -> Iterator[list[Connection]]:
    connections = [connect(database_url) for _ in range(4)]
    yield connections
    for each in connections:
        each.close()


def working_alice(conn: Connection, now: datetime) -> None:
    with transaction(conn, now=now) as tx:
        unlock(tx, "job_merchant")
        make_player(tx, platform_id=ALICE.platform_id)
        award_xp(tx, ALICE, "merchant", 1000, "api")


def test_of_four_resets_at_once_one_runs(conn: Connection, four: list[Connection]):
    working_alice(conn, NOON)
    start = Barrier(4)

    def run(connection: Connection) -> bool:
        start.wait(PATIENCE)
        with transaction(connection, now=FIVE) as tx:
            return daily_reset.reset_if_due(tx) is not None

    with ThreadPoolExecutor(4) as pool:
        ran = list(pool.map(run, four))

    assert ran.count(True) == 1
    with transaction(conn) as tx:
        assert resets(tx) == [1]


def test_a_reset_by_hand_is_not_undone_by_who_has_loaded_before(conn: Connection, database_url: str):
    working_alice(conn, NOON)
    loaded = Event()

    def earn() -> None:
        with closing(connect(database_url)) as own, transaction(own, now=NOON) as tx:
            player = players.load(tx, ALICE)
            loaded.set()
            with closing(connect(database_url)) as watcher:
                wait_for_a_lock(watcher)  # the reset's
            players.save(tx, add_xp(player, "merchant", 30, "xp_item", tx.now, tx.rng)[0])

    with ThreadPoolExecutor(1) as pool:
        earning = pool.submit(earn)
        assert loaded.wait(PATIENCE)
        with transaction(conn, now=NOON) as tx:
            records = daily_reset.reset_now(tx).records
        earning.result(PATIENCE)

    with transaction(conn) as tx:
        assert (records, earned_today(tx, ALICE)) == (1, 0)
        assert xp(tx, ALICE, "merchant") in (280, 310)


def test_who_earns_while_everything_is_reset_by_hand_keeps_all_their_experience(
    conn: Connection, four: list[Connection]
):
    working_alice(conn, NOON)
    start = Barrier(4)

    def earn(connection: Connection) -> int:
        start.wait(PATIENCE)
        gained = 0
        for _ in range(20):
            with transaction(connection, now=NOON) as tx:
                gained += study(tx, ALICE, "merchant", 5).gained
        return gained

    def reset(connection: Connection) -> int:
        start.wait(PATIENCE)
        for _ in range(10):
            with transaction(connection, now=NOON) as tx:
                daily_reset.reset_now(tx)
        return 0

    with ThreadPoolExecutor(4) as pool:
        gained = sum(pool.map(lambda piece: piece[0](piece[1]), zip((earn, earn, earn, reset), four, strict=True)))

    with transaction(conn, now=NOON) as tx:
        assert xp(tx, ALICE, "merchant") == 250 + gained
        assert earned_today(tx, ALICE) <= gained
        daily_reset.reset_now(tx)
        assert earned_today(tx, ALICE) == 0
