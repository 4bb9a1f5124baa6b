"""Counting events that arrive from outside: perhaps twice, in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kernel.counters import rules, service
from kernel.database import Tx
from kernel.events import service as events

CONSUMER = "tally"


def tally(tx: Tx, event_id: UUID, event_type: str, payload: Mapping[str, Any]) -> bool:
    """Count an event, once however often it is delivered. Tells whether it was new."""
    counts = Counter(rules.count([(event_type, payload)])) + Counter({("events_received_total", event_type): 1})
    if not events.take_unseen(tx, CONSUMER, [event_id]):
        return False
    service.add(tx, counts)
    return True
