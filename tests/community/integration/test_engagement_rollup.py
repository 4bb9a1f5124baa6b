"""The inbox and the sums together are always exactly what was done, whatever runs beside the rollup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community.engagement import queries, reports, rollup, rules
from community.engagement.content import weights
from community.engagement.part import move
from community.engagement.recording import record
from community.engagement.rollup import roll_up
from community.engagement.weights import replace_weights
from community.players.models import PlayerRef
from community.stats import reports as stats_reports
from community.voting.board import read_board
from kernel.database import Connection, Tx, connect, reading, transaction
from kernel.errors import TryAgain
from tests.support.factories import make_player, stored
from tests.support.kept_database import KeptConnection
from tests.support.ranking import around

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

Act = tuple[int, str, int, int]
acts = st.tuples(
    st.integers(0, 3),
    st.sampled_from(["message", "command", "item_sold", "tea_brewed"]),
    st.integers(1, 99),
    st.integers(0, 9),
)
steps = st.lists(
    st.one_of(
        st.lists(acts, max_size=8),
        st.just("roll up"),
        st.integers(0, 9),
        st.tuples(st.integers(0, 3), st.integers(0, 3)),
    )
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=steps, batch=st.integers(1, 10))
def test_reports_are_what_counting_everything_would_say(
    shared_connection: KeptConnection, steps: list[list[Act] | str | int | tuple[int, int]], batch: int
):
    """A step is a few acts of players, a rollup of a few entries, the end of some days, or a merge."""
    with pytest.raises(_Over), transaction(shared_connection.take(), now=NOON) as tx:
        refs = [make_player(tx, f"p{number}") for number in range(4)]
        ids = [stored(tx, ref).id for ref in refs]
        done = {number: Counter[str]() for number in range(4)}
        days = Counter[tuple[str, str]]()
        for step in steps:
            if isinstance(step, list):
                for who, metric, value, ago in step:
                    at = NOON - timedelta(days=ago)
                    tx.execute(
                        "INSERT INTO engagement_inbox (user_id, metric, value, recorded_at) VALUES (%s, %s, %s, %s)",
                        (ids[who], metric, value, at),
                    )
                    done[who][metric] += value
                    days[str(at.date()), metric] += value
            elif isinstance(step, str):
                _roll_up_some(tx, batch)
            elif isinstance(step, int):
                queries.close_days(tx, (NOON - timedelta(days=step)).date())
            elif step[0] != step[1]:
                move(tx, ids[step[0]], ids[step[1]])
                done[step[1]] += done[step[0]]
                done[step[0]].clear()

        for number, ref in enumerate(refs):
            breakdown = reports.breakdown(tx, ref)
            assert breakdown.by_type == dict(done[number])
            assert breakdown.score == rules.total_score(done[number], weights.by_metric)
        ranked = sorted(
            ((-rules.total_score(counts, weights.by_metric), ids[number]) for number, counts in done.items() if counts)
        )
        for limit in (1, 2, 10):
            assert [(-each.count, each.user_id) for each in reports.leaderboard(tx, limit)] == ranked[:limit]
        number = len(steps) % len(refs)
        _, found = stats_reports.rank_of(tx, refs[number], "engagement_score", "all", 1)
        assert found == around([(-score, user_id) for score, user_id in ranked if score], ids[number], 1)
        total = sum(done.values(), Counter[str]())
        assert read_board(tx).score == rules.total_score(total, weights.by_metric)
        rows = [(day, metric, n) for (day, metric), n in days.items()]
        assert reports.velocity(tx, 5) == rules.velocity(rows, weights.by_metric, 5, NOON.date())
        raise _Over


class _Over(Exception):
    """Makes `transaction` roll back."""


def _roll_up_some(tx: Tx, batch: int) -> None:
    row = queries.add_up_inbox(tx, batch).fetchone()
    assert row is not None
    queries.upsert_scores(tx, row["user_ids"])


def test_a_rollup_tells_how_much_it_moved_and_takes_no_more_than_a_batch(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rollup, "BATCH", 2)
    alice = make_player(tx)
    for _ in range(3):
        record(tx, alice, "message", 1)

    assert [roll_up(tx) for _ in range(3)] == [2, 1, 0]
    assert reports.breakdown(tx, alice).by_type == {"message": 3}


@pytest.fixture
def connections(database_url: str) -> Iterator[list[Connection]]:
    connections = [connect(database_url) for _ in range(6)]
    yield connections
    for each in connections:
        each.close()


def _at_once(connections: list[Connection], *jobs: Callable[[Connection], object]) -> None:
    with ThreadPoolExecutor(len(jobs)) as threads:
        running: list[Future[object]] = [
            threads.submit(job, conn) for job, conn in zip(jobs, connections, strict=False)
        ]
        for each in running:
            each.result(60)


def test_two_rollups_beside_writers_lose_nothing_and_count_nothing_twice(
    conn: Connection, connections: list[Connection]
):
    """With a reader beside them, who must never see less than before."""
    written = Event()
    writers = 3
    lines = 60

    def write(name: str) -> Callable[[Connection], None]:
        def writing(own: Connection) -> None:
            for _ in range(lines):
                with transaction(own) as tx:
                    record(tx, PlayerRef("twitch", name, name), "message", 1)

        return writing

    def roll(own: Connection) -> None:
        while not written.is_set():
            with transaction(own) as tx:
                roll_up(tx)

    def look(own: Connection) -> None:
        seen = 0
        while not written.is_set():
            with reading(own) as tx:
                score = read_board(tx).score
                assert score >= seen
                assert score <= writers * lines
            with reading(own) as tx:
                assert sum(each.count for each in reports.leaderboard(tx, 100)) >= score
            seen = score

    with ThreadPoolExecutor(3) as threads:
        beside = [threads.submit(job, own) for job, own in zip((roll, roll, look), connections[3:], strict=True)]
        try:
            _at_once(connections, *(write(f"p{number}") for number in range(writers)))
        finally:
            written.set()
        for each in beside:
            each.result(60)

    with transaction(conn) as tx:
        assert [each.count for each in reports.leaderboard(tx, 10)] == [lines] * writers
        roll_up(tx)
        assert [each.count for each in reports.leaderboard(tx, 10)] == [lines] * writers
        assert read_board(tx).score == writers * lines
        assert tx.execute("SELECT FROM engagement_inbox").fetchone() is None


def test_merges_and_new_weights_beside_rollups_leave_sums_that_agree(conn: Connection, connections: list[Connection]):
    rounds = 15
    with transaction(conn) as tx:
        refs = [make_player(tx, f"p{number}") for number in range(2 * rounds)]
        ids = [stored(tx, ref).id for ref in refs]
    merged = Event()

    def merge(own: Connection) -> None:
        for keeper, other in zip(ids[:rounds], ids[rounds:], strict=True):
            _patiently(own, lambda tx, keeper=keeper, other=other: move(tx, other, keeper))
        merged.set()

    def weigh(own: Connection) -> None:
        while not merged.is_set():
            _patiently(own, lambda tx: replace_weights(tx, {}))
            _patiently(own, lambda tx: replace_weights(tx, weights.by_metric))

    def roll(own: Connection) -> None:
        while not merged.is_set():
            _patiently(own, roll_up)

    with transaction(conn) as tx:
        for ref in refs:
            record(tx, ref, "item_sold", 2)

    _at_once(connections, merge, weigh, roll, roll)

    with transaction(conn) as tx:
        replace_weights(tx, weights.by_metric)
        assert [(each.user_id, each.count) for each in reports.leaderboard(tx, 100)] == [
            (keeper, 200) for keeper in sorted(ids[:rounds])
        ]
        roll_up(tx)
        rows = tx.execute("SELECT user_id, score FROM engagement_scores ORDER BY user_id").fetchall()
        assert [(row["user_id"], row["score"]) for row in rows] == [(keeper, 200) for keeper in sorted(ids[:rounds])]


def _patiently(conn: Connection, act: Callable[[Tx], object]) -> None:
    for _ in range(5):
        try:
            with transaction(conn) as tx:
                act(tx)
            return
        except TryAgain:
            continue
    raise AssertionError("never got through")
