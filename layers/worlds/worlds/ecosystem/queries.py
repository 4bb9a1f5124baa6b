"""SQL on worlds.species."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx
from worlds.ecosystem.models import WorldSpecies
from worlds.log.models import WorldEvent
from worlds.world.events import SpeciesDrawn, WorldDeleted


def list_species(tx: Tx, world_id: UUID) -> Cursor:
    """Return rows of `details`, in the order of their numbers."""
    return tx.execute("SELECT details FROM worlds.species WHERE world_id = %s ORDER BY number", (world_id,))


def read(rows: Iterable[Mapping[str, Any]]) -> list[WorldSpecies]:
    """Return the species of rows."""
    return [WorldSpecies.model_validate(row["details"]) for row in rows]


def project(tx: Tx, event: WorldEvent) -> None:
    """Store what an event changes about the species of a world."""
    match event:
        case SpeciesDrawn():
            for each in event.species:
                tx.execute(
                    """
                    INSERT INTO worlds.species (world_id, number, details) VALUES (%s, %s, %s)
                    ON CONFLICT (world_id, number) DO UPDATE SET details = excluded.details
                    """,
                    (event.world_id, each["number"], Jsonb(each)),
                )
        case WorldDeleted():
            tx.execute("DELETE FROM worlds.species WHERE world_id = %s", (event.world_id,))
        case _:
            pass
