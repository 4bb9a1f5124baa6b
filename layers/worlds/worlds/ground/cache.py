"""What this process remembers of the ground of worlds. It never changes, so nothing here can be out of date."""

from __future__ import annotations

from typing import Final, Generic, TypeVar
from uuid import UUID

from worlds.generation.biomes import Biome
from worlds.generation.tiles import Tile, TileKey

K = TypeVar("K")
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """A mapping that forgets what was remembered first once it is full."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[K, V] = {}

    def get(self, key: K) -> V | None:
        """Return what is remembered, or None."""
        return self._values.get(key)

    def list_keys(self) -> list[K]:
        """Return the keys of all that is remembered."""
        return list(self._values)

    def put(self, key: K, value: V) -> None:
        """Remember a value."""
        self._values[key] = value
        while len(self._values) > self._most:
            # Another thread may have forgotten the same one already.
            self._values.pop(next(iter(self._values)), None)


MOST_TILES: Final = 64
MOST_SPOTS: Final = 20_000
"""About 6 MB."""
MOST_CONNECTIONS: Final = 1_000

tiles: Final[Remembered[tuple[UUID, TileKey], Tile]] = Remembered(MOST_TILES)
"""Of all worlds."""
spots: Final[Remembered[tuple[UUID, int, int], tuple[Biome, int]]] = Remembered(MOST_SPOTS)
"""{(world, x, y): the biome, and the height of the ground}, for maps: a step shows mostly what was seen before."""
last_worlds: Final[Remembered[str, UUID]] = Remembered(MOST_CONNECTIONS)
"""{connection: the world that its character was in last}, a guess at which tiles it needs."""
