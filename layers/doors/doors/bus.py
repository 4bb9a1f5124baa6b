"""Putting events on the bus. Inner ring."""

from __future__ import annotations

import json
import logging
from typing import Any

from brandish.events.service import Envelope
from brandish.settings import settings
from doors.aws import client

log = logging.getLogger("brandish")


def put(envelopes: list[Envelope]) -> list[str | None]:
    """Put up to ten events on the bus: for each None, or why it was not taken. A call that fails altogether counts
    against each of them."""
    bus: Any = client("events")
    try:
        answer = bus.put_events(Entries=[_entry(envelope) for envelope in envelopes])
    except Exception as error:  # botocore raises a different class for each way a call can fail
        log.warning("events were not accepted: %s", error, extra={"events": len(envelopes)})
        return [str(error)] * len(envelopes)
    return [
        f"{result['ErrorCode']}: {result.get('ErrorMessage', '')}" if "ErrorCode" in result else None
        for result in answer["Entries"]
    ]


def _entry(envelope: Envelope) -> dict[str, Any]:
    return {
        "EventBusName": settings.event_bus_name,
        "Source": "brandish",
        "DetailType": envelope.type,
        "Detail": json.dumps(envelope.as_json()),
        "Time": envelope.timestamp,
    }
