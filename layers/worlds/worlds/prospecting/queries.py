"""SQL on worlds.searches and worlds.found_veins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from kernel.database import Tx
from worlds.log.models import WorldEvent
from worlds.prospecting.events import SearchBegun, VeinsFound
from worlds.prospecting.models import Prospect, Search
from worlds.space.cells import cell_of
from worlds.space.models import Position
from worlds.world.events import WorldDeleted, WorldWiped


def read_prospect(searches: Iterable[Mapping[str, Any]], found: Iterable[Mapping[str, Any]]) -> Prospect:
    """Return what someone knows of the ground from rows of both tables."""
    search = next((Search(Position(row["x"], row["y"]), row["begun_at"]) for row in searches), None)
    return Prospect(search, frozenset(row["vein"] for row in found))


def project(tx: Tx, event: WorldEvent) -> None:
    """Store what an event changes about searches."""
    match event:
        case SearchBegun():
            x, y, _ = event.position
            tx.execute(
                """
                INSERT INTO worlds.searches (character_id, world_id, x, y, begun_at) VALUES (%s, %s, %s, %s, %s)
                ON CONFLICT (character_id) DO UPDATE SET x = excluded.x, y = excluded.y, begun_at = excluded.begun_at
                """,
                (event.character_id, event.world_id, x, y, event.game_time),
            )
        case VeinsFound():
            for each in event.veins:
                _insert_vein(tx, event.character_id, event.world_id, each.vein, Position(*each.position))
        case WorldDeleted() | WorldWiped():
            tx.execute("DELETE FROM worlds.searches WHERE world_id = %s", (event.world_id,))
            tx.execute("DELETE FROM worlds.found_veins WHERE world_id = %s", (event.world_id,))
        case _:
            pass


def _insert_vein(tx: Tx, character_id: UUID, world_id: UUID, vein: str, position: Position) -> None:
    tx.execute(
        """
        INSERT INTO worlds.found_veins (character_id, vein, world_id, cell) VALUES (%s, %s, %s, %s)
        ON CONFLICT (character_id, vein) DO NOTHING
        """,
        (character_id, vein, world_id, cell_of(position)),
    )
