"""Where players may have an item, for a content file that lacks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import LiteralString

from community.blasts.queries import ARMED_ITEM
from community.catalog.content import ItemsSection
from community.deliveries.queries import ON_THE_WAY
from community.gambles.queries import STAKED
from community.inventory.queries import OWNED
from community.stored_names import missing
from kernel.database import Tx

USES: Mapping[str, LiteralString] = {
    "is owned by players": OWNED,
    "is on its way to a player, or part of what is": ON_THE_WAY,
    "is staked in a gamble": STAKED,
    "is armed in a chat": ARMED_ITEM,
}


def refuse_missing_items(tx: Tx, gone: Mapping[int, str]) -> None:
    """Refuse content without an item that players have.

    Args:
        gone: {id: internal name} of the items that the database knows and the content lacks.

    Raises:
        ContentError
    """
    for item_id, name in gone.items():
        for use, condition in USES.items():
            row = tx.execute("SELECT " + condition + " AS found", (item_id,)).fetchone()
            if row and row["found"]:
                raise missing(ItemsSection.file, "item", name, use)
