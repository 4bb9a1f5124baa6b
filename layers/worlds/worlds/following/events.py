"""What the community is told of heroes who let it follow them."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kernel.events.models import Event


class HeroSighted(Event):
    """Someone who lets the community follow them has done something. In a world that is not public, only how they are.

    Attributes:
        hero: the name of their character.
        world_id: of a public world with a map; `map_x` and `map_y` are where on it, in thousandths from the north-west.
        place: the nearest village, or what grows there; "" where there is neither.
        people: those of the game's own people who are near, and `creatures`; None where the command has not looked.
        players: how many other players are near.
        lines: what they have read for what they have done.
    """

    type: ClassVar[str] = "world.hero_sighted"
    private: ClassVar[bool] = True
    account_id: UUID
    hero: str
    world: str = ""
    world_id: UUID | None = None
    map_x: int | None = None
    map_y: int | None = None
    place: str | None = None
    hp: int
    most_hp: int
    people: tuple[str, ...] | None = None
    creatures: tuple[str, ...] | None = None
    players: int | None = None
    lines: tuple[str, ...] = ()
    seen_at: datetime


class HeroHidden(Event):
    """Someone no longer lets the community follow them, or is no longer to be seen where they were."""

    type: ClassVar[str] = "world.hero_hidden"
    private: ClassVar[bool] = True
    account_id: UUID
    hidden_at: datetime
