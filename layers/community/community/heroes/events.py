"""What listeners are told of the hero whom the community follows."""

from __future__ import annotations

from typing import ClassVar

from kernel.events.models import Event


class FollowedHeroSeen(Event):
    """The hero whom the community follows has done something in a world.

    Attributes:
        player: the name of their player.
        hero: the name of their character.
        world: "" for one that is not public; then nothing is told of where they are.
        world_id: of a public world with a map; `map_x` and `map_y` are where on it, in thousandths from the north-west.
        place: a village, or what grows there; "" for neither.
        people: the names of the world's own people who are near, and `creatures`.
        players: how many other players are near.
        lines: what they have read lately, the last one last.
        seen_at: in Unix seconds.
    """

    type: ClassVar[str] = "hero.sighted"
    player: str
    hero: str
    hp: int
    most_hp: int
    world: str
    world_id: str | None
    map_x: int | None
    map_y: int | None
    place: str
    people: tuple[str, ...]
    creatures: tuple[str, ...]
    players: int
    lines: tuple[str, ...]
    seen_at: float


class FollowedHeroHid(Event):
    """The hero whom the community has followed is no longer shown."""

    type: ClassVar[str] = "hero.hidden"
