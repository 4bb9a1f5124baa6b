"""The outer HTTP door for requests that an LLM answers while a person waits.

It knows neither routes nor people: the inner function that it invokes does (`doors.consulting`).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any, Final

from msgspec.structs import asdict

from doors.answers import SECURITY_HEADERS, unavailable_answer
from doors.invoking import InvocationFailed, invoke
from doors.llm import service as llm
from kernel.outside.prompts import Prompt

TOTAL_SECONDS: Final = 15.0
PROVIDER_SECONDS: Final = 11.0
"""For the provider, with its retries."""
FINISH_SECONDS: Final = 2.0
"""What is left for the inner function's last step and the way back."""
MAX_ROUNDS: Final = 2
SIDE_BY_SIDE: Final = 4

Event = dict[str, Any]
Answer = dict[str, Any]
PREPARED: Final = "x-consultation"

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)


def create_handler(
    desk: str, *, security_headers: Mapping[str, str] = SECURITY_HEADERS
) -> Callable[[Event, Any], Answer]:
    """Return the Lambda handler.

    Args:
        desk: the inner function, made by `doors.desk`.
        security_headers: of the answers that the inner function does not give.
    """

    def handler(event: Event, context: Any) -> Answer:
        try:
            return _answer(desk, event)
        except InvocationFailed as error:
            log.error("the desk failed: %s", error)
            return unavailable_answer(event, security_headers)

    return handler


def _answer(desk: str, event: Event) -> Answer:
    started = monotonic()
    answer = _step(desk, event, started, {"step": "prepare"})
    rounds = 0
    while is_prepared(answer):
        rounds += 1
        prepared = json.loads(answer["body"])
        left = started + TOTAL_SECONDS - FINISH_SECONDS - monotonic() if rounds <= MAX_ROUNDS else 0
        consulted, failed, timed_out = _ask([Prompt(**each) for each in prepared["prompts"]], left)
        told = {"me": prepared["me"], "state": prepared["state"], "consulted": consulted}
        if failed:
            return _step(desk, event, started, {"step": "give_up", "timed_out": timed_out, **told})
        answer = _step(desk, event, started, {"step": "finish", **told})
    return answer


def is_prepared(answer: Answer) -> bool:
    """Tell whether an answer of the inner function is for us, not for the caller."""
    return PREPARED in (name.lower() for name in answer.get("headers") or {})


def _step(desk: str, event: Event, started: float, consultation: Mapping[str, Any]) -> Answer:
    told = {**consultation, "seconds": monotonic() - started}
    return invoke(desk, {"op": "consult", "event": {**event, "consultation": told}})


def _ask(prompts: Sequence[Prompt], left: float) -> tuple[list[dict[str, Any]], bool, bool]:
    """Ask side by side; return what came of each prompt, whether one has failed, and whether one was too late."""
    seconds = min(PROVIDER_SECONDS, left)
    if seconds < llm.LEAST_SECONDS:
        return [], True, True
    with ThreadPoolExecutor(min(len(prompts), SIDE_BY_SIDE)) as pool:
        outcomes = list(pool.map(lambda prompt: _complete(prompt, seconds), prompts))
    failures = [failure for _, failure in outcomes if failure is not None]
    for failure in failures:
        log.warning("the provider failed: %s", failure)
    return [told for told, _ in outcomes], bool(failures), any(failure.error.timed_out for failure in failures)


def _complete(prompt: Prompt, seconds: float) -> tuple[dict[str, Any], llm.Failure | None]:
    try:
        reply, effort = llm.complete(prompt, seconds)
    except llm.Failure as failure:
        return {"operation": prompt.operation, "effort": asdict(failure.effort), "reply": None}, failure
    return {"operation": prompt.operation, "effort": asdict(effort), "reply": asdict(reply)}, None
