"""SQL on worlds.relationships."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx
from worlds.log.models import WorldEvent
from worlds.relationships.models import Opinion, PastAction, Relationship, SocialAction, Trait
from worlds.world.events import WorldDeleted, WorldWiped

COLUMNS: Final[LiteralString] = """
    r.npc_id, r.other_id, r.world_id, r.version, r.affection, r.trust, r.fear, r.settled_at, r.met_at, r.history,
    r.baseline, r.count, r.frozen, r.noticed
"""


def lock(tx: Tx, npc_id: UUID, other_id: UUID) -> Cursor:
    """Lock what one thinks of another, and return it. Of two who meet for the first time at once, one tries again."""
    return tx.execute(
        "SELECT "
        + COLUMNS
        + " FROM worlds.relationships AS r WHERE r.npc_id = %s AND r.other_id = %s FOR NO KEY UPDATE",
        (npc_id, other_id),
    )


def lock_to(tx: Tx, other_id: UUID, npc_ids: Sequence[UUID] | None = None) -> Cursor:
    """Lock what people think of someone, in the order of their ids, and return it.

    Args:
        npc_ids: who thinks; None for all.
    """
    return tx.execute(
        "SELECT "
        + COLUMNS
        + """
        FROM worlds.relationships AS r
        WHERE r.other_id = %(other)s AND (%(npcs)s::uuid[] IS NULL OR r.npc_id = ANY (%(npcs)s))
        ORDER BY r.npc_id FOR NO KEY UPDATE
        """,
        {"other": other_id, "npcs": None if npc_ids is None else list(npc_ids)},
    )


def save(tx: Tx, relationship: Relationship) -> None:
    """Store what one thinks of another."""
    tx.execute(
        """
        INSERT INTO worlds.relationships (
            relationship_id, npc_id, other_id, world_id, version, affection, trust, fear, settled_at, met_at, history,
            baseline, count, frozen, noticed
        ) VALUES (
            %(id)s, %(npc)s, %(other)s, %(world)s, %(version)s, %(affection)s, %(trust)s, %(fear)s, %(settled_at)s,
            %(met_at)s, %(history)s, %(baseline)s, %(count)s, %(frozen)s, %(noticed)s
        )
        ON CONFLICT (npc_id, other_id) DO UPDATE SET
            version = excluded.version, affection = excluded.affection, trust = excluded.trust, fear = excluded.fear,
            settled_at = excluded.settled_at, history = excluded.history, baseline = excluded.baseline,
            count = excluded.count, frozen = excluded.frozen, noticed = excluded.noticed
        """,
        {
            "id": relationship.aggregate_id,
            "npc": relationship.npc_id,
            "other": relationship.other_id,
            "world": relationship.world_id,
            "version": relationship.version,
            "affection": relationship.opinion.affection,
            "trust": relationship.opinion.trust,
            "fear": relationship.opinion.fear,
            "settled_at": relationship.settled_at,
            "met_at": relationship.met_at,
            "history": Jsonb([[each.action, each.at, dict(each.behaviour)] for each in relationship.history]),
            "baseline": Jsonb(dict(relationship.baseline)),
            "count": relationship.count,
            "frozen": None if relationship.frozen is None else Jsonb(dict(relationship.frozen)),
            "noticed": relationship.noticed,
        },
    )


def project(tx: Tx, event: WorldEvent) -> None:
    """Store what an event of a world changes about relationships."""
    if isinstance(event, WorldDeleted | WorldWiped):
        tx.execute("DELETE FROM worlds.relationships WHERE world_id = %s", (event.world_id,))


def read(row: Mapping[str, Any]) -> Relationship:
    """Return the relationship of a row with COLUMNS."""
    return Relationship(
        npc_id=row["npc_id"],
        other_id=row["other_id"],
        world_id=row["world_id"],
        version=row["version"],
        opinion=Opinion(row["affection"], row["trust"], row["fear"]),
        settled_at=row["settled_at"],
        met_at=row["met_at"],
        history=tuple(PastAction(SocialAction(action), at, _traits(said)) for action, at, said in row["history"]),
        baseline=_traits(row["baseline"]),
        count=row["count"],
        frozen=None if row["frozen"] is None else _traits(row["frozen"]),
        noticed=row["noticed"],
    )


def read_usual(stored: Mapping[str, float] | None) -> Mapping[Trait, float] | None:
    """Return what someone was like before a player came; None for a player."""
    return None if not stored else _traits(stored)


def _traits(stored: Mapping[str, float]) -> dict[Trait, float]:
    return {Trait(name): value for name, value in stored.items()}
