"""Counts what happens in the game, once however often EventBridge delivers it."""

from __future__ import annotations

from doors.start import ready  # first: see there

import json
from typing import Any
from uuid import UUID

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from community.counting import COUNTED
from doors.news import is_news
from kernel.connections import connection
from kernel.database import transaction
from kernel.events.tallying import tally

processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Each message by itself: one that fails comes again, the others are done."""
    answer = process_partial_response(event, count_message, processor, context)
    return dict(answer)


def count_message(record: dict[str, Any]) -> None:
    delivered = json.loads(record["body"])
    if not is_news(delivered):
        return
    envelope = delivered["detail"]
    with transaction(connection()) as tx:
        tally(tx, UUID(envelope["id"]), envelope["type"], envelope["payload"], COUNTED)
