"""The community's commands in other languages: configs/community/discord/locales."""

from __future__ import annotations

from functools import cache

from community.configs import shipped
from doors.discord.localisation import Locales, read_locales


@cache
def locales() -> Locales:
    return read_locales(shipped.root / "discord" / "locales")
