"""Items that stop attacks. Source: rules 6.4."""

from __future__ import annotations

from community.items.models import ItemUse, UseResult
from community.items.texts import name_with_quantity
from community.shields import service as shields
from kernel.database import Tx


def use(tx: Tx, item_use: ItemUse) -> UseResult:
    kind = item_use.item.handler_config.kind
    shields.raise_shields(tx, item_use.user, kind, item_use.quantity)
    attacks = "attack" if item_use.quantity == 1 else f"{item_use.quantity} attacks"
    fate = "will come to nothing" if kind == "block" else "will hit whoever begins it"
    return UseResult(
        item_use.players,
        item_use.quantity,
        f"You raise {name_with_quantity(item_use)}: the next {attacks} on you {fate}.",
    )
