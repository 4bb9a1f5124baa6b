"""Counting what players do, and reporting it: sums, inbox and corrections together are exact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community.players.models import NoSuchPlayer, PlayerRef, UnknownPlayer
from community.ranking import ranks
from community.stats import reports, rollup
from community.stats.models import InvalidLimit, Period, Stat
from community.stats.part import move
from community.stats.queries import insert_stats
from community.stats.recording import record
from community.stats.rules import start_of
from kernel.database import Tx
from tests.support.factories import make_player, stored
from tests.support.ranking import around

NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)
PERIODS: tuple[Period, ...] = get_args(Period)
TYPES = ("search", "item_sold")


def did(tx: Tx, ref: PlayerRef, event_type: str, times: int = 1) -> None:
    insert_stats(tx, stored(tx, ref).id, [Stat(event_type)] * times)


def counts(tx: Tx, ref: PlayerRef, period: Period = "daily") -> Mapping[str, int]:
    """Without what being created counts for."""
    found = reports.user_stats(tx, ref, period).counts
    return {name: count for name, count in found.items() if name not in ("user_registered", "daily_streak")}


def board(tx: Tx, event_type: str, period: Period = "daily", limit: int = 10) -> list[tuple[str, int, int | None]]:
    return [(each.username, each.count, each.rank) for each in reports.leaderboard(tx, event_type, period, limit)]


def forget_everything(tx: Tx) -> None:
    for table in ("stats_inbox", "stats_events", "stats_standings", "stats_totals"):
        tx.execute(f"DELETE FROM {table}")
    tx.execute("UPDATE stats_windows SET counted_since = '-infinity'")


def test_a_stat_is_counted_before_and_after_it_is_added_up(tx: Tx):
    tx.now = NOON
    alice = make_player(tx)
    did(tx, alice, "search", 3)

    for _ in range(2):
        assert counts(tx, alice) == {"search": 3}
        assert reports.system_stats(tx, "hourly").counts["search"] == 3
        assert board(tx, "search") == [("alice", 3, 1)]
        rollup.roll_up(tx)
    assert tx.execute("SELECT FROM stats_inbox").fetchall() == []


def test_a_report_says_what_it_is_about(tx: Tx):
    tx.now = NOON
    report = reports.user_stats(tx, make_player(tx), "weekly")

    assert (report.period, report.start, report.end) == ("weekly", NOON - timedelta(days=7), NOON)
    assert report.streak == 1
    assert reports.system_stats(tx, "weekly").streak is None


def test_the_most_frequent_is_first(tx: Tx):
    alice = make_player(tx)
    did(tx, alice, "search", 1)
    did(tx, alice, "item_sold", 2)

    assert list(counts(tx, alice)) == ["item_sold", "search"]


def test_what_lies_too_far_back_is_no_longer_counted(tx: Tx):
    tx.now = NOON
    alice = make_player(tx)
    did(tx, alice, "search")
    rollup.roll_up(tx)

    tx.now = NOON + timedelta(days=1)
    assert counts(tx, alice) == {"search": 1}  # its beginning belongs to a period
    tx.now += timedelta(microseconds=1)
    for _ in range(2):
        assert counts(tx, alice) == {}
        assert board(tx, "search") == []
        assert counts(tx, alice, "weekly") == {"search": 1}
        assert board(tx, "search", "all") == [("alice", 1, 1)]
        rollup.roll_up(tx)


def test_a_month_that_begins_earlier_than_before(tx: Tx):
    """On 28 February, 23:00, it has begun on 28 January; on 31 March, 01:00, on 28 February, 01:00."""
    tx.now = datetime(2026, 2, 28, 12, tzinfo=UTC)
    alice = make_player(tx)
    did(tx, alice, "search")

    tx.now = datetime(2026, 3, 28, 23, tzinfo=UTC)
    rollup.roll_up(tx)
    assert counts(tx, alice, "monthly") == {}

    tx.now = datetime(2026, 3, 31, 1, tzinfo=UTC)
    for _ in range(2):
        assert counts(tx, alice, "monthly") == {"search": 1}
        assert board(tx, "search", "monthly") == [("alice", 1, 1)]
        assert reports.system_stats(tx, "monthly").counts["search"] == 1
        rollup.roll_up(tx)


def test_a_stat_that_is_added_up_days_late(tx: Tx):
    tx.now = NOON
    rollup.roll_up(tx)
    alice = make_player(tx)
    did(tx, alice, "search")

    tx.now = NOON + timedelta(days=3)
    for _ in range(2):
        assert counts(tx, alice) == {}
        assert counts(tx, alice, "weekly") == {"search": 1}
        rollup.roll_up(tx)
    tx.now = NOON + timedelta(days=8)
    rollup.roll_up(tx)
    assert counts(tx, alice, "weekly") == {}
    assert counts(tx, alice, "all") == {"search": 1}


def test_a_stat_that_is_added_up_late_into_a_month_that_begins_earlier(tx: Tx):
    """The sums' beginning stays: before it, only the archive counts."""
    tx.now = datetime(2026, 2, 28, 12, tzinfo=UTC)
    alice = make_player(tx)
    did(tx, alice, "search")
    tx.execute("UPDATE stats_windows SET counted_since = '2026-02-28T23:00:00Z' WHERE period = 'monthly'")

    tx.now = datetime(2026, 3, 31, 1, tzinfo=UTC)
    for _ in range(2):
        assert counts(tx, alice, "monthly") == {"search": 1}
        rollup.roll_up(tx)
    tx.now = datetime(2026, 4, 15, tzinfo=UTC)
    rollup.roll_up(tx)
    assert counts(tx, alice, "monthly") == {}


def test_a_batch_takes_the_oldest_and_says_how_many(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rollup, "BATCH", 3)
    forget_everything(tx)
    alice = make_player(tx)  # registered, and a streak
    did(tx, alice, "search", 2)

    assert [rollup.roll_up(tx) for _ in range(3)] == [3, 1, 0]
    assert counts(tx, alice) == {"search": 2}


def test_a_clock_that_is_days_late_catches_up_in_batches(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    """Even past a moment with more than a batch."""
    monkeypatch.setattr(rollup, "BATCH", 3)
    forget_everything(tx)
    tx.now = NOON
    alice = make_player(tx)
    did(tx, alice, "search", 8)
    tx.now = NOON + timedelta(hours=1)
    did(tx, alice, "search", 5)
    while rollup.roll_up(tx):
        assert counts(tx, alice) == {"search": 13}

    tx.now = NOON + timedelta(days=3)
    # With the first moment go the streak and the registration. The longer periods let nothing go yet.
    assert [rollup.roll_up(tx) for _ in range(3)] == [10, 5, 0]
    assert counts(tx, alice) == {}
    assert counts(tx, alice, "weekly") == {"search": 13}


def test_equals_share_a_rank_in_the_order_of_their_ids(tx: Tx):
    refs = [make_player(tx, name) for name in ("alice", "bob", "claire", "dan")]
    for ref in refs:
        did(tx, ref, "search", 2)
        if ref is refs[1]:
            rollup.roll_up(tx)
    did(tx, refs[3], "search")
    equal = sorted((stored(tx, ref).id, str(ref.username)) for ref in refs[:3])

    expected = [("dan", 3, 1), *((name, 2, 2) for _, name in equal)]
    assert board(tx, "search") == expected
    assert board(tx, "search", limit=2) == expected[:2]


@pytest.mark.parametrize("limit", [0, -1])
def test_a_leaderboard_without_places_is_refused(tx: Tx, limit: int):
    with pytest.raises(InvalidLimit):
        reports.leaderboard(tx, "search", "daily", limit)


def test_the_richest_and_the_busiest(tx: Tx):
    alice = make_player(tx, "alice", money=10, items={"item_spade": 1})
    make_player(tx, "bob", money=30)
    did(tx, alice, "message_received", 4)

    assert board(tx, "money") == [("bob", 30, 1), ("alice", 10, 2)]
    assert board(tx, "money", limit=1) == [("bob", 30, 1)]
    assert board(tx, "items") == [("alice", 1, 1)]
    assert board(tx, "messages") == [("alice", 4, 1)]


@pytest.mark.parametrize("metric", ["engagement_score", "contribution"])
def test_the_most_engaged(tx: Tx, metric: str):
    alice = make_player(tx)
    tx.execute(
        "INSERT INTO engagement_inbox (user_id, metric, value, recorded_at) VALUES (%s, 'message', 7, %s)",
        (stored(tx, alice).id, tx.now),
    )

    assert board(tx, metric) == [("alice", 7, 1)]


def test_nobody_has_no_stats(tx: Tx):
    with pytest.raises(NoSuchPlayer):
        reports.user_stats(tx, PlayerRef("twitch", username="nobody"), "daily")
    with pytest.raises(UnknownPlayer):
        record(tx, PlayerRef("twitch", "nobody"), "search")


def test_a_stat_from_outside_continues_the_streak(tx: Tx):
    tx.now = NOON
    alice = make_player(tx)
    own_id = PlayerRef("", user_id=stored(tx, alice).id)

    tx.now = NOON + timedelta(days=1)
    record(tx, alice, "prediction_participation", {"points": 5})
    record(tx, own_id, "prediction_participation")

    assert counts(tx, alice) == {"prediction_participation": 2}
    report = reports.user_stats(tx, alice, "all")
    assert (report.streak, report.counts["daily_streak"]) == (2, 2)
    rows = tx.execute("SELECT event_data FROM stats_inbox WHERE event_type = 'prediction_participation'").fetchall()
    assert [row["event_data"] for row in rows] == [{"points": 5}, None]


def test_a_streak_from_outside_is_counted_once_a_day(tx: Tx):
    tx.now = NOON
    alice = make_player(tx)
    tx.now = NOON + timedelta(days=1)
    for _ in range(2):
        record(tx, alice, "daily_streak", {"streak": 77})

    report = reports.user_stats(tx, alice, "all")
    assert (report.streak, report.counts["daily_streak"]) == (2, 2)


def test_what_two_did_counts_for_one_after_a_merge(tx: Tx):
    tx.now = NOON
    alice, bob = make_player(tx, "alice"), make_player(tx, "bob")
    for ref in (alice, bob):
        did(tx, ref, "search", 2)
    did(tx, bob, "item_sold")
    rollup.roll_up(tx)
    did(tx, alice, "search")
    did(tx, bob, "search", 10)
    before = reports.system_stats(tx, "daily")

    move(tx, stored(tx, bob).id, stored(tx, alice).id)

    for _ in range(2):
        assert counts(tx, alice) == {"search": 15, "item_sold": 1}
        assert counts(tx, bob) == {}
        assert board(tx, "search") == [("alice", 15, 1)]
        assert reports.system_stats(tx, "daily") == before
        rollup.roll_up(tx)
    tx.now = NOON + timedelta(days=2)
    rollup.roll_up(tx)
    assert counts(tx, alice) == {}
    assert counts(tx, alice, "all") == {"search": 15, "item_sold": 1}


steps = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.sampled_from([0, 1, 59, 60, 24 * 60, 7 * 24 * 60, 28 * 24 * 60, 31 * 24 * 60])),
        st.tuples(st.just("wait"), st.integers(1, 3 * 24 * 60)),
        st.tuples(st.sampled_from(TYPES), st.integers(0, 2)),
        st.tuples(st.just("roll up"), st.integers(1, 4)),
        st.tuples(st.just("roll up"), st.just(1000)),
        st.tuples(st.just("report"), st.integers(0, len(PERIODS) - 1)),
    ),
    max_size=25,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    steps=steps, start=st.sampled_from([NOON, datetime(2026, 1, 31, 23, tzinfo=UTC), datetime(2024, 2, 29, tzinfo=UTC)])
)
def test_every_report_equals_a_naive_count(
    tx: Tx, monkeypatch: pytest.MonkeyPatch, steps: list[tuple[str, int]], start: datetime
):
    """Whatever happens when, whenever it is added up, and whenever somebody asks."""
    tx.execute("SAVEPOINT example")
    refs = [make_player(tx, name) for name in ("alice", "bob", "claire")]
    ids = [stored(tx, ref).id for ref in refs]
    forget_everything(tx)
    history: list[tuple[datetime, int, str]] = []
    tx.now = start
    for step, number in steps:
        if step == "wait":
            tx.now += timedelta(minutes=number)
        elif step == "roll up":
            monkeypatch.setattr(rollup, "BATCH", number)
            rollup.roll_up(tx)
        elif step == "report":
            check(tx, refs, ids, history, PERIODS[number])
        else:
            did(tx, refs[number], step)
            history.append((tx.now, number, step))
    for period in PERIODS:
        check(tx, refs, ids, history, period)
    tx.execute("ROLLBACK TO SAVEPOINT example")


def check(
    tx: Tx, refs: list[PlayerRef], ids: list[UUID], history: list[tuple[datetime, int, str]], period: Period
) -> None:
    since = start_of(period, tx.now)
    naive = Counter((number, event_type) for moment, number, event_type in history if moment >= since)
    for number, ref in enumerate(refs):
        of_player = {event_type: count for (who, event_type), count in naive.items() if who == number}
        assert reports.user_stats(tx, ref, period).counts == of_player
    of_all = Counter[str]()
    for (_, event_type), count in naive.items():
        of_all[event_type] += count
    assert reports.system_stats(tx, period).counts == of_all
    for event_type in TYPES:
        ranking = sorted(
            ((-count, ids[number]) for (number, each), count in naive.items() if each == event_type),
        )
        for limit in (1, 10):
            places = reports.leaderboard(tx, event_type, period, limit)
            assert [(-place.count, place.user_id) for place in places] == ranking[:limit]
            assert [place.rank for place in places] == ranks([place.count for place in places])
        number = len(history) % len(refs)
        _, found = reports.rank_of(tx, refs[number], event_type, period, 1)
        assert found == around([(-count, user_id) for count, user_id in ranking], ids[number], 1)
