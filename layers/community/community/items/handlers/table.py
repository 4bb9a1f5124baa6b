"""The table of item handlers. Source: rules 6."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

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
from community.items.models import ItemUse, Targeting, UseRequest, UseResult
from community.items.switches import WEAPONS
from kernel.database import Tx
from kernel.switches.models import Switch


def no_targets(tx: Tx, request: UseRequest) -> Targeting:
    return Targeting()


class Handler(Struct, frozen=True):
    """What an item with a handler does, in two steps.

    Attributes:
        use: decides the effect, queues writes that are not part of a player, and returns the result; may raise a
            DomainError.
        choose_targets: names the players to load, before any is loaded; may raise a DomainError.
        switches: those that have to be on.
    """

    use: Callable[[Tx, ItemUse], UseResult]
    choose_targets: Callable[[Tx, UseRequest], Targeting] = no_targets
    switches: tuple[Switch, ...] = ()


HANDLERS: Mapping[HandlerName, Handler] = {
    "delayed_blast": Handler(delayed_blast.use, delayed_blast.choose_targets, (WEAPONS,)),
    "generator": Handler(generator.use),
    "lootbox": Handler(lootbox.use),
    "revive": Handler(revive.use, revive.choose_targets),
    "shield": Handler(shield.use),
    "trap": Handler(trap.use, trap.choose_targets, (WEAPONS,)),
    "utility": Handler(utility.use),
    "video_effect": Handler(video_effect.use),
    "weapon": Handler(weapon.use, weapon.choose_targets, (WEAPONS,)),
    "xp": Handler(xp.use),
}
