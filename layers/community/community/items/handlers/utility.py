"""Items for the pleasure of it."""

from __future__ import annotations

from community.catalog.rules import plural
from community.items.models import Use, Used
from kernel.database import Tx


def use(tx: Tx, use: Use) -> Used:
    name = plural(use.item.public_name, use.quantity)
    return Used(use.players, use.quantity, f"You put {use.quantity} × {name} to use. It felt right.")
