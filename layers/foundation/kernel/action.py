"""The envelope around every action and every reading: a transaction, its retries, its stored answer, its log line.

Every door hands its use case to one of these functions and opens no transaction of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from time import monotonic, perf_counter
from typing import TypeVar

import psycopg
from msgspec import Struct

from kernel import connections, log_fields, metrics
from kernel.database import Connection, Tx, reading, transaction
from kernel.errors import DomainError, NoFreeConnection, OutcomeUnknown, TryAgain
from kernel.idempotency import Answer, IdempotencyKey, Replay, replay_if_answered, replaying_refusals, store_answer
from kernel.switches import service as switches
from kernel.switches.models import FREEZE

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

TRIES = 5

T = TypeVar("T")
UseCase = Callable[[Tx], T]


class Budget(Struct, frozen=True):
    """The time that an action may take.

    Within half the budget, we wait for a free connection; within the whole, we retry an action with an idempotency key
    whose connection broke during COMMIT. Without a budget, the login's patience holds for the former, and the latter
    fails at once.

    Attributes:
        statement_seconds: the limit for a single statement.
        connects_until: in time.monotonic(); how long to wait for a connection.
        ends_at: in time.monotonic(); no attempt begins after it.
    """

    statement_seconds: int
    connects_until: float
    ends_at: float

    @classmethod
    def of(cls, seconds: int) -> Budget:
        """Return a budget that starts now; the limit holds for each statement and for all attempts together."""
        now = monotonic()
        return cls(seconds, now + seconds / 2, now + seconds)

    def is_spent(self) -> bool:
        return monotonic() > self.ends_at


def run_action(use_case: UseCase[T], *, name: str = "", budget: Budget | None = None, while_frozen: bool = False) -> T:
    """Run a use case in a transaction of its own, and retry it when the database asks for that.

    Args:
        name: for the action's log line. Empty when the door writes its own line with `log_fields`, or none is wanted.
        while_frozen: also while the game is frozen: an administrator's action, one that finishes what began before, or
            one that belongs to a look.

    Raises:
        DomainError: the use case refused; nothing was saved.
        TryAgain: every attempt failed; nothing was saved. NoFreeConnection: there was not even a connection for one.
        psycopg.OperationalError: the database cannot be reached, took too long, or was lost during COMMIT.
    """
    return _run(partial(_run_in_transaction, _obedient(use_case, while_frozen), budget), name, budget)


def run_once(
    use_case: UseCase[Answer],
    key: IdempotencyKey | None,
    *,
    name: str = "",
    budget: Budget | None = None,
    while_frozen: bool = False,
) -> Answer:
    """Run a use case and store its answer under a key in the same transaction; a retry gets the first answer.

    Args:
        key: None when the caller sent none; this is then the same as `run_action`.
        while_frozen: as in `run_action`.

    Raises:
        OutcomeUnknown: the connection broke during COMMIT, and the budget ended before we could check the result.
        DomainError, TryAgain, psycopg.OperationalError: as `run_action`. A request that was answered before is
            never refused. IdempotencyMismatch: the key was used for another request.
    """
    if key is None:
        return run_action(use_case, name=name, budget=budget, while_frozen=while_frozen)
    attempt = partial(_run_once_in_transaction, _obedient(use_case, while_frozen), key, budget)
    return _run(attempt, name, budget, can_be_looked_up=True)


def look(use_case: UseCase[T], *, name: str = "", budget: Budget | None = None) -> T:
    """Run a use case that writes nothing: a single query is a single round trip.

    Raises:
        DomainError, TryAgain, psycopg.OperationalError: as `run_action`.
    """
    if metrics.flush_is_due():
        return run_action(use_case, name=name, budget=budget, while_frozen=True)
    return _run(partial(_run_reading, use_case), name, budget)


def run_in_parts(use_case: UseCase[int], *, name: str, at_least: int = 1) -> int:
    """Run a use case until it returns less than `at_least`, each part in a transaction of its own.

    Returns:
        The sum of what the parts returned.
    """
    total = 0
    while True:
        count = run_action(use_case, name=name)
        total += count
        if count < at_least:
            return total


def _obedient(use_case: UseCase[T], while_frozen: bool) -> UseCase[T]:
    """Return the use case as one that is refused while the game is frozen, unless it goes on then."""
    if while_frozen:
        return use_case

    def run(tx: Tx) -> T:
        switches.require_on(tx, FREEZE)
        return use_case(tx)

    return run


def _run(attempt: Callable[[Connection], T], name: str, budget: Budget | None, *, can_be_looked_up: bool = False) -> T:
    started = perf_counter()
    outcome = "bug"
    try:
        result = _run_repeatedly(attempt, budget, can_be_looked_up)
        outcome = "replayed" if isinstance(result, Answer) and result.replayed else "done"
    except DomainError as error:
        outcome = error.code
        raise
    except (TryAgain, OutcomeUnknown, psycopg.OperationalError):
        outcome = "unavailable"
        raise
    finally:
        log_fields.set_outcome(outcome)
        connections.leave_if_crowded()
        if name:
            _log(name, perf_counter() - started)
    return result


def _run_repeatedly(attempt: Callable[[Connection], T], budget: Budget | None, can_be_looked_up: bool) -> T:
    unknown = False
    last_error: Exception | None = None
    failures = 0
    while failures < TRIES:
        try:
            conn = _connection(budget)
        except (NoFreeConnection, psycopg.OperationalError) as error:
            if unknown:
                raise OutcomeUnknown from error
            raise
        try:
            return attempt(conn)
        except psycopg.OperationalError as error:
            if budget is None or not (conn.closed and can_be_looked_up):
                raise
            # The next attempt finds out whether the answer was stored. If so, the action is not repeated.
            log.warning("database lost", extra={"error": str(error)})
            unknown = True
            last_error = error
            failures += 1
        except TryAgain as error:
            last_error = error
            # A connection that died while the environment was frozen says nothing about the action.
            if connections.is_new() or not conn.closed:
                failures += 1
        if budget is not None and budget.is_spent():
            break
    raise (OutcomeUnknown if unknown else TryAgain) from last_error


def _connection(budget: Budget | None) -> Connection:
    if budget is None:
        return connections.connection()
    return connections.connection(budget.statement_seconds, ends_at=budget.connects_until)


def _run_in_transaction(use_case: UseCase[T], budget: Budget | None, conn: Connection) -> T:
    with transaction(conn) as tx:
        _limit_statements(tx, conn, budget)
        result = _run_use_case(use_case, tx)
        metrics.flush_if_due(tx)
    metrics.add(tx.counts)
    return result


def _run_once_in_transaction(
    use_case: UseCase[Answer], key: IdempotencyKey, budget: Budget | None, conn: Connection
) -> Answer:
    try:
        with transaction(conn) as tx:
            _limit_statements(tx, conn, budget)
            with replaying_refusals(tx, key) as earlier:
                answer = _run_use_case(use_case, tx)
                replay_if_answered(earlier, key)
            store_answer(tx, key, answer)
            metrics.flush_if_due(tx)
        metrics.add(tx.counts)
    except Replay as replay:
        return replay.answer
    return answer


def _run_reading(use_case: UseCase[T], conn: Connection) -> T:
    with reading(conn) as tx:
        result = _run_use_case(use_case, tx)
    metrics.add(tx.counts)
    return result


def _run_use_case(use_case: UseCase[T], tx: Tx) -> T:
    try:
        with connections.leaving_a_crowd(tx), switches.obeyed():
            return use_case(tx)
    finally:
        log_fields.set_user(tx.about)


def _limit_statements(tx: Tx, conn: Connection, budget: Budget | None) -> None:
    """Set the budget's statement timeout if the connection does not have it, as behind a proxy."""
    if budget is not None and budget.statement_seconds != conn.statement_seconds:
        tx.execute("SELECT set_config('statement_timeout', %s, true)", (f"{budget.statement_seconds}s",))


def _log(name: str, seconds: float) -> None:
    fields = log_fields.take()
    log.info(
        "action",
        extra={
            "action": name,
            "request_id": fields.request_id or None,
            "user_id": fields.user_id and str(fields.user_id),
            "outcome": fields.outcome,
            "duration_ms": round(seconds * 1000, 3),
        },
    )
