"""How someone comes into a fight: with luck of their own, and perhaps about to turn on another. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from msgspec.structs import replace

from worlds.acting.models import Scene
from worlds.combat.models import Fighter, Nature
from worlds.combat.rules import SECOND
from worlds.time.models import milliseconds


def newcomer(scene: Scene, fighter_id: UUID, *, decides: bool = False, nature: Nature | None = None) -> Fighter:
    """Return someone who comes into a fight.

    Args:
        decides: by itself, since no one plays it.
        nature: of a creature.
    """
    return Fighter(fighter_id=fighter_id, seed=scene.rng.getrandbits(60), decides=decides, nature=nature)


def about_to_join(scene: Scene, fighters: Iterable[Fighter], against: UUID, seconds: int) -> list[Fighter]:
    """Return fighters who turn on someone in so many seconds."""
    at = milliseconds(scene.now) + seconds * SECOND
    return [replace(each, against=against, joins_at=at) for each in fighters]
