"""The inner function that outer functions invoke for a product: it claims requests and stores what came of them.

It also runs work, which needs no answer from outside, when a queue or a rule feeds it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from time import monotonic
from typing import Any
from uuid import UUID

import psycopg

from doors.originals import is_original
from kernel import log_fields
from kernel.action import run_action
from kernel.database import Tx
from kernel.errors import OutcomeUnknown, Suspended, TryAgain
from kernel.outside import desk
from kernel.outside.desk import AttemptOutcome
from kernel.outside.models import Effort, Kind, Reply
from kernel.outside.prompts import task_as_json
from kernel.outside.queries import Named

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

Handler = Callable[[dict[str, Any], Any], Any]

BUG = "something went wrong on our side"
"""The reason of an attempt that a bug has ended. The log says more."""

GOES_ON = 10.0
"""Seconds for which a function takes up work that has waited: the message of each was lost while too many were busy."""

_UNAVAILABLE = (psycopg.OperationalError, TryAgain, OutcomeUnknown)


def create_handler(kinds: Iterable[Kind], http: Handler | None = None, *, most_at_once: int | None = None) -> Handler:
    """Return the Lambda handler.

    Args:
        most_at_once: requests of these kinds that may be in work at the same time; None for no limit.
        http: the handler of the HTTP group whose routes consult the outside (`doors.consulting`).
    """
    known = {kind.name: kind for kind in kinds}

    def handler(event: dict[str, Any], context: Any) -> Any:
        """Run an operation: claim, finish, fail or consult; or work, from a queue or right from the bus."""
        try:
            return run(event, context)
        finally:
            log_fields.take()  # the id of the call that asked for it says nothing about the next event

    def run(event: dict[str, Any], context: Any) -> Any:
        if "Records" in event:
            return _run_work(known, event["Records"], most_at_once)
        if "detail" in event:
            payload = event["detail"]["payload"]
            return _work(known, payload["request_id"], most_at_once) if is_original(event) else None
        match event["op"]:
            case "claim":
                return _as_json(_claim(known, event["request_id"], most_at_once))
            case "finish":
                return _finish(known, event, most_at_once)
            case "fail":
                return _as_json(_fail(known, event))
            case "consult" if http is not None:
                return http(event["event"], context)
            case other:
                raise ValueError(f"this desk has no operation {other!r}")

    return handler


def _claim(kinds: desk.Kinds, which: Named, most_at_once: int | None = None) -> AttemptOutcome:
    chosen: list[int] = []  # the last one counts: a transaction may be repeated

    def run(tx: Tx) -> AttemptOutcome:
        return desk.claim(tx, kinds, which, chosen.append, most_at_once=most_at_once)

    def postpone(tx: Tx) -> AttemptOutcome:
        return desk.postpone(tx, kinds, BUG, chosen[-1])

    def abandon(tx: Tx) -> AttemptOutcome:
        return desk.abandon(tx, kinds, BUG, chosen[-1])

    try:
        return _logged(_first_possible(run, postpone, abandon, while_frozen=False))
    except Suspended:
        return desk.NOTHING  # it waits as before, and the clock sends its message again


def _finish(kinds: desk.Kinds, event: Mapping[str, Any], most_at_once: int | None) -> dict[str, Any]:
    outcome = _store(
        kinds,
        event,
        Reply(**event["reply"]),
        operation=event["operation"],
        effort=Effort(**event["effort"]),
        regenerated=event["regenerated"],
    )
    answer = _as_json(outcome)
    if outcome.next_key is not None and event["hand_over"]:
        try:
            answer["next"] = _as_json(_claim(kinds, outcome.next_key, most_at_once))
        except _UNAVAILABLE as error:  # its message comes all the same
            log.warning("a request could not be handed over: %s", error)
    return answer


def _store(kinds: desk.Kinds, event: Mapping[str, Any], reply: Any, **about: Any) -> AttemptOutcome:
    which = event["request_id"], UUID(event["claim_id"])

    def run(tx: Tx) -> AttemptOutcome:
        return desk.finish(tx, kinds, *which, reply, **about)

    def fail(tx: Tx) -> AttemptOutcome:
        return desk.fail(tx, kinds, *which, BUG, retryable=True)

    def abandon(tx: Tx) -> AttemptOutcome:
        return desk.abandon(tx, kinds, BUG, which[0])

    return _logged(_first_possible(run, fail, abandon))


def _fail(kinds: desk.Kinds, event: Mapping[str, Any]) -> AttemptOutcome:
    which = event["request_id"], UUID(event["claim_id"])
    effort = Effort(**event["effort"])

    def run(tx: Tx) -> AttemptOutcome:
        return desk.fail(
            tx,
            kinds,
            *which,
            event["reason"],
            retryable=event["retryable"],
            operation=event["operation"],
            effort=effort,
        )

    def abandon(tx: Tx) -> AttemptOutcome:
        return desk.abandon(tx, kinds, BUG, which[0])

    return _logged(_first_possible(run, abandon))


def _first_possible(*steps: Callable[[Tx], AttemptOutcome], while_frozen: bool = True) -> AttemptOutcome:
    """Run the first of several steps that no bug ends: what should happen, then only counting the attempt, and so on.

    Args:
        while_frozen: False for what begins an attempt; one that has begun ends in any case.

    Raises:
        psycopg.OperationalError, TryAgain, OutcomeUnknown: the database is away, which is no bug.
        Suspended: an administrator does not want it now.
    """
    for step in steps[:-1]:
        try:
            return run_action(step, while_frozen=while_frozen)
        except (*_UNAVAILABLE, Suspended):
            raise
        except Exception:
            log.exception("a request failed")
    return run_action(steps[-1], while_frozen=while_frozen)


def _run_work(kinds: desk.Kinds, records: Iterable[Mapping[str, Any]], most_at_once: int | None) -> dict[str, Any]:
    """Do one piece of work per message. A message that finds nothing to claim is done."""
    failures: list[dict[str, str]] = []
    for record in records:
        try:
            delivered = json.loads(record["body"])
            if is_original(delivered):
                _work(kinds, delivered["detail"]["payload"]["request_id"], most_at_once)
        except Exception:
            log.warning("work comes again", exc_info=True, extra={"message_id": record["messageId"]})
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def _work(kinds: desk.Kinds, request_id: int, most_at_once: int | None) -> None:
    """Do a piece of work; where few may be in work at the same time, also what has waited for its end."""
    began = monotonic()
    while _work_once(kinds, request_id, most_at_once):
        if most_at_once is None or monotonic() - began >= GOES_ON:
            return


def _work_once(kinds: desk.Kinds, request_id: int, most_at_once: int | None) -> bool:
    """Return whether there was something to do, and the function is free for more."""
    claimed = _claim(kinds, request_id, most_at_once)
    if claimed.status != "started" or claimed.request is None:
        return bool(claimed.status)
    request = claimed.request
    compute = kinds[request.kind].compute
    assert compute is not None, f"{request.kind} is no work"
    which = {"request_id": request.request_id, "claim_id": str(request.claim_id)}
    try:
        result = compute(claimed.task)
    except Exception:
        log.exception("work failed")
        failed = {"reason": BUG, "retryable": True, "operation": "", "effort": {}}
        _fail(kinds, {**which, **failed})
        return False
    _store(kinds, which, result)
    return True


def _logged(outcome: AttemptOutcome) -> AttemptOutcome:
    request = outcome.request
    if request is not None and outcome.status:
        log.info(
            f"job_{outcome.status}",
            extra={
                "job_id": request.request_id,
                "kind": request.kind,
                "attempts": request.attempts,
                "trace_id": request.trace_id,
                "reason": outcome.reason or None,
                "failed": int(outcome.status == "failed_permanently"),  # for an alarm, which can average numbers only
            },
        )
    return outcome


def _as_json(outcome: AttemptOutcome) -> dict[str, Any]:
    answer: dict[str, Any] = {"status": outcome.status}
    if outcome.request is not None:
        answer["request"] = {
            "request_id": outcome.request.request_id,
            "claim_id": str(outcome.request.claim_id),
            "kind": outcome.request.kind,
            "regenerated": outcome.request.regenerated,
        }
    if outcome.task is not None:
        answer["task"] = task_as_json(outcome.task)
    if outcome.retry_after is not None:
        answer["retry_after"] = outcome.retry_after.total_seconds()
    return answer
