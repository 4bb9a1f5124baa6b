"""One client with a Lambda environment of its own: `python -m tests.promises.client '<plan>' <number>`.

Says when it is ready, waits for a line on stdin before every round, and says when that is over. The last line on
stdout is what it was told.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from dataclasses import dataclass
from importlib import import_module
from random import Random
from typing import Any

from tests.api.conftest import proxy_event
from tests.promises.calls import Call, Plan

GROUPS = ("economy", "users")
PATIENCE = 200
"""tries"""


@dataclass
class Outcome:
    """
    Attributes:
        status: of the last answer. 503: the client gave up and does not know.
        lost: answers that did not arrive before this one.
        replayed: the server says it had answered before.
    """

    status: int
    body: Any
    lost: int
    replayed: bool


def send(call: Call) -> tuple[int, dict[str, str], str]:
    """Through the real handler."""
    group = GROUPS[call.action not in ("buy", "sell")]
    headers = {"Idempotency-Key": call.key} if call.key else {}
    answer = import_module(f"{group}.app").handler(proxy_event("POST", call.path, dict(call.body), headers=headers), None)
    return answer["statusCode"], {name.lower(): value for name, value in answer["headers"].items()}, answer["body"]


def perform(call: Call, rng: Random) -> Outcome:
    """Send; with a key, until the outcome is known."""
    for lost in range(PATIENCE if call.key else 1):
        status, headers, body = send(call)
        if status != 503:
            return Outcome(status, json.loads(body), lost, "idempotency-replayed" in headers)
        time.sleep(rng.uniform(0, 0.02))
    return Outcome(503, json.loads(body), lost, replayed=False)


def main() -> None:
    logging.disable(logging.WARNING)  # cuts are expected, bugs are not
    plan, client = Plan(**json.loads(sys.argv[1])), int(sys.argv[2])
    rng = Random(f"{plan.seed} pauses {client}")
    for group in GROUPS:
        import_module(f"{group}.app")
    told: list[dict[str, Any]] = []
    print("ready", flush=True)
    for number in range(plan.rounds):
        calls = plan.round(client, number)
        sys.stdin.readline()
        told += [vars(call) | {"body": None} | {"answer": vars(perform(call, rng))} for call in calls]
        print("done", flush=True)
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
