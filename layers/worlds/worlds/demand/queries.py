"""SQL on worlds.demand."""

from __future__ import annotations

from kernel.database import Tx
from worlds.demand.events import PurchaseAttempted
from worlds.demand.models import WINDOW_DAYS
from worlds.log.models import WorldEvent
from worlds.space.cells import cell_of
from worlds.space.models import Position
from worlds.world.events import WorldDeleted, WorldWiped


def project(tx: Tx, event: WorldEvent) -> None:
    """Store what an event changes about demand; what is older than a week is of no use where it was."""
    match event:
        case PurchaseAttempted():
            place = (event.world_id, event.item, cell_of(Position(*event.position)))
            tx.execute(
                """
                INSERT INTO worlds.demand (world_id, item, cell, day, wanted) VALUES (%s, %s, %s, %s, %s)
                ON CONFLICT (world_id, item, cell, day) DO UPDATE SET wanted = demand.wanted + excluded.wanted
                """,
                (*place, event.day, event.quantity),
            )
            tx.execute(
                "DELETE FROM worlds.demand WHERE world_id = %s AND item = %s AND cell = %s AND day <= %s",
                (*place, event.day - WINDOW_DAYS),
            )
        case WorldDeleted() | WorldWiped():
            tx.execute("DELETE FROM worlds.demand WHERE world_id = %s", (event.world_id,))
        case _:
            pass
