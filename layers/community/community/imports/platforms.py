"""The platforms of imported balances."""

from __future__ import annotations

UNIQUE_NAMES = frozenset({"twitch"})
"""The platforms on which no two accounts have the same name. Elsewhere, anyone can take anyone's."""
