"""Answering requests to the outside without processes and messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from kernel.database import Connection, Tx, transaction
from kernel.outside import desk, queries
from kernel.outside.desk import AttemptOutcome
from kernel.outside.models import Effort, Kind, Prompt, ProviderFailed, Reply, Task

Provider = Callable[[Any], Reply]

MOST_ROUNDS = 1000


def offline(task: Task) -> Reply:
    """Answer as the offline provider does."""
    return Reply(getattr(task, "offline", ""), input_tokens=10, output_tokens=5)


def run_due(
    where: Connection | Tx, kinds: Iterable[Kind], provider: Provider = offline, *, now: datetime | None = None
) -> list[AttemptOutcome]:
    """Claim and answer what is due until nothing is.

    Args:
        where: a connection, on which each step commits, or a test's transaction.
        provider: answers a task, or raises ProviderFailed.
        now: the time of all of it; by default the current time, or the transaction's.

    Returns:
        What became of each request, in order: completed, failed_retrying or failed_permanently.
    """
    known = {kind.name: kind for kind in kinds}
    ended: list[AttemptOutcome] = []
    for _ in range(MOST_ROUNDS):
        with _step(where, now) as tx:
            due = [row["request_id"] for row in queries.list_due(tx).fetchall()]
        if not due:
            return ended
        for request_id in due:
            with _step(where, now) as tx:
                outcome = desk.claim(tx, known, request_id)
            while outcome.status == "started":
                outcome = _attempt(where, known, provider, outcome, now)
            if outcome.status:
                ended.append(outcome)
    raise AssertionError("requests keep coming")


def _attempt(
    where: Connection | Tx, kinds: dict[str, Kind], provider: Provider, claimed: AttemptOutcome, now: datetime | None
) -> AttemptOutcome:
    request, task = claimed.request, claimed.task
    assert request is not None
    compute = kinds[request.kind].compute
    operation = task.operation if isinstance(task, Prompt) else ""
    try:
        reply = compute(task) if compute else provider(task)
    except ProviderFailed as error:
        with _step(where, now) as tx:
            return desk.fail(
                tx,
                kinds,
                request.request_id,
                request.claim_id,
                str(error),
                retryable=error.retryable,
                operation=operation,
                effort=Effort(provider="test"),
            )
    with _step(where, now) as tx:
        return desk.finish(
            tx,
            kinds,
            request.request_id,
            request.claim_id,
            reply,
            operation=operation,
            effort=None if compute else Effort(provider=reply.provider),
            regenerated=request.regenerated,
        )


@contextmanager
def _step(where: Connection | Tx, now: datetime | None) -> Iterator[Tx]:
    if not isinstance(where, Tx):
        with transaction(where, now=now) as tx:
            yield tx
        return
    before = where.now
    where.now = now or before
    try:
        yield where
    finally:
        where.now = before
