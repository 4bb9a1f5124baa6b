"""Items that only produce a message."""

from __future__ import annotations

from community.catalog.texts import counted
from community.items.models import ItemUse, UseResult
from kernel.database import Tx
from kernel.texts import translate


def use(tx: Tx, item_use: ItemUse) -> UseResult:
    things = counted(item_use.item, item_use.quantity)
    message = translate("You put {things} to use. It felt right.", things=things)
    return UseResult(item_use.players, item_use.quantity, message)
