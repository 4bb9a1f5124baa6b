"""Items that stop attacks. Source: rules 6.4."""

from __future__ import annotations

from community.items.models import Use, Used
from community.items.texts import so_many
from community.shields import service as shields
from kernel.database import Tx


def use(tx: Tx, use: Use) -> Used:
    kind = use.item.handler_config.kind
    shields.raise_shields(tx, use.user, kind, use.quantity)
    attacks = "attack" if use.quantity == 1 else f"{use.quantity} attacks"
    fate = "will come to nothing" if kind == "block" else "will hit whoever begins it"
    return Used(use.players, use.quantity, f"You raise {so_many(use)}: the next {attacks} on you {fate}.")
