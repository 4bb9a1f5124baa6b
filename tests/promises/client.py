"""A client with its own Lambda environment: `python -m tests.promises.client '<plan>' <number>`.

It reports when it is ready, waits for a line on stdin before every round, and reports the end of each. The last line
on stdout holds the answers that it got.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from importlib import import_module
from random import Random
from typing import Any

from tests.promises.calls import Call, Plan, follow_up
from tests.promises.ledger import Answer
from tests.support.api import app_of, handler_of, proxy_event

GROUPS = ("economy", "users", "messages", "progression", "crafting", "gamble", "linking", "admin")
PATIENCE = 200
"""retries"""


def send(call: Call) -> tuple[int, dict[str, str], str]:
    """Send a call through the real handler; returns status, headers and body."""
    headers = {"Idempotency-Key": call.key} if call.key else {}
    event = proxy_event("POST", call.path, dict(call.body), headers=headers)
    answer = handler_of(call.path)(event, None)
    return answer["statusCode"], {name.lower(): value for name, value in answer["headers"].items()}, answer["body"]


def send_until_answered(call: Call, rng: Random) -> Answer:
    """Send a call; one with a key again and again until the outcome is known."""
    began, lost = time.monotonic(), 0
    while True:
        status, headers, body = send(call)
        if status != 503 or call.key is None or lost == PATIENCE:
            replayed = "idempotency-replayed" in headers
            return Answer(call, status, json.loads(body), lost, replayed, began, time.monotonic())
        lost += 1
        time.sleep(rng.uniform(0, 0.02))


def in_full(call: Call, perform: Callable[[Call], Answer]) -> Iterator[Answer]:
    """The answers to a call, and to those that follow from it."""
    following: Call | None = call
    while following is not None:
        answer = perform(following)
        yield answer
        following = follow_up(following, answer.body) if answer.done else None


def main() -> None:
    logging.disable(logging.WARNING)  # cuts are expected, bugs are not
    plan, client = Plan(**json.loads(sys.argv[1])), int(sys.argv[2])
    rng = Random(f"{plan.seed} pauses {client}")
    for group in GROUPS:
        import_module(app_of(group))
    answers: list[dict[str, Any]] = []
    print("ready", flush=True)
    for number in range(plan.rounds):
        calls = plan.round(client, number)
        sys.stdin.readline()
        for call in calls:
            answers += [asdict(answer) for answer in in_full(call, lambda each: send_until_answered(each, rng))]
        print("done", flush=True)
    print(json.dumps(answers), flush=True)


if __name__ == "__main__":
    main()
