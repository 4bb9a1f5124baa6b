"""The queue behind which the frames are sent."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from doors.aws import client
from functions.shared.sockets.settings import settings


def wake_up() -> None:
    """Someone is to be told something: one look at the log shows who, and what."""
    queue: Any = client("sqs")
    queue.send_message(
        QueueUrl=settings.frames_queue_url,
        MessageBody="{}",
        MessageGroupId="frames",
        MessageDeduplicationId=str(uuid4()),
    )
