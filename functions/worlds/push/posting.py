"""Posting frames to a connection, in order."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from enum import Enum, auto
from time import monotonic
from typing import Any, Final, NamedTuple, Self

from msgspec import Struct

from doors.aws import client

LARGEST_BYTES: Final = 128 * 1024
"""API Gateway accepts no larger message."""
READ_SECONDS: Final = 2

log = logging.getLogger("brandish")


class FramesOutcome(Enum):
    """What became of the frames of a connection.

    GONE: there is no such connection, or not yet.
    FAILED: it could not be reached now.
    """

    SENT = auto()
    GONE = auto()
    FAILED = auto()


class ConnectionFrames(Struct, frozen=True):
    """Frames for one connection.

    Attributes:
        character_id: who hears them; empty where the connection is told why it is closed.
        last_seq: the number of the last of these posts.
    """

    connection_id: str
    frames: tuple[str, ...]
    character_id: str = ""
    last_seq: int = 0

    @classmethod
    def of(cls, claimed: Mapping[str, Any]) -> Self:
        """Return what the desk has handed out."""
        return cls(
            claimed["connection_id"],
            tuple(claimed["frames"]),
            claimed.get("character_id", ""),
            claimed.get("last_seq", 0),
        )

    @property
    def is_farewell(self) -> bool:
        """Whether the connection is to be closed behind the last frame."""
        return not self.character_id

    def seq_of(self, sent: int) -> int | None:
        """Return the number of the last post among the first frames; None: there is none."""
        if sent == len(self.frames):
            return self.last_seq
        document = json.loads(self.frames[sent - 1].rpartition("\n")[2]) if sent else {}
        return document.get("seq")


class FramesResult(NamedTuple):
    """The result of posting to a connection.

    Attributes:
        sent: how many of the frames have been sent by now.
    """

    outcome: FramesOutcome
    sent: int


def gateway() -> Any:
    """Return the client for `post`, which gives up soon: frames are handed out for a few seconds only."""
    return client("apigatewaymanagementapi", READ_SECONDS, 1)


def post(api: Any, given: ConnectionFrames, sent: int, ends_at: float) -> FramesResult:
    """Post the frames that have not been sent, up to the first failure; behind a farewell, close the connection.

    Args:
        ends_at: by the monotonic clock; no frame is begun afterwards.
    """
    result = _post_frames(api, given, sent, ends_at)
    if given.is_farewell and result.outcome is not FramesOutcome.GONE:
        return FramesResult(_close(api, given.connection_id), result.sent)
    return result


def _post_frames(api: Any, given: ConnectionFrames, sent: int, ends_at: float) -> FramesResult:
    from botocore.exceptions import BotoCoreError, ClientError

    while sent < len(given.frames):
        data = given.frames[sent].encode()
        if monotonic() > ends_at:
            return FramesResult(FramesOutcome.FAILED, sent)
        try:
            if len(data) <= LARGEST_BYTES:
                api.post_to_connection(ConnectionId=given.connection_id, Data=data)
            else:  # tried again and again, it would hold up all that follow
                log.error("a post is too large for a WebSocket", extra={"bytes": len(data)})
        except api.exceptions.GoneException:
            return FramesResult(FramesOutcome.GONE, sent)
        except (BotoCoreError, ClientError) as error:
            log.warning("a player cannot be reached: %s", error, extra={"connection_id": given.connection_id})
            return FramesResult(FramesOutcome.FAILED, sent)
        sent += 1
    return FramesResult(FramesOutcome.SENT, sent)


def _close(api: Any, connection_id: str) -> FramesOutcome:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        api.delete_connection(ConnectionId=connection_id)
    except api.exceptions.GoneException:
        pass  # it has closed itself
    except (BotoCoreError, ClientError) as error:
        log.warning("a player's connection cannot be closed: %s", error, extra={"connection_id": connection_id})
        return FramesOutcome.FAILED
    return FramesOutcome.SENT
