"""What this process remembers of who has read which description."""

from __future__ import annotations

from typing import Final

from worlds.ground.cache import MOST_CONNECTIONS, Remembered

last_keys: Final[Remembered[str, str]] = Remembered(MOST_CONNECTIONS)
"""{connection: the key of the text that it has read last}, a guess at the one that it needs."""
