"""SQL on worlds.promises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, LiteralString
from uuid import UUID

from kernel.database import Cursor, Tx
from worlds.log.models import Recorded
from worlds.promises.events import PromiseAdvanced, PromiseBroken, PromiseMade
from worlds.promises.models import BROKEN, KEPT, OPEN, Promise
from worlds.world.events import WorldDeleted, WorldWiped

COLUMNS: Final[LiteralString] = """
    q.promise_id, q.npc_id, q.character_id, q.world_id, q.version, q.item, q.quantity, q.given, q.made_at, q.due,
    q.status
"""


def lock_overdue(tx: Tx, world_id: UUID, village: str, now: int) -> Cursor:
    """Lock the promises to people of a village that were not kept in time, and return them, the oldest first."""
    return tx.execute(
        "SELECT "
        + COLUMNS
        + """
        FROM worlds.promises AS q
        JOIN worlds.npcs AS n ON n.character_id = q.npc_id AND n.world_id = %s AND n.village = %s
        WHERE q.status = 'open' AND q.due <= %s
        ORDER BY q.due, q.promise_id FOR NO KEY UPDATE OF q
        """,
        (world_id, village, now),
    )


def project(tx: Tx, recorded: Recorded) -> None:
    """Store what an event changes about promises."""
    match recorded.event:
        case PromiseMade() as event:
            tx.execute(
                """
                INSERT INTO worlds.promises (
                    promise_id, npc_id, character_id, world_id, version, item, quantity, given, made_at, due, status
                ) VALUES (
                    %(promise_id)s, %(npc_id)s, %(character_id)s, %(world_id)s, %(version)s, %(item)s, %(quantity)s, 0,
                    %(game_time)s, %(due)s, %(status)s
                )
                """,
                {**event.model_dump(), "version": recorded.version, "status": OPEN},
            )
        case PromiseAdvanced() as event:
            _update(tx, event.promise_id, recorded.version, KEPT if event.kept else OPEN, event.given)
        case PromiseBroken() as event:
            _update(tx, event.promise_id, recorded.version, BROKEN)
        case WorldDeleted() | WorldWiped() as event:
            tx.execute("DELETE FROM worlds.promises WHERE world_id = %s", (event.world_id,))
        case _:
            pass


def read(row: Mapping[str, Any]) -> Promise:
    """Return the promise of a row with COLUMNS."""
    return Promise(
        promise_id=row["promise_id"],
        npc_id=row["npc_id"],
        character_id=row["character_id"],
        world_id=row["world_id"],
        version=row["version"],
        item=row["item"],
        quantity=row["quantity"],
        given=row["given"],
        made_at=row["made_at"],
        due=row["due"],
        status=row["status"],
    )


def _update(tx: Tx, promise_id: UUID, version: int, status: str, given: int | None = None) -> None:
    tx.execute(
        "UPDATE worlds.promises SET version = %s, status = %s, given = coalesce(%s, given) WHERE promise_id = %s",
        (version, status, given, promise_id),
    )
