"""SQL on worlds.stocks."""

from __future__ import annotations

from kernel.database import Tx
from worlds.log.models import WorldEvent
from worlds.resources.events import ResourceGathered
from worlds.space.cells import cell_of
from worlds.space.models import Position
from worlds.world.events import WorldDeleted, WorldWiped


def project(tx: Tx, event: WorldEvent) -> None:
    """Store what an event changes about what is left of resource grounds."""
    match event:
        case ResourceGathered():
            tx.execute(
                """
                INSERT INTO worlds.stocks (world_id, ground, cell, quantity, settled_at, rests_until)
                VALUES (%s, %s, %s, %s, %s, %s)
                ON CONFLICT (world_id, ground) DO UPDATE SET
                    quantity = excluded.quantity, settled_at = excluded.settled_at, rests_until = excluded.rests_until
                """,
                (
                    event.world_id,
                    event.ground,
                    cell_of(Position(*event.position)),
                    event.left,
                    event.game_time,
                    event.rests_until,
                ),
            )
        case WorldDeleted() | WorldWiped():
            tx.execute("DELETE FROM worlds.stocks WHERE world_id = %s", (event.world_id,))
        case _:
            pass
