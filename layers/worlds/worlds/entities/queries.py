"""SQL on worlds.entities."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, LiteralString

from psycopg.types.json import Jsonb

from kernel.database import Tx
from worlds.carrying.events import ItemDropped, ItemPickedUp
from worlds.crafting.events import ThingBuilt
from worlds.entities.models import ITEM, Entity
from worlds.fixtures.events import Revealed, ThingOpened, ThingPushed
from worlds.items.content import items
from worlds.log.models import WorldEvent
from worlds.space.cells import cell_of
from worlds.space.models import Position
from worlds.world.events import ThingPlaced, ThingRemoved, WorldDeleted, WorldWiped

COLUMNS: Final[LiteralString] = """
    e.entity_id, e.kind, e.name, e.description, e.details, e.x, e.y, e.z, e.radius, e.locked, e.interactable, e.item,
    e.quantity, e.durability, e.quality, e.metadata
"""


def read(row: dict[str, Any]) -> Entity:
    """Return the entity of a row with COLUMNS, and perhaps `squared_distance`."""
    return Entity(
        entity_id=row["entity_id"],
        kind=row["kind"],
        name=row["name"],
        description=row["description"],
        details=row["details"],
        position=Position(row["x"], row["y"], row["z"]),
        radius=row["radius"],
        locked=row["locked"],
        interactable=row["interactable"],
        item=row["item"],
        quantity=row["quantity"] or 1,
        durability=row["durability"] or 0,
        quality=row["quality"] or 0,
        metadata=row["metadata"],
        squared_distance=row.get("squared_distance", 0.0),
    )


def project(tx: Tx, event: WorldEvent) -> None:
    """Store what an event changes about things that are somewhere."""
    if (projection := PROJECTIONS.get(type(event))) is not None:
        projection(tx, event)


def _delete(tx: Tx, event: ThingRemoved) -> None:
    tx.execute("DELETE FROM worlds.entities WHERE entity_id = %s", (event.entity_id,))


def _delete_all(tx: Tx, event: WorldDeleted | WorldWiped) -> None:
    tx.execute("DELETE FROM worlds.entities WHERE world_id = %s", (event.world_id,))


def _take(tx: Tx, event: ItemPickedUp) -> None:
    # It was not locked when it was looked at: who comes second is repeated, and finds it gone.
    tx.execute("SELECT worlds.take(%s, %s, %s)", (event.entity_id, event.left + event.quantity, event.left))


def _insert_dropped(tx: Tx, event: ItemDropped) -> None:
    _insert_item(tx, event, event)


def _open(tx: Tx, event: ThingOpened) -> None:
    tx.execute(
        """UPDATE worlds.entities SET metadata = metadata || '{"open": true}' WHERE entity_id = %s""",
        (event.entity_id,),
    )
    for each in event.revealed:
        _insert_item(tx, event, each)


def _push(tx: Tx, event: ThingPushed) -> None:
    x, y, z = event.to
    tx.execute(
        "UPDATE worlds.entities SET x = %s, y = %s, z = %s, cell = %s WHERE entity_id = %s",
        (x, y, z, cell_of(Position(x, y, z)), event.entity_id),
    )


def _build(tx: Tx, event: ThingBuilt) -> None:
    built = event.model_dump(exclude={"character_id", "fixture"})
    _insert(tx, ThingPlaced(**built, metadata={"fixture": event.fixture}))


def _insert_item(tx: Tx, event: ItemDropped | ThingOpened, lying: ItemDropped | Revealed) -> None:
    item = items.by_key[lying.item]
    placed = ThingPlaced(
        world_id=event.world_id,
        entity_id=lying.entity_id,
        kind=ITEM,
        name=item.written_name,
        description=item.written_description,
        position=event.position,
        item=lying.item,
        quantity=lying.quantity,
        durability=lying.durability,
        quality=lying.quality,
    )
    _insert(tx, placed)


def _insert(tx: Tx, event: ThingPlaced) -> None:
    x, y, z = event.position
    tx.execute(
        """
        INSERT INTO worlds.entities (
            entity_id, world_id, kind, name, description, details, x, y, z, cell, radius, locked, interactable, item,
            quantity, durability, quality, metadata
        ) VALUES (
            %(entity_id)s, %(world_id)s, %(kind)s, %(name)s, %(description)s, %(details)s, %(x)s, %(y)s, %(z)s,
            %(cell)s, %(radius)s, %(locked)s, %(interactable)s, %(item)s, %(quantity)s, %(durability)s, %(quality)s,
            %(metadata)s
        )
        """,
        {
            **event.model_dump(exclude={"position", "metadata"}),
            "x": x,
            "y": y,
            "z": z,
            "cell": cell_of(Position(x, y, z)),
            "metadata": Jsonb(event.metadata),
        },
    )


PROJECTIONS: Final[Mapping[type[WorldEvent], Callable[[Tx, Any], None]]] = {
    ThingPlaced: _insert,
    ItemDropped: _insert_dropped,
    ItemPickedUp: _take,
    ThingBuilt: _build,
    ThingOpened: _open,
    ThingPushed: _push,
    ThingRemoved: _delete,
    WorldDeleted: _delete_all,
    WorldWiped: _delete_all,
}
"""{event: what it changes about things that are somewhere}. Those of characters stay when a character is forgotten, and
must do without a `character_id` then: see worlds.forgetting."""
