"""What is stored about who searches for ore."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from kernel.errors import Refused
from worlds.space.models import Position


class Search(Struct, frozen=True):
    """Where someone has begun to search, and when by the time of the world, in milliseconds."""

    position: Position
    begun_at: int


class Prospect(Struct, frozen=True):
    """What someone knows of the ground around.

    Attributes:
        search: the last one that they have begun; None for none.
        found: the keys of the veins around that they have found.
    """

    search: Search | None = None
    found: frozenset[str] = frozenset()


UNKNOWN: Final = Prospect()


class NothingToSearch(Refused):
    """A world without ground of its own."""

    code = "invalid_command"
    message = "The ground of {name} is the same everywhere: there is nothing to find. Enter another world."


class SearchOnLand(Refused):
    """Water hides what is under it."""

    code = "invalid_command"
    message = "You cannot search the ground under water. Go to dry land first."
