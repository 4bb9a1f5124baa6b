"""Packing frames into messages and posting them to connections."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from enum import Enum, auto
from typing import Any, NamedTuple
from uuid import UUID

from doors.aws import client
from kernel.events.frames import Frame

MESSAGE_BYTES = 32_000
"""The size limit of a message; a larger frame gets a message of its own."""
LARGEST_BYTES = 128 * 1024
"""API Gateway accepts no larger message."""

log = logging.getLogger("brandish")


class PostOutcome(Enum):
    """Whether posting succeeded."""

    SENT = auto()
    GONE = auto()
    FAILED = auto()


class PackedMessage(NamedTuple):
    """Frames in one message."""

    data: bytes
    last_id: UUID


class PostResult(NamedTuple):
    """The result of posting to a connection.

    Attributes:
        last_id: the id of the last frame sent; None: none was sent.
    """

    outcome: PostOutcome
    last_id: UUID | None


def pack(frames: Iterable[Frame]) -> list[PackedMessage]:
    """Pack frames into as few messages as possible, without splitting a frame."""
    messages: list[PackedMessage] = []
    packed: list[Frame] = []
    size = 0
    for frame in frames:
        length = len(frame.text.encode())
        if length > LARGEST_BYTES:
            log.error("an event is too large for a WebSocket", extra={"event_id": str(frame.id), "bytes": length})
            continue
        if packed and size + length > MESSAGE_BYTES:
            messages.append(_message(packed))
            packed, size = [], 0
        packed.append(frame)
        size += length
    if packed:
        messages.append(_message(packed))
    return messages


def _message(frames: Sequence[Frame]) -> PackedMessage:
    return PackedMessage("".join(frame.text for frame in frames).encode(), frames[-1].id)


def gateway() -> Any:
    """Return the client for `post` and `close`. Creating it is slow, so call this before starting threads."""
    return client("apigatewaymanagementapi")


def post(api: Any, connection_id: str, messages: Sequence[PackedMessage]) -> PostResult:
    """Post messages in order, up to the first failure."""
    from botocore.exceptions import BotoCoreError, ClientError

    last_id: UUID | None = None
    for message in messages:
        try:
            api.post_to_connection(ConnectionId=connection_id, Data=message.data)
        except api.exceptions.GoneException:
            return PostResult(PostOutcome.GONE, last_id)
        except (BotoCoreError, ClientError) as error:
            log.warning("a listener cannot be reached: %s", error, extra={"connection_id": connection_id})
            return PostResult(PostOutcome.FAILED, last_id)
        last_id = message.last_id
    return PostResult(PostOutcome.SENT, last_id)


def close(api: Any, connection_id: str, farewell: PackedMessage) -> PostOutcome:
    """Tell a client why its connection is closed, and close it; return whether it was told.

    Nothing is closed if the connection is gone, or still opening. A client that still listens reconnects.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    outcome, _ = post(api, connection_id, [farewell])
    if outcome is not PostOutcome.GONE:
        try:
            api.delete_connection(ConnectionId=connection_id)
        except (BotoCoreError, ClientError) as error:
            log.info("a listener cannot be closed: %s", error, extra={"connection_id": connection_id})
    return outcome
