"""A clock that runs all the time, in its own Lambda environment: `python -m tests.promises.clock`.

It reports when it is ready, and calls the clock repeatedly until there is a line on stdin. In between it brings
deadlines forward, because there is no time to wait for them. The last line on stdout is {chore: how much was done}.
"""

from __future__ import annotations

import json
import logging
import select
import sys
from collections import Counter
from random import Random

from psycopg import OperationalError

from functions.shared.clock.app import handler
from kernel.connections import connection
from kernel.database import Connection, Tx, transaction
from kernel.errors import TryAgain

# One row at a time, and none that is locked, so that there is no deadlock.
_HURRY_WORK = """
    UPDATE deliveries SET due_at = now() WHERE delivery_id = (
        SELECT delivery_id FROM deliveries WHERE NOT no_room AND due_at > now()
        ORDER BY random() LIMIT 1 FOR UPDATE SKIP LOCKED
    )
"""
_HURRY_GAMBLE = """
    UPDATE gambles SET join_deadline = now() WHERE gamble_id = (
        SELECT gamble_id FROM gambles WHERE state = 'Joining' AND join_deadline > now() FOR UPDATE SKIP LOCKED
    )
"""
_BRING_FORWARD = (
    "UPDATE deliveries SET due_at = now() WHERE NOT no_room AND due_at > now()",
    "UPDATE gambles SET join_deadline = now() WHERE state = 'Joining' AND join_deadline > now()",
)


def fast_forward(conn: Connection) -> None:
    """Make everything due that waits for its time. No clients may be running."""
    for statement in _BRING_FORWARD:
        conn.execute(statement)


def hurry(tx: Tx, rng: Random) -> None:
    """Now and then bring the deadline of one thing forward."""
    if rng.random() < 0.2:
        tx.execute(_HURRY_WORK)
    if rng.random() < 0.15:
        tx.execute(_HURRY_GAMBLE)


def in_flight(conn: Connection) -> set[str]:
    """Which kinds of things wait for their time: gambles, crafting jobs."""
    rows = conn.execute(
        """
        SELECT 'work' AS what FROM deliveries WHERE NOT no_room
        UNION SELECT 'gamble' FROM gambles WHERE state NOT IN ('Completed', 'Refunded')
        """
    ).fetchall()
    return {row["what"] for row in rows}


def main() -> None:
    logging.disable(logging.CRITICAL)  # cuts are expected
    rng = Random(sys.argv[1])
    done: Counter[str] = Counter()
    print("ready", flush=True)
    while not select.select([sys.stdin], [], [], rng.uniform(0, 0.05))[0]:
        try:
            with transaction(connection()) as tx:
                hurry(tx, rng)
            done.update(handler({}, None))
            done["rounds"] += 1
        except* (OperationalError, TryAgain):  # the next round is the retry, as with the real one
            done["rounds that failed"] += 1
    print(json.dumps(done), flush=True)


if __name__ == "__main__":
    main()
