"""Settings of the session."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.settings import text


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """Settings of the session."""

    socket_url: str
    """Where clients connect to play."""


settings = SessionSettings(socket_url=text("WORLDS_SOCKET_URL"))
