"""Places where something can be gathered, and what is left of them."""

from __future__ import annotations

from msgspec import Struct

from kernel.errors import NotFound, Refused
from worlds.resources.content import ResourceKind
from worlds.space.models import Position


class ResourceGround(Struct, frozen=True, kw_only=True):
    """A place where something can be gathered.

    Attributes:
        key: tells it from all others of its world.
        most: what it has when no one has gathered there.
        regrowth: in 24 hours of the world's time.
        level: of the skill, that one should have.
    """

    key: str
    kind: ResourceKind
    position: Position
    most: float
    regrowth: float
    level: int
    is_rich: bool


class Stock(Struct, frozen=True):
    """What is left of a ground that someone has gathered from, or of a vein.

    Attributes:
        quantity: with fractions, as it was at `settled_at`.
        settled_at: milliseconds of the world's time.
        rests_until: the moment from which it grows again.
    """

    quantity: float
    settled_at: int
    rests_until: int


def key_of_vein(vein: str) -> str:
    """Return the key under which what is left of a vein is stored; resource grounds have keys like its own."""
    return f"vein/{vein}"


class NothingToGather(NotFound):
    """No place within reach where one could gather."""

    code = "target_not_found"
    message = "There is nothing to gather within reach. Write look to see what is around, and go there."


class NothingLeft(Refused):
    """A place where everything was gathered."""

    code = "invalid_input"
    message = "Nothing is left there now: {name}. It grows again with time."


class WorkedOut(Refused):
    """A vein from which all ore was dug."""

    code = "invalid_input"
    message = "There is no ore left: {name}. Search for another vein."


class TooHardToMine(Refused):
    """Ore that one's tools do not break."""

    code = "invalid_input"
    message = "That is too hard for what you have: {name}. You need a pick of this: {materials}."
