"""What stands around the sockets."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.settings import text


@dataclass(frozen=True, slots=True)
class SocketSettings:
    connections_table: str
    """DynamoDB's table of who listens."""
    feed_function: str
    frames_queue_url: str


settings = SocketSettings(
    connections_table=text("CONNECTIONS_TABLE"),
    feed_function=text("FEED_FUNCTION"),
    frames_queue_url=text("FRAMES_QUEUE_URL"),
)
