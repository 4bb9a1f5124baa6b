"""A stack that finds a backlog: `python -m tests.promises.backlog <url> <folder>`, in a process of its own.

Its queues give a failed message back after a second. It reports when the backlog is published and consumed, waits for a
line on stdin, sends the dead letters back, and reports when they have arrived. A report is a line "depths {queue:
messages}".
"""

from __future__ import annotations

import json
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from local.stack.stack import Stack
from local.stack.template import load
from tests.promises.waiting import wait

# Nothing of the game: it reads its settings when it is imported, and those are the stack's.

ROOT = Path(__file__).resolve().parents[2]
DEAD = "DeadLetters"
PATIENCE = 900


def main() -> None:
    url, folder = sys.argv[1:]
    template = load(ROOT / "template.yaml")
    hasty = {name: replace(spec, visibility_seconds=1) for name, spec in template.queues.items() if not spec.fifo}
    template = replace(template, queues={**template.queues, **hasty})
    stack = Stack(template, database_url=url, messages=Path(folder) / "messages.db").start()
    try:
        with psycopg.connect(url, autocommit=True) as conn:
            wait(lambda: nothing_left(conn), "the relay", PATIENCE)
        settle(stack)
        report(stack)
        sys.stdin.readline()
        move = {"SourceArn": stack.bus.queues[DEAD].spec.arn}
        operate(stack, "AmazonSQS.StartMessageMoveTask", move)
        settle(stack)
        report(stack)
    finally:
        stack.stop()


def nothing_left(conn: psycopg.Connection[Any]) -> bool:
    """Whether every event was published, or given up."""
    return conn.execute("SELECT FROM events WHERE next_attempt_at IS NOT NULL LIMIT 1").fetchone() is None


def settle(stack: Stack) -> None:
    """Wait until all queues but those of the dead letters have been empty for a moment."""

    def empty() -> bool:
        return not any(queue.depth() for name, queue in stack.bus.queues.items() if not name.startswith(DEAD))

    wait(lambda: stays(empty), "the consumers", PATIENCE)


def stays(condition: Callable[[], bool]) -> bool:
    if not condition():
        return False
    time.sleep(0.5)
    return condition()


def report(stack: Stack) -> None:
    print("depths", json.dumps({name: queue.depth() for name, queue in stack.bus.queues.items()}), flush=True)


def operate(stack: Stack, operation: str, body: dict[str, str]) -> None:
    """What `aws sqs` does."""
    request = urllib.request.Request(stack.bus_url, json.dumps(body).encode(), {"X-Amz-Target": operation})
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200


if __name__ == "__main__":
    main()
