"""Those of the game's own people whom someone can be."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from kernel.errors import NotFound
from worlds.characters.models import Character
from worlds.npcs.models import Npc


class OfferedNpc(Struct, frozen=True):
    """One of the game's own people whom someone can be.

    Attributes:
        years: of age, in years of the world.
        relationships: how many people they know.
        place: the name of their village.
    """

    body: Character
    npc: Npc
    years: float
    relationships: int
    place: str = ""
    is_asleep: bool = False


class NpcWish(Struct, frozen=True, kw_only=True):
    """Whom someone would like to be; what is None makes no difference.

    Attributes:
        occupation, species, place: in any case; `place` is the name of a village.
        sex: female or male.
        skill: that they have learned.
        least_age, most_age: in years of the world, both inclusive.
        sort: by which of SORTS, the most first; by place without one.
    """

    occupation: str | None = None
    species: str | None = None
    sex: str | None = None
    place: str | None = None
    skill: str | None = None
    least_age: int | None = None
    most_age: int | None = None
    sort: str | None = None


ANYONE: Final = NpcWish()
SORTS: Final = ("relationships", "years", "skills")
"""Source: worlds 7.3."""


class NotInhabited(NotFound):
    """A body of one's own cannot be given back."""

    code = "character_not_found"
    message = "This is no one of the game's own people. Only those whom you have taken over can be let go of."
