"""Which device a session is on, in words that its owner recognises."""

from __future__ import annotations

import re
from typing import Final

from kernel.texts import translate

_BROWSERS: Final = (
    ("Edg|EdgA|EdgiOS", "Edge"),
    ("OPR|Opera", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Vivaldi", "Vivaldi"),
    ("YaBrowser", "Yandex Browser"),
    ("Firefox|FxiOS", "Firefox"),
    ("Chrome|Chromium|HeadlessChrome|CriOS", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
    ("python-[a-z]+|Python-urllib|aiohttp", "Python"),
)
"""(how browsers call themselves, as people call them): the first that matches, because most also name others."""
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone|iPod", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh|Mac OS X", "macOS"),
    ("Linux|X11", "Linux"),
)


def device_of(user_agent: str | None) -> str:
    """Return what someone used when they signed in: "Firefox on Linux"."""
    browser, system = _named(_BROWSERS, user_agent, r"\b(?:{})[/ ]"), _named(_SYSTEMS, user_agent, r"\b(?:{})\b")
    if browser and system:
        return translate("{browser} on {system}", browser=browser, system=system)
    return browser or system or translate("Unknown device")


def _named(table: tuple[tuple[str, str], ...], user_agent: str | None, pattern: str) -> str:
    text = user_agent or ""
    return next((name for own, name in table if re.search(pattern.format(own), text)), "")
