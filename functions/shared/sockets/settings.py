"""Settings of the WebSocket functions."""

from __future__ import annotations

from msgspec import Struct

from kernel.settings import text


class SocketSettings(Struct, frozen=True):
    """Settings of the WebSocket functions."""

    connections_table: str
    """The DynamoDB table of connections."""
    feed_function: str
    """The inner function that reads the log for listeners."""
    frames_queue_url: str
    """The queue of frames on their way to connections."""


settings = SocketSettings(
    connections_table=text("CONNECTIONS_TABLE"),
    feed_function=text("FEED_FUNCTION"),
    frames_queue_url=text("FRAMES_QUEUE_URL"),
)
