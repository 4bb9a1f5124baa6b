"""The relay: publishes the outbox to EventBridge. It is the only publisher; writers of events wake it.

It looks once a second, and falls asleep when nothing has happened for a while: see `kernel.events.waking`.
"""

from __future__ import annotations

from doors.start import ready  # first: see there

import logging
from time import monotonic, sleep
from typing import Any

import psycopg

from doors import bus
from doors.backlog import report
from kernel.action import look, run_action
from kernel.errors import TryAgain
from kernel.events import service as events
from kernel.events import waking
from kernel.exclusive import ExclusiveLock
from kernel.switches.models import GameFrozen
from kernel.switches.service import is_frozen

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

POLL_SECONDS = 1.0
QUIET_SECONDS = 5.0
"""After this time without an event, the relay falls asleep, unless one waits for another attempt."""
RENEW_SECONDS = waking.LEASE.total_seconds() / 2
STOP_BEFORE_END_MS = 8_000
"""The time for a last batch, if the bus answers slowly. An interrupted batch is published again."""

ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Publish due events until there are none for a while, or this run's time is over.

    Returns:
        `published`, and how many events are `waiting` and `dead`; only 0 published when another relay is at work, or
        the game is frozen.
    """
    lock = ExclusiveLock(waking.LOCK)
    published = 0
    while not look(is_frozen) and lock.acquire():
        try:
            found, quiet = publish_until_quiet(lock, context)
            if lock.acquire():  # unless another relay has taken over, and is awake
                run_action(waking.fall_asleep, while_frozen=True)
        finally:
            lock.release()
        published += found
        backlog = look(events.backlog)  # without the lock, so it publishes nothing: another relay may have it
        if backlog.waiting:
            if quiet:
                continue
            run_action(waking.wake_next, while_frozen=True)  # the next run goes on
        report(backlog)
        return {"published": published, "waiting": backlog.waiting, "dead": backlog.dead}
    return {"published": published}


def publish_until_quiet(lock: ExclusiveLock, context: Any) -> tuple[int, bool]:
    """Publish due events; return how many, and whether nothing is left to do. False means that time is over."""
    published = 0
    renew_at = quiet_since = monotonic()
    while context.get_remaining_time_in_millis() > STOP_BEFORE_END_MS:
        try:
            if not lock.acquire():  # our connection was lost, and another relay has taken over
                break
            if monotonic() >= renew_at:
                run_action(waking.stay_awake, while_frozen=True)
                renew_at = monotonic() + RENEW_SECONDS
            found = publish_batch()
            if found:
                published += found
                quiet_since = monotonic()
                continue
            if monotonic() - quiet_since >= QUIET_SECONDS and not look(events.backlog).waiting:
                return published, True
        except GameFrozen:
            return published, True  # what is left waits until it is unfrozen, which wakes the relay
        except (TryAgain, psycopg.OperationalError) as error:
            log.warning("database unavailable: %s", error)
        sleep(POLL_SECONDS)
    return published, False


def publish_batch() -> int:
    """Publish a batch; return its size."""
    return run_action(lambda tx: events.publish_due(tx, bus.put))
