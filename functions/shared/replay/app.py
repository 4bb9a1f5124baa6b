"""events.replay_requested -> that part of the log on the bus once more, for the one destination that wants it."""

from __future__ import annotations

from doors.start import ready  # first: see there

import json
import logging
from typing import Any
from uuid import UUID

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from doors import bus
from doors.news import is_news
from kernel.connections import connection
from kernel.database import reading, transaction
from kernel.events import replaying
from kernel.events.replaying import ReplayRequested
from kernel.events.service import BATCH, Envelope

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

STOP_BEFORE_END_MS = 20_000
"""The time for one more part; the rest is asked for."""

processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

ready()


class NotTaken(Exception):
    """The bus has refused an event. The queue brings the request again."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    def replay_message(record: dict[str, Any]) -> None:
        delivered = json.loads(record["body"])
        if is_news(delivered):
            envelope = delivered["detail"]
            replay(UUID(envelope["id"]), ReplayRequested.model_validate(envelope["payload"]), context)

    return dict(process_partial_response(event, replay_message, processor, context))


def replay(event_id: UUID, request: ReplayRequested, context: Any) -> None:
    published = 0
    rest = request
    while True:
        with reading(connection()) as tx:
            envelopes, place = replaying.list_part(tx, rest)
        if not envelopes:
            break
        publish(envelopes)
        published += len(envelopes)
        rest = rest.behind(place)
        if context.get_remaining_time_in_millis() < STOP_BEFORE_END_MS:
            with transaction(connection()) as tx:
                replaying.ask_for_rest(tx, event_id, rest)
            break
    log.info("replayed", extra={"replay_id": str(request.replay_id), "to": request.to, "events": published})


def publish(envelopes: list[Envelope]) -> None:
    """
    Raises:
        NotTaken
    """
    for first in range(0, len(envelopes), BATCH):
        refused = [error for error in bus.put(envelopes[first : first + BATCH]) if error is not None]
        if refused:
            raise NotTaken(refused[0])
