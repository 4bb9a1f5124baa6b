"""Messages about chat."""

from __future__ import annotations

from kernel.texts import translate


def heard(name: str) -> str:
    return translate("Hello {name}, the game can hear you.", name=name)
