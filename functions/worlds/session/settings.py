"""Settings of the session."""

from __future__ import annotations

from msgspec import Struct

from kernel.settings import text


class SessionSettings(Struct, frozen=True):
    """Settings of the session."""

    socket_url: str
    """Where clients connect to play."""


settings = SessionSettings(socket_url=text("WORLDS_SOCKET_URL"))
