"""Settings of the stream."""

from __future__ import annotations

from msgspec import Struct

from kernel.settings import count


class StreamSettings(Struct, frozen=True):
    """Settings of the stream."""

    stream_seconds: int
    """How long a stream lasts; the listener then opens a new one."""


settings = StreamSettings(
    stream_seconds=count("STREAM_SECONDS", default=300),
)
