"""What the game owes for an event: the one table of all reactions.

A reaction is a pure function from (event, player) to the player with what they are owed. It is saved in the
transaction that recorded the event, so it happens exactly once. Adding one here touches no use case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from random import Random
from typing import Any

from brandish.economy.models import ItemBought, ItemSold
from brandish.events.models import Event
from brandish.jobs import reactions as jobs
from brandish.players.models import Player

Reaction = Callable[[Any, Player, datetime, Random], Player]

REACTIONS: Mapping[type[Event], tuple[Reaction, ...]] = {
    ItemSold: (jobs.merchant_xp_for_sale,),
    ItemBought: (jobs.merchant_xp_for_purchase,),
}


def settle(player: Player, now: datetime, rng: Random) -> Player:
    """Apply the reactions to every event of the player, and to the events these record in turn."""
    settled = 0
    while settled < len(player.events):
        event = player.events[settled]
        for reaction in REACTIONS.get(type(event), ()):
            player = reaction(event, player, now, rng)
        settled += 1
    return player
