"""The community's commands, as Discord is told about them."""

from __future__ import annotations

from typing import Any

from doors.discord import registration
from functions.community.discord import catalogue as catalogue  # declares every command
from functions.community.discord.locales import locales


def payload(*, guild: bool = False) -> list[dict[str, Any]]:
    """All commands, by name.

    Args:
        guild: for one server. Where a command may be used is then no question.
    """
    return registration.payload(locales(), guild=guild)
