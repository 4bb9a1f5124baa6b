"""Settings of the pusher."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.settings import text


@dataclass(frozen=True, slots=True)
class PusherSettings:
    """Settings of the pusher.

    Attributes:
        desk: the inner function that hands out posts.
    """

    desk: str


settings = PusherSettings(desk=text("POST_DESK"))
