"""Which handler does what. Source: rules 6."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from community.catalog.content import HandlerName
from community.items.handlers import (
    delayed_blast,
    generator,
    lootbox,
    revive,
    shield,
    trap,
    utility,
    video_effect,
    weapon,
    xp,
)
from community.items.models import Reach, Use, Used, Wish
from kernel.database import Tx


def nobody(tx: Tx, wish: Wish) -> Reach:
    return Reach()


@dataclass(frozen=True, slots=True)
class Handler:
    """
    Attributes:
        use: decides, queues what is not a player's own, and answers; refuses with a DomainError.
        reach: whom to load, before anything is known; may refuse as well.
    """

    use: Callable[[Tx, Use], Used]
    reach: Callable[[Tx, Wish], Reach] = nobody


HANDLERS: Mapping[HandlerName, Handler] = {
    "delayed_blast": Handler(delayed_blast.use, delayed_blast.reach),
    "generator": Handler(generator.use),
    "lootbox": Handler(lootbox.use),
    "revive": Handler(revive.use, revive.reach),
    "shield": Handler(shield.use),
    "trap": Handler(trap.use, trap.reach),
    "utility": Handler(utility.use),
    "video_effect": Handler(video_effect.use),
    "weapon": Handler(weapon.use, weapon.reach),
    "xp": Handler(xp.use),
}
