"""Answers requests to the outside: LLM prompts and mails.

A message only names a request. The inner function of its product, the desk, says whether there is something to do, and
stores what came of it.
"""

from __future__ import annotations

from doors.start import ready  # first: see there

import json
import logging
import math
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from msgspec.structs import asdict

from doors.aws import client
from doors.invoking import InvocationFailed, invoke
from doors.llm import service as llm
from doors.mails import service as mails
from doors.originals import is_original
from functions.shared.outside.settings import settings
from kernel.backoff import jittered_pauses
from kernel.outside.prompts import Mail, Prompt, Task, task_from_json

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

ATTEMPT_SECONDS: Final = 40.0
"""For a task, with the provider's own retries: less than a lease lasts."""
STORE_SECONDS: Final = 15.0
"""How long storing a reply is tried: what was paid for shall not be lost because the database restarts."""
MAX_DELAY_SECONDS: Final = 900
"""What a queue can do."""

_pool = ThreadPoolExecutor(20, "outside")
"""In AWS, an environment has one batch at a time; here, all that the queue allows."""

ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer the requests of a batch side by side, because they mostly wait.

    Returns:
        The partial-batch answer.
    """
    records = event["Records"]
    failed = list(_pool.map(lambda record: _fails(record, context), records))
    return {
        "batchItemFailures": [
            {"itemIdentifier": record["messageId"]} for record, fails in zip(records, failed, strict=True) if fails
        ]
    }


def _fails(record: Mapping[str, Any], context: Any) -> bool:
    try:
        body = json.loads(record["body"])
        if "detail" not in body:
            answer(body, context)  # our own, tried again
        elif is_original(body):
            answer(body["detail"]["payload"], context)
    except Exception:
        # No error yet, which would raise the alarm: the dead letters do, if it fails each time.
        log.warning("a request comes again", exc_info=True, extra={"message_id": record["messageId"]})
        return True
    return False


def answer(sent: Mapping[str, Any], context: Any) -> None:
    """Answer a request, and those that follow it as long as there is time.

    Args:
        sent: the request's kind and request_id.

    Raises:
        InvocationFailed: the desk does not answer. A lease that it has given expires.
        LookupError: there is no desk for this kind.
    """
    desk = settings.desk_of(sent["kind"])
    outcome = invoke(desk, {"op": "claim", "request_id": sent["request_id"]})
    while "task" in outcome:
        done = _attempt(desk, outcome, context)
        outcome = done.get("next", done)
    _retry_later(outcome, sent)


def _attempt(desk: str, claimed: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Do what a request asks for, once; return what the desk says to the outcome."""
    request, task = claimed["request"], task_from_json(claimed["task"])
    operation = task.operation if isinstance(task, Prompt) else ""
    which = {"request_id": request["request_id"], "claim_id": request["claim_id"], "operation": operation}
    seconds = min(ATTEMPT_SECONDS, _seconds_left(context) - STORE_SECONDS)
    if isinstance(task, Prompt) and task.seconds is not None:
        seconds = min(seconds, task.seconds)
    try:
        reply, effort = _run(task, seconds)
    except llm.Failure as failure:
        outcome = {"reason": str(failure), "retryable": failure.error.retryable, "effort": asdict(failure.effort)}
        return _store(desk, {"op": "fail", **which, **outcome})
    return _store(
        desk,
        {
            "op": "finish",
            **which,
            "reply": asdict(reply),
            "effort": asdict(effort),
            "regenerated": request["regenerated"],
            "hand_over": _seconds_left(context) > ATTEMPT_SECONDS + 2 * STORE_SECONDS,
        },
    )


def _run(task: Task, seconds: float) -> Any:
    return mails.send(task) if isinstance(task, Mail) else llm.complete(task, seconds)


def _store(desk: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    """Tell the desk what came of a task. It may be told twice: the second time changes nothing.

    Raises:
        InvocationFailed: in spite of several attempts.
    """
    ends_at = time.monotonic() + STORE_SECONDS
    pauses = jittered_pauses(0.5, 4)
    while True:
        try:
            return invoke(desk, operation)
        except InvocationFailed as error:
            pause = next(pauses)
            if time.monotonic() + pause > ends_at:
                raise
            log.warning("the desk is told again: %s", error)
            time.sleep(pause)


def _retry_later(outcome: Mapping[str, Any], sent: Mapping[str, Any]) -> None:
    """Send the message of a request that is to be tried again. If it gets lost, the clock sends another one.

    Args:
        sent: names the request if the outcome does not: too many were in work to claim one.
    """
    if "retry_after" not in outcome:
        return
    queue: Any = client("sqs")
    request = outcome.get("request", sent)
    queue.send_message(
        QueueUrl=settings.queue_url,
        MessageBody=json.dumps({"kind": request["kind"], "request_id": request["request_id"]}),
        DelaySeconds=min(math.ceil(outcome["retry_after"]), MAX_DELAY_SECONDS),
    )


def _seconds_left(context: Any) -> float:
    return context.get_remaining_time_in_millis() / 1000
