"""Putting events on the bus (inner ring)."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator
from typing import Any

from kernel.events.service import Envelope
from kernel.settings import settings

log = logging.getLogger("brandish")


MAX_BYTES = 250_000
"""Size of the events in one call. EventBridge accepts 256 KB, including metadata."""

TIMEOUT_SECONDS = 5.0

Entry = dict[str, Any]


def put(envelopes: list[Envelope]) -> list[str | None]:
    """Put up to ten events on the bus; return for each None, or why it was refused.

    A call that fails as a whole counts as a failure of each of its events.
    """
    return [outcome for entries in _calls(map(_entry, envelopes)) for outcome in _put(entries)]


def _calls(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Split entries into as few calls as possible. An entry that is too large gets a call of its own, which fails."""
    call: list[Entry] = []
    size = 0
    for entry in entries:
        length = len(entry["Detail"])  # nothing in it but ASCII
        if call and size + length > MAX_BYTES:
            yield call
            call, size = [], 0
        call.append(entry)
        size += length
    if call:
        yield call


def _put(entries: list[Entry]) -> list[str | None]:
    from kernel import event_bridge  # imported late: the relay sets its lease before it needs this

    try:
        results = event_bridge.put_events(entries, timeout=TIMEOUT_SECONDS)
    except event_bridge.EventBridgeError as error:
        log.warning("events were not accepted: %s", error, extra={"events": len(entries)})
        return [str(error)] * len(entries)
    return [
        f"{result['ErrorCode']}: {result.get('ErrorMessage', '')}" if "ErrorCode" in result else None
        for result in results
    ]


def _entry(envelope: Envelope) -> Entry:
    return {
        "EventBusName": settings.event_bus_name,
        "Source": "brandish",
        "DetailType": envelope.type,
        "Detail": json.dumps(envelope.as_json()),
        "Time": int(envelope.timestamp.timestamp()),
    }
