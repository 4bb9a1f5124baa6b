"""Every command there is: importing a module declares what is in it."""

from __future__ import annotations

from discord import (
    admin_players,
    admin_system,
    admin_tree,
    community,
    economy,
    gambling,
    help,
    info,
    linking,
    players,
    standing,
    things,
)

__all__ = [
    "admin_players",
    "admin_system",
    "admin_tree",
    "community",
    "economy",
    "gambling",
    "help",
    "info",
    "linking",
    "players",
    "standing",
    "things",
]
