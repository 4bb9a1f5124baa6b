"""Counting events that arrive from the bus, perhaps twice and in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kernel.counters import service as counters
from kernel.counters.rules import CountRule, count
from kernel.database import Tx
from kernel.events import service

CONSUMER = "tally"


def tally(tx: Tx, event_id: UUID, event_type: str, payload: Mapping[str, Any], rules: Mapping[str, CountRule]) -> bool:
    """Count an event once, however often it is delivered; return whether it was new."""
    counts = Counter(count([(event_type, payload)], rules)) + Counter({("events_received_total", event_type): 1})
    if not service.take_unseen(tx, CONSUMER, [event_id]):
        return False
    counters.add(tx, counts)
    return True
