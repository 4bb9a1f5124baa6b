"""Handles events.replay_requested: publishes part of the log again for one destination."""

from __future__ import annotations

from doors.start import ready  # first: see there

import logging
from functools import partial
from typing import Any
from uuid import UUID

from doors import bus
from doors.consumer import Envelope as Delivered
from doors.consumer import consume
from kernel.action import look, run_action
from kernel.events import replaying
from kernel.events.replaying import ReplayRequested
from kernel.events.service import BATCH, Envelope

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

STOP_BEFORE_END_MS = 20_000
"""The time for one more batch; after that, a new event requests the rest."""

ready()


class EventRefused(Exception):
    """The bus refused an event; the queue delivers the request again."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Replay each requested range of an SQS batch."""

    def handle_request(envelope: Delivered) -> None:
        replay(UUID(envelope["id"]), ReplayRequested.model_validate(envelope["payload"]), context)

    return consume(event, handle_request)


def replay(event_id: UUID, request: ReplayRequested, context: Any) -> None:
    """Publish a range, batch by batch, and request the rest when time runs out."""
    published = 0
    rest = request
    while True:
        envelopes, position = look(partial(replaying.list_next, request=rest))
        if not envelopes:
            break
        publish(envelopes)
        published += len(envelopes)
        rest = rest.continued_from(position)
        if context.get_remaining_time_in_millis() < STOP_BEFORE_END_MS:
            run_action(
                partial(replaying.request_rest, event_id=event_id, rest=rest),
                name="ask for rest of replay",
                while_frozen=True,
            )
            break
    log.info("replayed", extra={"replay_id": str(request.replay_id), "to": request.to, "events": published})


def publish(envelopes: list[Envelope]) -> None:
    """Put events on the bus.

    Raises:
        EventRefused
    """
    for first in range(0, len(envelopes), BATCH):
        refused = [error for error in bus.put(envelopes[first : first + BATCH]) if error is not None]
        if refused:
            raise EventRefused(refused[0])
