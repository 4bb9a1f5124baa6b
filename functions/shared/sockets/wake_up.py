"""Waking the pusher through its queue."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from doors.aws import client
from functions.shared.sockets.settings import settings


def wake_up() -> None:
    """Trigger a push; the pusher reads from the log and the connections what to send."""
    queue: Any = client("sqs")
    queue.send_message(
        QueueUrl=settings.frames_queue_url,
        MessageBody="{}",
        MessageGroupId="frames",
        MessageDeduplicationId=str(uuid4()),
    )
