"""Messages to administrators about points."""

from __future__ import annotations


def contributed(points: int) -> str:
    return f"{points} points were added."
