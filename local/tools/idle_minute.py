"""What an idle minute costs: `BRANDISH_CLOCK_SPEED=60 python -m local.tools.idle_minute [MINUTES]`.

Runs the local stack on the empty database DATABASE_URL, waits until the relay is asleep, and counts invocations and
statements of some minutes. Then it announces something, and measures when the bus has it. Prints JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import psycopg

from local.stack import clock
from local.stack.stack import Stack
from local.tools.postgres_proxy import PostgresProxy

ROOT: Final = Path(__file__).resolve().parents[2]
API_KEY: Final = "key-of-the-idle-minute"
DAILY: Final = {"ClockRetention", "PatchNotes"}
PATIENCE: Final = 60.0
MINUTE: Final = 60 / clock.SPEED
"""In seconds."""


def main() -> None:
    minutes = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    url = os.environ["DATABASE_URL"]
    with PostgresProxy(url, counts_statements=True) as wire, psycopg.connect(url, autocommit=True) as conn:
        stack = Stack(ROOT / "template.yaml", database_url=wire.url, api_key=API_KEY)
        arrivals = _arrivals(stack)
        stack.start()
        try:
            _settle(conn)
            cost = _count(stack, wire, minutes)
            begun = time.monotonic()
            _announce(stack.url)
            _wait(lambda: "idle.minute.over" in arrivals)
            cost["seconds_to_the_bus"] = round(arrivals["idle.minute.over"] - begun, 3)
            begun = time.monotonic()
            _wait(lambda: _sleeps(conn))
            cost["seconds_awake"] = round(time.monotonic() - begun, 3)
        finally:
            stack.stop()
    print(json.dumps(cost))


def _count(stack: Stack, wire: PostgresProxy, minutes: int) -> dict[str, Any]:
    """Count over some minutes in which nothing happens, not even what happens once a day."""
    while True:
        before = Counter(stack.runtime.started), wire.statements(), wire.round_trips()
        time.sleep(minutes * MINUTE)
        invocations = Counter(stack.runtime.started) - before[0]
        if not DAILY & invocations.keys():
            return {
                "minutes": minutes,
                "invocations": dict(invocations),
                "statements": wire.statements() - before[1],
                "round_trips": wire.round_trips() - before[2],
            }


def _settle(conn: psycopg.Connection) -> None:
    """Wait until the relay has slept for some minutes, since the first ones find something to do."""
    awake = time.monotonic()
    deadline = awake + PATIENCE
    while time.monotonic() < awake + max(3 * MINUTE, 3):
        if not _sleeps(conn):
            awake = time.monotonic()
        if awake > deadline:
            raise TimeoutError("the relay does not fall asleep")
        time.sleep(0.01)


def _arrivals(stack: Stack) -> Mapping[str, float]:
    """{type of an event on the bus: when it arrived there}, as it grows."""
    arrived: dict[str, float] = {}
    put = stack.bus.put

    def observe(entries: list[Mapping[str, Any]]) -> list[dict[str, str]]:
        results = put(entries)
        arrived.update({entry["DetailType"]: time.monotonic() for entry in entries})
        return results

    stack.bus.put = observe
    return arrived


def _sleeps(conn: psycopg.Connection) -> bool:
    row = conn.execute(
        """
        SELECT (SELECT awake_until < now() FROM relay_lease)
           AND NOT EXISTS (SELECT FROM events WHERE next_attempt_at IS NOT NULL)
        """
    ).fetchone()
    return row == (True,)


def _announce(url: str) -> None:
    request = urllib.request.Request(
        f"{url}/api/v1/admin/sse/broadcast",
        json.dumps({"type": "idle.minute.over", "payload": {}}).encode(),
        {"X-API-Key": API_KEY, "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        assert answer.status == 200


def _wait(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError("it never came true")
        time.sleep(0.01)


if __name__ == "__main__":
    main()
