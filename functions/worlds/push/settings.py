"""Settings of the pusher."""

from __future__ import annotations

from msgspec import Struct

from kernel.settings import text


class PusherSettings(Struct, frozen=True):
    """Settings of the pusher.

    Attributes:
        desk: the inner function that hands out posts.
    """

    desk: str


settings = PusherSettings(desk=text("POST_DESK"))
