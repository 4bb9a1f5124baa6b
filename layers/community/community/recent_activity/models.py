"""How much a player has done just now, for the limits on it."""

from __future__ import annotations

from msgspec import Struct


class RecentActivity(Struct, frozen=True):
    """What a player has done just now.

    Attributes:
        minute: minutes since 1970.
        points: contribution points earned in that minute.
        line: a hash of the last line of chat; empty for none.
        line_count: how often that line came in a row.
    """

    minute: int = 0
    points: int = 0
    line: str = ""
    line_count: int = 0
