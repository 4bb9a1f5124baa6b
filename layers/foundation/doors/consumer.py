"""Consuming a queue: each message of a batch by itself, without replays and broadcasts."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from doors.originals import is_original

log = logging.getLogger("brandish")

Envelope = Mapping[str, Any]
"""An event on the bus: {version, id, type, timestamp, payload, metadata}. Source: rules 16."""


def consume(event: Mapping[str, Any], handle: Callable[[Envelope], None]) -> dict[str, Any]:
    """Pass each original event of an SQS batch to `handle`. A message for which it raises is delivered again.

    Returns:
        The partial-batch answer.
    """
    failures: list[dict[str, str]] = []
    for record in event["Records"]:
        try:
            delivered = json.loads(record["body"])
            if is_original(delivered):
                handle(delivered["detail"])
        except Exception:
            # No error yet, which would raise the alarm: the dead letters do, if it fails each time.
            log.warning("a message failed and comes again", exc_info=True, extra={"message_id": record["messageId"]})
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
