"""The relay: publishes the outbox to EventBridge. It is the only publisher, starts every minute and runs most of it."""

from __future__ import annotations

from doors.start import ready  # first: see there

import logging
from time import sleep
from typing import Any

import psycopg

from doors import bus
from kernel.action import look, run_action
from kernel.errors import TryAgain
from kernel.events import service as events

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

POLL_SECONDS = 1.0
STOP_BEFORE_END_MS = 3_000
"""The time for a last batch. An interrupted batch is published again, which consumers expect."""

ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Publish due events until the minute is nearly over."""
    published = 0
    while context.get_remaining_time_in_millis() > STOP_BEFORE_END_MS:
        try:
            found = publish_batch()
        except (TryAgain, psycopg.OperationalError) as error:
            log.warning("database unavailable: %s", error)
            found = 0
        published += found
        if not found:
            sleep(POLL_SECONDS)
    backlog = look(events.backlog)
    report(backlog)
    return {"published": published, "waiting": backlog.waiting, "dead": backlog.dead}


def publish_batch() -> int:
    """Publish a batch; return its size."""
    return run_action(lambda tx: events.publish_due(tx, bus.put))


def report(backlog: events.Backlog) -> None:
    """Log the metrics behind the alarm in CloudWatch's embedded metric format."""
    from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit  # not needed at startup

    metrics = EphemeralMetrics(namespace="Brandish")
    metrics.add_metric("DeadEvents", MetricUnit.Count, backlog.dead)
    metrics.add_metric("WaitingEvents", MetricUnit.Count, backlog.waiting)
    metrics.flush_metrics()
