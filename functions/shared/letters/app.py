"""/api/v1/admin/letters: the outer door to the dead letters, some of which are in queues of AWS.

It knows neither callers nor rules: the inner function that it invokes does (`functions.community.admin`). That one
checks the request and answers with what is to be done in the queues; told what came of it, it answers the caller.
"""

from __future__ import annotations

from doors.start import ready  # first: see there

import json
import logging
from time import monotonic
from typing import Any

from doors.answers import headers_of, unavailable_answer
from doors.invoking import InvocationFailed, invoke
from functions.shared.letters import queues
from functions.shared.letters.settings import settings

Event = dict[str, Any]
Answer = dict[str, Any]

PREPARED = "x-letters"
"""The header of an answer that is not the caller's: what is to be done in the queues."""

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

ready()


def handler(event: Event, context: Any) -> Answer:
    """Answer a request of API Gateway."""
    from botocore.exceptions import BotoCoreError, ClientError

    started = monotonic()
    try:
        answer = _step(event, {"step": "prepare"})
        plan = headers_of(answer).get(PREPARED)
        if plan is None:
            return answer
        done = queues.carry_out(json.loads(plan))
        return _step(event, {"step": "finish", "done": done, "seconds": monotonic() - started})
    except (InvocationFailed, BotoCoreError, ClientError) as error:
        log.error("the dead letters cannot be reached: %s", error)
        return unavailable_answer(event)


def _step(event: Event, step: dict[str, Any]) -> Answer:
    return invoke(settings.admin_function, {**event, "consultation": step})
