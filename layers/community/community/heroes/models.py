"""What players do in worlds, in the product of that name; here it earns experience and achievements."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from msgspec import Struct

from kernel.errors import NotFound, Refused
from kernel.events.models import Event


class HeroFeat(Event):
    """A player has achieved a feat in a world; `feat` is its key in the content of Worlds."""

    type: ClassVar[str] = "hero.feat"
    logged: ClassVar[bool] = False
    user_id: UUID
    feat: str


class RewardedFeats(Struct, frozen=True):
    """What a player was rewarded for already.

    Attributes:
        feats: which the player was, and those for which their account has earned another one something.
        today: the experience for all that was rewarded today.
    """

    feats: frozenset[str] = frozenset()
    today: int = 0


class Sighting(Struct, frozen=True):
    """How a hero was seen last. What was not looked at with that is as it was before.

    Attributes:
        hero: the name of their character in the world.
        world: "" if it is not public; then nothing is known of where they are.
        world_id: of a world with a map; `map_x` and `map_y` are where on it, in thousandths from the north-west.
        place: a village, or what grows there; "" for neither.
        people, creatures: the names of those who are near, and `players`, how many others.
        lines: what they have read lately, the last one last.
    """

    hero: str
    hp: int
    most_hp: int
    world: str = ""
    world_id: str | None = None
    map_x: int | None = None
    map_y: int | None = None
    place: str = ""
    people: tuple[str, ...] = ()
    creatures: tuple[str, ...] = ()
    players: int = 0
    lines: tuple[str, ...] = ()


class FollowedHero(Struct, frozen=True):
    """The hero whom the community follows.

    Attributes:
        player: the name of their player.
        sighting, seen_at: None if they have not been seen since they were chosen, or do not show themselves.
    """

    user_id: UUID
    player: str
    sighting: Sighting | None = None
    seen_at: datetime | None = None


class NoHero(NotFound):
    """The community follows no one."""

    code = "not_found"
    message = "No one is followed through worlds at the moment. A moderator can choose a hero."


class HeroNotLinked(Refused):
    """A player without an account has no hero."""

    code = "validation"
    message = "{name} has not linked an account of Worlds, so no hero of theirs is known."
