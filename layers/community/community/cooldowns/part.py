"""Merging players keeps the cooldown that ends later. Source: rules 1.1."""

from __future__ import annotations

from community.cooldowns import queries
from community.players.part import Rows

COOLDOWNS = Rows(("cooldowns",), queries.move_cooldowns)
