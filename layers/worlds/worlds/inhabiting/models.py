"""Those of the game's own people whom someone can be."""

from __future__ import annotations

from msgspec import Struct

from kernel.errors import NotFound
from worlds.characters.models import Character
from worlds.npcs.models import Npc


class OfferedNpc(Struct, frozen=True):
    """One of the game's own people whom someone can be.

    Attributes:
        years: of age, in years of the world.
        relationships: how many people they know.
    """

    body: Character
    npc: Npc
    years: float
    relationships: int


class NotInhabited(NotFound):
    """A body of one's own cannot be given back."""

    code = "character_not_found"
    message = "This is no one of the game's own people. Only those whom you have taken over can be let go of."
