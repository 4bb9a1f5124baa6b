"""Settings of the system function."""

from __future__ import annotations

import platform

from msgspec import Struct

from kernel.settings import text


class SystemSettings(Struct, frozen=True):
    """The installed version and its addresses."""

    version: str
    """The version that GET /version reports."""
    git_commit: str
    """The git_commit that GET /version reports."""
    build_time: str
    """The build_time that GET /version reports."""
    websocket_url: str
    """The address of the WebSocket API."""

    @property
    def runtime(self) -> str:
        """The Python version."""
        return f"python{platform.python_version()}"


settings = SystemSettings(
    version=text("VERSION", "dev"),
    git_commit=text("GIT_COMMIT"),
    build_time=text("BUILD_TIME"),
    websocket_url=text("WEBSOCKET_URL"),
)
