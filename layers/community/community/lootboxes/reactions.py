"""Reactions that count rare drops."""

from __future__ import annotations

from datetime import datetime
from random import Random

from community.inventory.models import Quality
from community.lootboxes.models import LootboxOpened
from community.players.models import Player
from community.stats.reactions import add_stat

_STATS = {Quality.LEGENDARY: "lootbox_jackpot", Quality.EPIC: "lootbox_big_win"}


def count_rare_drop(event: LootboxOpened, player: Player, now: datetime, rng: Random) -> Player:
    """Count a legendary or epic drop, once for all boxes that were opened together."""
    stat = _STATS.get(event.best) if event.best else None
    if stat is None:
        return player
    return add_stat(player, now, stat, {"item_name": event.item_name, "quantity": event.quantity, "value": event.value})
