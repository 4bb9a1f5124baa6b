"""The cards that an environment has drawn and still remembers."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

SIZE: Final = 256


class Memory:
    """The pictures used last; the one that was not used for the longest time is forgotten first.

    Attributes:
        hits: how often a picture was remembered since the last one was drawn.
    """

    def __init__(self, size: int = SIZE) -> None:
        self.hits = 0
        self._size = size
        self._pictures: OrderedDict[tuple[str, str], bytes] = OrderedDict()

    def __contains__(self, name: tuple[str, str]) -> bool:
        return name in self._pictures

    def get(self, name: tuple[str, str], draw: Callable[[], bytes]) -> bytes:
        """Return the picture of this name, drawn now if it is not remembered.

        Args:
            name: the card's key, and our address, which is on it.
        """
        picture = self._pictures.pop(name, None)
        if picture is not None:
            self.hits += 1
        else:
            picture = draw()
            while len(self._pictures) >= self._size:
                self._pictures.popitem(last=False)
        self._pictures[name] = picture
        return picture

    def take_hits(self) -> int:
        """Return the number of hits, and begin again."""
        hits, self.hits = self.hits, 0
        return hits

    def clear(self) -> None:
        self._pictures.clear()
        self.hits = 0
