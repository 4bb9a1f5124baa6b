"""Items that stop attacks. Source: rules 6.4."""

from __future__ import annotations

from community.items.models import ItemUse, UseResult
from community.items.texts import name_with_quantity
from community.shields import service as shields
from kernel.database import Tx
from kernel.texts import translate_n


def use(tx: Tx, item_use: ItemUse) -> UseResult:
    kind = item_use.item.handler_config.kind
    shields.raise_shields(tx, item_use.user, kind, item_use.quantity)
    return UseResult(item_use.players, item_use.quantity, _described(item_use))


def _described(item_use: ItemUse) -> str:
    things = name_with_quantity(item_use)
    if item_use.item.handler_config.kind == "block":
        return translate_n(
            "You raise {things}: the next attack on you will come to nothing.",
            "You raise {things}: the next {n} attacks on you will come to nothing.",
            item_use.quantity,
            things=things,
        )
    return translate_n(
        "You raise {things}: the next attack on you hits the attacker instead.",
        "You raise {things}: the next {n} attacks on you hit the attackers instead.",
        item_use.quantity,
        things=things,
    )
