"""The relay's sleep: who wakes it, and why no event is left behind.

The relay looks for events once a second while there are some, and then sleeps, so that an idle installation runs
nothing. While awake it holds a lease (`relay_lease.awake_until`). A transaction that writes events asks behind its
COMMIT whether the lease has expired (ADR 10, ADR 23). If so, one of all that ask claims the waking, and sends an event
to the bus that invokes the relay. While the relay is awake, the question locks and writes nothing; it never waits.

Nothing falls between. Let C be a writer's COMMIT and Q its question, so C < Q. To fall asleep, the relay commits
'asleep' (A), releases its lock (U), and then looks once more (L): A < U < L.

- Q < A: the writer sees a relay that is awake and relies on it. C < Q < A < L, so the last look finds the event.
- A < Q: the writer sees a relay that is asleep and wakes it, or another writer did so after A. If the relay that was
  woken tries the lock before U, it ends at once, but then its waker's event is found by the last look, and a relay that
  has found something tries the lock again. If it tries the lock after U, it gets it and looks for itself.

The last look publishes nothing: without the lock, it could be overtaken by the relay that has it. A relay whose time is
over wakes the next one if its last look finds something.

A waking that gets lost (the bus did not take it, the function did not start, a relay died within its lease) is repeated
by the next writer after two seconds, and by the clock within a minute. All times are the database's own.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from kernel.database import Connection, Cursor, Tx, transaction
from kernel.events import queries
from kernel.settings import settings

log = logging.getLogger("brandish")

LEASE = timedelta(seconds=int(queries.LEASE_SECONDS))
"""How long writers rely on a relay without a sign of life."""

LOCK = "relay"
"""The name of the lock that the relay works under (`kernel.exclusive`)."""

SOURCE = "brandish.relay"
DETAIL_TYPE = "relay.wanted"
"""Ours alone: no rule of the game and no archive takes it."""

TIMEOUT_SECONDS = 1.0
"""An action waits for this call, once after each silence."""


def ensure_awake(tx: Tx) -> None:
    """Wake the relay once this transaction has committed, if it is asleep then."""
    tx.after_commit(queries.claim_waking, _wake)


def ensure_awake_if(tx: Tx, announcing: Cursor) -> None:
    """Wake the relay like `ensure_awake` if a statement of this transaction returns a row.

    For a statement that rarely announces anything: then it costs a round trip more, otherwise nothing.
    """
    tx.after_commit(lambda _: announcing, _ask_and_wake)


def wake_next(tx: Tx) -> None:
    """Wake another relay, unless one is awake: the one that was woken just now may have found the lock taken."""
    queries.forget_waking(tx)
    ensure_awake(tx)


def stay_awake(tx: Tx) -> None:
    """Begin or renew the relay's lease."""
    queries.set_awake(tx)


def fall_asleep(tx: Tx) -> None:
    """End the relay's lease. After the commit, release the lock and look for events once more: see above."""
    queries.set_asleep(tx)


def _ask_and_wake(conn: Connection) -> None:
    with transaction(conn) as tx:
        ensure_awake(tx)


def _wake(_: Connection) -> None:
    send_waking("relay", SOURCE, DETAIL_TYPE)


def send_waking(name: str, source: str, detail_type: str) -> None:
    """Send the event that invokes what sleeps until it is wanted, such as the relay.

    A failure is only logged: the action has been committed, and the clock catches up.

    Args:
        name: of what is woken, for the log.
    """
    if not settings.events_url:
        return  # there is no bus here
    from kernel import event_bridge  # imported late: one action after each silence needs it

    entry = {"EventBusName": settings.event_bus_name, "Source": source, "DetailType": detail_type, "Detail": "{}"}
    try:
        [result] = event_bridge.put_events([entry], timeout=TIMEOUT_SECONDS)
    except event_bridge.EventBridgeError as error:
        log.warning("the %s could not be woken: %s", name, error)
    else:
        if "ErrorCode" in result:
            log.warning("the %s could not be woken: %s", name, result["ErrorCode"])
