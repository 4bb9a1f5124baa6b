"""What an installation may choose about streams."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.settings import count


@dataclass(frozen=True, slots=True)
class StreamSettings:
    stream_seconds: int
    """How long a stream lasts; its listener opens the next one."""


settings = StreamSettings(
    stream_seconds=count("STREAM_SECONDS", default=840),
)
