"""Counts events for the business metrics, each once however often EventBridge delivers it."""

from __future__ import annotations

from doors.start import ready  # first: see there

from typing import Any
from uuid import UUID

from community.counters import COUNT_RULES
from doors.consumer import Envelope, consume
from kernel.action import run_action
from kernel.events.tallying import tally

ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle each message separately: a failed one is delivered again, the others are done."""
    return consume(event, context, count)


def count(envelope: Envelope) -> None:
    event_id, payload = UUID(envelope["id"]), envelope["payload"]
    run_action(lambda tx: tally(tx, event_id, envelope["type"], payload, COUNT_RULES), name="tally")
