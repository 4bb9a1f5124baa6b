"""The community's commands, as registered with Discord."""

from __future__ import annotations

from typing import Any

from doors.discord import registration
from functions.community.discord.locales import locales


def payload(*, guild: bool = False) -> list[dict[str, Any]]:
    """All commands, by name.

    Args:
        guild: for one server only, where commands need no contexts.
    """
    return registration.payload(locales(), guild=guild)
