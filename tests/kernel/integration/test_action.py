"""The envelope around an action: repeated where it may be, answered once, and never silent about the outcome."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from threading import Barrier
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from msgspec.structs import replace

from kernel import action, connections, log_fields, metrics
from kernel.action import Budget, look, run_action, run_in_parts, run_once
from kernel.database import Connection, Tx, connect
from kernel.errors import OutcomeUnknown, Refused, TryAgain
from kernel.idempotency import Answer, IdempotencyKey, IdempotencyMismatch
from tests.support.lost_commits import connect_losing_commits
from tests.support.round_trips import counted

KEY = IdempotencyKey("bot", "/a/path", "k1")


class No(Refused):
    code = "no"
    message = "No."


@pytest.fixture(autouse=True)
def environment(conn: Connection, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """The connection of this thread; others open their own, to the same database."""
    monkeypatch.setattr(connections, "_open", lambda *_: connect(database_url))
    monkeypatch.setattr(connections._environment, "connection", conn, raising=False)
    log_fields.take()
    yield conn
    connections.close()


def rows(conn: Connection) -> int:
    row = conn.execute("SELECT count(*) AS n FROM timeouts").fetchone()
    assert row is not None
    return row["n"]


def write(tx: Tx) -> Answer:
    tx.execute("INSERT INTO timeouts VALUES ('twitch', %s, now())", (str(uuid4()),))
    return Answer(201, '{"done": true}')


def busy(times: int, then: Callable[[Tx], Any] = write) -> tuple[Callable[[Tx], Any], list[int]]:
    """A use case that must be repeated so often before it does something."""
    tried: list[int] = []

    def use_case(tx: Tx) -> Any:
        tried.append(1)
        if len(tried) <= times:
            raise TryAgain
        return then(tx)

    return use_case, tried


def test_an_action_is_repeated_until_it_is_saved(conn: Connection):
    use_case, tried = busy(4)

    assert run_action(use_case) == Answer(201, '{"done": true}')

    assert (len(tried), rows(conn)) == (5, 1)


def test_after_five_tries_it_is_given_up(conn: Connection):
    use_case, tried = busy(5)

    with pytest.raises(TryAgain):
        run_action(use_case)

    assert (len(tried), rows(conn)) == (5, 0)


def test_a_look_is_repeated_too():
    use_case, tried = busy(1, then=lambda tx: tx.execute("SELECT 1 AS one").fetchone())

    assert look(use_case) == {"one": 1}
    assert len(tried) == 2


def ask_and_write(tx: Tx) -> Answer:
    tx.execute("SELECT 1").fetchone()
    return write(tx)


def test_an_action_takes_two_round_trips_with_its_stored_answer_and_a_look_takes_one(
    database_url: str, monkeypatch: pytest.MonkeyPatch
):
    with counted(database_url) as (conn, wire):
        monkeypatch.setattr(connections._environment, "connection", conn)
        begun = wire.round_trips()
        run_once(ask_and_write, KEY)
        acted = wire.round_trips()
        look(lambda tx: tx.execute("SELECT 1").fetchone())
        looked = wire.round_trips()

    assert (acted - begun, looked - acted) == (2, 1)


def test_a_retry_gets_the_first_answer_and_does_nothing(conn: Connection):
    first = run_once(write, KEY)
    second = run_once(lambda tx: Answer(200, f"{write(tx)}"), KEY)

    assert first == Answer(201, '{"done": true}')
    assert second == Answer(201, '{"done": true}', replayed=True)
    assert rows(conn) == 1


def test_another_caller_path_or_key_is_another_request(conn: Connection):
    for key in (KEY, IdempotencyKey("b", "/a/path", "k1"), IdempotencyKey("bot", "/b", "k1"), None, None):
        assert not run_once(write, key).replayed

    assert rows(conn) == 5


def test_a_retry_is_not_refused_for_what_the_first_try_has_done(conn: Connection):
    def once(tx: Tx) -> Answer:
        if tx.execute("SELECT FROM timeouts").fetchone() is not None:
            raise No
        return write(tx)

    run_once(once, KEY)

    assert run_once(once, KEY).replayed
    with pytest.raises(No):
        run_once(once, IdempotencyKey("bot", "/a/path", "k2"))
    assert rows(conn) == 1


def test_another_request_with_the_key_is_refused_whether_it_could_be_done_or_not(conn: Connection):
    one, other = (replace(KEY, request_hash=each) for each in (b"one", b"other"))
    run_once(write, one)

    def refuse(tx: Tx) -> Answer:
        raise No

    for use_case in (write, refuse):
        with pytest.raises(IdempotencyMismatch):
            run_once(use_case, other)
    assert run_once(write, one).replayed
    assert run_once(write, KEY).replayed  # a key for whatever is sent with it
    assert rows(conn) == 1


def test_a_refusal_is_not_stored(conn: Connection):
    def refuse(tx: Tx) -> Answer:
        write(tx)
        raise No

    with pytest.raises(No):
        run_once(refuse, KEY)

    assert not run_once(write, KEY).replayed
    assert rows(conn) == 1


@pytest.mark.parametrize(("other", "outcome"), [(b"one", "replayed"), (b"other", "refused")])
def test_two_tries_at_once_act_once(conn: Connection, other: bytes, outcome: str):
    together = Barrier(2)
    met: list[int] = []

    def use_case(tx: Tx) -> Answer:
        tx.execute("SELECT 1").fetchone()
        if len(met) < 2:
            met.append(1)
            together.wait(10)
        return write(tx)

    def attempt(request_hash: bytes) -> str:
        try:
            answer = run_once(use_case, replace(KEY, request_hash=request_hash))
        except IdempotencyMismatch:
            return "refused"
        finally:
            connections.close()
        return "replayed" if answer.replayed else "done"

    with ThreadPoolExecutor(2) as both:
        outcomes = list(both.map(attempt, [b"one", other], timeout=20))

    assert sorted(outcomes) == sorted(["done", outcome])
    assert rows(conn) == 1


def test_a_connection_that_died_is_replaced(environment: Connection, database_url: str):
    with closing(connect(database_url)) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (environment.info.backend_pid,))

        run_action(ask_and_write)

        assert environment.closed
        assert rows(other) == 1


def test_a_spent_budget_ends_the_repetition(monkeypatch: pytest.MonkeyPatch):
    seconds = iter([0.0, 1.5, 2.5])
    monkeypatch.setattr(action, "monotonic", lambda: next(seconds))
    use_case, tried = busy(5)

    with pytest.raises(TryAgain):
        run_action(use_case, budget=Budget.of(2))

    assert len(tried) == 2


def test_a_budget_limits_each_statement_as_well(conn: Connection):
    with pytest.raises(psycopg.errors.QueryCanceled):
        run_action(lambda tx: tx.execute("SELECT pg_sleep(5)").fetchone(), budget=Budget.of(1))

    assert conn.execute("SHOW statement_timeout").fetchone() == {"statement_timeout": "10s"}


@pytest.mark.parametrize("seconds", [None, 60], ids=["without budget", "with budget"])
def test_a_database_that_is_away_is_waited_for(database_url: str, monkeypatch: pytest.MonkeyPatch, seconds: int | None):
    refusals = iter([psycopg.OperationalError("refused")] * 3)
    monkeypatch.setattr(connections, "FIRST_PAUSE", 0.001)

    def open_late(*_: Any) -> Connection:
        for refusal in refusals:
            raise refusal
        return connect(database_url)

    connections.close()
    monkeypatch.setattr(connections, "_open", open_late)

    assert run_action(write, budget=Budget.of(seconds) if seconds else None) == Answer(201, '{"done": true}')


@pytest.mark.parametrize("arrives", [True, False], ids=["it was saved", "it was not saved"])
def test_a_commit_that_is_lost_is_looked_up_where_there_are_a_key_and_a_budget(
    conn: Connection, database_url: str, monkeypatch: pytest.MonkeyPatch, arrives: bool
):
    monkeypatch.setattr(connections._environment, "connection", connect_losing_commits(database_url, arrives=arrives))

    answer = run_once(write, KEY, budget=Budget.of(20))

    assert answer.replayed == arrives
    assert rows(conn) == 1


def test_a_commit_that_is_lost_for_good_is_said_to_be_unknown(database_url: str, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: Any) -> Connection:
        raise psycopg.OperationalError("refused")

    monkeypatch.setattr(connections._environment, "connection", connect_losing_commits(database_url, arrives=True))
    monkeypatch.setattr(connections, "_open", refuse)

    with pytest.raises(OutcomeUnknown):
        run_once(write, KEY, budget=Budget.of(1))


@pytest.mark.parametrize("run", [run_action, lambda use_case: run_once(use_case, KEY)], ids=["without key", "with key"])
def test_without_a_budget_a_lost_commit_is_the_callers_to_repeat(
    conn: Connection, database_url: str, monkeypatch: pytest.MonkeyPatch, run: Callable[[Callable[[Tx], Answer]], Any]
):
    monkeypatch.setattr(connections._environment, "connection", connect_losing_commits(database_url, arrives=True))

    with pytest.raises(psycopg.OperationalError):
        run(write)

    assert rows(conn) == 1


def test_parts_are_saved_one_by_one_until_little_is_left(conn: Connection):
    counts = iter([3, 2, 1, 9])

    def part(tx: Tx) -> int:
        write(tx)
        return next(counts)

    assert run_in_parts(part, name="sweep", at_least=2) == 6
    assert rows(conn) == 3


def test_requests_are_counted_along_with_an_action_or_a_look(conn: Connection, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(metrics, "FLUSH_EVERY", 0.0)
    for run in (run_action, look, lambda use_case: run_once(use_case, KEY)):
        monkeypatch.setattr(metrics._environment, "sums", {})
        metrics.count_request("GET", "/a/path", 200, 0.1)
        run(lambda tx: Answer(200, "{}"))

    row = conn.execute("SELECT count FROM request_counters").fetchone()
    assert row == {"count": 3}


def test_the_time_of_the_database_makes_no_look_an_action(conn: Connection, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(metrics, "FLUSH_EVERY", 0.0)
    monkeypatch.setattr(metrics._environment, "sums", {})

    look(lambda tx: tx.execute("SELECT 1").fetchall())
    look(lambda tx: tx.execute("SELECT 1").fetchall())

    assert conn.execute("SELECT FROM business_counters").fetchone() is None


def _raise(error: Exception) -> Callable[[Tx], Answer]:
    def use_case(tx: Tx) -> Answer:
        raise error

    return use_case


@pytest.mark.parametrize(
    ("use_case", "outcome"),
    [
        (write, "done"),
        (_raise(No()), "no"),
        (_raise(TryAgain()), "unavailable"),
        (_raise(psycopg.OperationalError()), "unavailable"),
        (_raise(KeyError()), "bug"),
    ],
)
def test_the_outcome_is_kept_for_the_log_line_of_the_door(use_case: Callable[[Tx], Answer], outcome: str):
    with suppress(No, TryAgain, psycopg.OperationalError, KeyError):
        run_once(use_case, KEY)

    assert log_fields.take().outcome == outcome


def test_a_replay_is_an_outcome_of_its_own():
    run_once(write, KEY)
    run_once(write, KEY)

    assert log_fields.take().outcome == "replayed"


def test_a_named_action_writes_its_own_line(caplog: pytest.LogCaptureFixture):
    player = uuid4()

    def about_somebody(tx: Tx) -> None:
        tx.about = player
        raise No

    with caplog.at_level(logging.INFO, "brandish"), pytest.raises(No):
        run_action(about_somebody, name="sweep")

    (line,) = caplog.records
    assert line.getMessage() == "action"
    told: dict[str, Any] = line.__dict__
    assert (told["action"], told["user_id"], told["outcome"]) == ("sweep", str(player), "no")
    assert 0 < told["duration_ms"] < 10_000
    assert log_fields.take() == log_fields.LogFields()


def test_an_action_without_a_name_leaves_the_line_to_its_door(caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO, "brandish"):
        run_action(write)

    assert not caplog.records
