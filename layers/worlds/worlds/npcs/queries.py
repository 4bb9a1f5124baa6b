"""SQL on worlds.npcs."""

from __future__ import annotations

from typing import Any, Final, LiteralString

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx
from worlds.characters.events import NpcSlain
from worlds.inhabiting.events import NpcInhabited
from worlds.log.models import WorldEvent
from worlds.npcs.events import NpcDied, NpcNeedsChanged, NpcSettled, NpcWed
from worlds.npcs.models import Npc
from worlds.world.events import WorldDeleted, WorldWiped

COLUMNS: Final[LiteralString] = """
    n.character_id, n.world_id, n.village, n.number, n.family, n.sex, n.genes, n.personality, n.born, n.mother_id,
    n.father_id, n.spouse_id, n.wed, n.home_x, n.home_y, n.house, n.died, n.cause, n.needs, n.needs_at,
    n.doing
"""
SLAIN: Final = "a fight"
"""What someone who was slain has died of, as `worlds.npcs.cause` says it."""


def read(row: dict[str, Any]) -> Npc:
    """Return the one of a row with COLUMNS."""
    return Npc(
        character_id=row["character_id"],
        world_id=row["world_id"],
        village=row["village"],
        number=row["number"],
        family=row["family"],
        sex=row["sex"],
        genes=row["genes"],
        personality=row["personality"],
        born=row["born"],
        mother_id=row["mother_id"],
        father_id=row["father_id"],
        spouse_id=row["spouse_id"],
        wed=row["wed"],
        home=(row["home_x"], row["home_y"]),
        house=row["house"],
        died=row["died"],
        cause=row["cause"],
        needs=row["needs"],
        needs_at=row["needs_at"],
        doing=row["doing"],
    )


def set_places(tx: Tx, moved: list[dict[str, Any]]) -> None:
    """Let people stand elsewhere, who are locked: `id`, `x`, `y`, `cell`, and what they are `doing` there."""
    tx.execute(
        """
        WITH moved AS MATERIALIZED (
            SELECT * FROM jsonb_to_recordset(%s) AS m (id uuid, x bigint, y bigint, cell bigint, doing text)),
        done AS (
            UPDATE worlds.npcs AS n SET doing = m.doing FROM moved AS m WHERE n.character_id = m.id)
        UPDATE worlds.characters AS c SET x = m.x, y = m.y, z = 0, cell = m.cell
        FROM moved AS m WHERE c.character_id = m.id
        """,
        (Jsonb(moved),),
    )


def find(tx: Tx, character_id: Any) -> Cursor:
    """Return one row with COLUMNS, if a character is or was one of the game's own people."""
    return tx.execute("SELECT " + COLUMNS + " FROM worlds.npcs AS n WHERE n.character_id = %s", (character_id,))


def project(tx: Tx, event: WorldEvent) -> None:
    """Store what an event changes about who someone is."""
    match event:
        case NpcSettled():
            tx.execute(
                """
                INSERT INTO worlds.npcs (
                    character_id, world_id, village, number, family, sex, genes, personality, born, mother_id,
                    father_id, spouse_id, wed, home_x, home_y, house
                ) VALUES (
                    %(character_id)s, %(world_id)s, %(village)s, %(number)s, %(family)s, %(sex)s, %(genes)s,
                    %(personality)s, %(born)s, %(mother_id)s, %(father_id)s, %(spouse_id)s, %(wed)s, %(home_x)s,
                    %(home_y)s, %(house)s
                )
                """,
                {
                    **event.model_dump(exclude={"genes", "personality", "home"}),
                    "genes": Jsonb(event.genes),
                    "personality": Jsonb(event.personality),
                    "home_x": event.home[0],
                    "home_y": event.home[1],
                },
            )
        case NpcWed():
            tx.execute(
                "UPDATE worlds.npcs SET spouse_id = %s, wed = %s, house = %s, home_x = %s, home_y = %s"
                " WHERE character_id = %s",
                (event.spouse_id, event.day, event.house, *event.home, event.character_id),
            )
        case NpcDied() | NpcSlain():
            cause = event.cause if isinstance(event, NpcDied) else SLAIN
            tx.execute(
                "UPDATE worlds.npcs SET died = %s, cause = %s WHERE character_id = %s",
                (event.day, cause, event.character_id),
            )
        case NpcNeedsChanged():
            tx.execute(
                "UPDATE worlds.npcs SET needs = %s, needs_at = %s WHERE character_id = %s",
                (Jsonb(event.needs), event.at, event.character_id),
            )
        case NpcInhabited():
            tx.execute(
                "UPDATE worlds.npcs SET baseline = %s WHERE character_id = %s",
                (Jsonb(event.baseline), event.character_id),
            )
        case WorldDeleted() | WorldWiped():
            tx.execute("DELETE FROM worlds.npcs WHERE world_id = %s", (event.world_id,))
        case _:
            pass
