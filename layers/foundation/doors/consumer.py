"""Consuming a queue: each message of a batch by itself, without replays and broadcasts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from doors.originals import is_original

Envelope = Mapping[str, Any]
"""An event on the bus: {version, id, type, timestamp, payload, metadata}. Source: rules 16."""


def consume(event: dict[str, Any], context: Any, handle: Callable[[Envelope], None]) -> dict[str, Any]:
    """Pass each original event of an SQS batch to `handle`. A message for which it raises is delivered again.

    Returns:
        The partial-batch answer.
    """

    def handle_record(record: dict[str, Any]) -> None:
        delivered = json.loads(record["body"])
        if is_original(delivered):
            handle(delivered["detail"])

    # A new processor for each batch, because it keeps the records that it has processed.
    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    return dict(process_partial_response(event, handle_record, processor, context))
