"""Messages to administrators about points."""

from __future__ import annotations

from kernel.texts import translate_n


def contributed(points: int) -> str:
    return translate_n("{n} point was added.", "{n} points were added.", points)
