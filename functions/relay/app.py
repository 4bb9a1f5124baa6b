"""Outbox -> EventBridge: the only publisher, started every minute and at work for most of it."""

from __future__ import annotations

from doors.start import ready  # first: see there

import json
import logging
from time import sleep
from typing import Any

import psycopg

from brandish.database import transaction
from brandish.errors import TryAgain
from brandish.events import service as events
from brandish.events.service import Envelope
from brandish.settings import settings
from doors.aws import client
from doors.database import connection

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

POLL_SECONDS = 1.0
STOP_BEFORE_END_MS = 3_000
"""The time for a last batch. One that is cut off in it goes out again, which consumers expect."""

ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Publish what is due until the minute is nearly over."""
    published = 0
    while context.get_remaining_time_in_millis() > STOP_BEFORE_END_MS:
        try:
            found = publish_batch()
        except (TryAgain, psycopg.OperationalError) as error:
            log.warning("the database is away: %s", error)
            found = 0
        published += found
        if not found:
            sleep(POLL_SECONDS)
    with transaction(connection()) as tx:
        backlog = events.backlog(tx)
    report(backlog)
    return {"published": published, "waiting": backlog.waiting, "dead": backlog.dead}


def publish_batch() -> int:
    with transaction(connection()) as tx:
        return events.publish_due(tx, send)


def send(envelopes: list[Envelope]) -> list[str | None]:
    """Put the events on the bus. A call that fails altogether counts against each of them."""
    try:
        answer = client("events").put_events(Entries=[entry(envelope) for envelope in envelopes])
    except Exception as error:  # botocore raises a different class for each way a call can fail
        log.warning("events were not accepted: %s", error, extra={"events": len(envelopes)})
        return [str(error)] * len(envelopes)
    return [
        f"{result['ErrorCode']}: {result.get('ErrorMessage', '')}" if "ErrorCode" in result else None
        for result in answer["Entries"]
    ]


def entry(envelope: Envelope) -> dict[str, Any]:
    return {
        "EventBusName": settings.event_bus_name,
        "Source": "brandish",
        "DetailType": envelope.type,
        "Detail": json.dumps(envelope.as_json()),
        "Time": envelope.timestamp,
    }


def report(backlog: events.Backlog) -> None:
    """The numbers behind the alarm, as CloudWatch's embedded metric format in the log."""
    from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit  # not needed to start

    metrics = EphemeralMetrics(namespace="Brandish")
    metrics.add_metric("DeadEvents", MetricUnit.Count, backlog.dead)
    metrics.add_metric("WaitingEvents", MetricUnit.Count, backlog.waiting)
    metrics.flush_metrics()
