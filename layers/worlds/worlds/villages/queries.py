"""SQL on worlds.villages, and on the people of one."""

from __future__ import annotations

from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx, declare_race
from worlds.characters import queries as characters
from worlds.log.models import WorldEvent
from worlds.npcs import queries as npcs
from worlds.space.models import Position
from worlds.villages.events import VillageFounded, VillageLived
from worlds.villages.models import Village, VillageSite
from worlds.world.events import WorldDeleted, WorldWiped

declare_race("villages_one_per_key")

COLUMNS: Final[LiteralString] = """
    v.village_id, v.version, v.world_id, v.key, v.name, v.species, v.x, v.y, v.homes, v.places, v.founded, v.lived,
    v.moves_at
"""


def read(row: dict[str, Any]) -> Village:
    """Return the village of a row with COLUMNS."""
    return Village(
        village_id=row["village_id"],
        world_id=row["world_id"],
        version=row["version"],
        name=row["name"],
        species=row["species"],
        site=VillageSite(
            row["key"],
            Position(row["x"], row["y"], 0),
            [Position(x, y, 0) for x, y in row["homes"]],
            {trade: Position(x, y, 0) for trade, (x, y) in row["places"].items()},
        ),
        founded=row["founded"],
        lived=row["lived"],
        moves_at=row["moves_at"],
    )


def list_near_player(tx: Tx, connection_id: str, radius: int) -> Cursor:
    """Return the villages within a radius of a player, in decimetres, the nearest first."""
    return tx.execute(
        "SELECT "
        + COLUMNS
        + """
        FROM worlds.connections AS k
        JOIN worlds.characters AS c USING (character_id)
        JOIN worlds.worlds AS w ON w.world_id = c.world_id
        JOIN worlds.villages AS v ON v.world_id = c.world_id
        CROSS JOIN LATERAL worlds.squared_distance(w.circumference, c.x, c.y, 0, v.x, v.y, 0) AS far
        WHERE k.connection_id = %s AND far <= %s ORDER BY far, v.key
        """,
        (connection_id, float(radius * radius)),
    )


def list_of_world(tx: Tx, world_id: UUID) -> Cursor:
    """Return the villages of a world that are stored."""
    return tx.execute(
        "SELECT " + COLUMNS + " FROM worlds.villages AS v WHERE v.world_id = %s ORDER BY v.key", (world_id,)
    )


def lock(tx: Tx, village_id: UUID) -> Cursor:
    """Return a village, locked; no row while someone else settles it, so that no one waits here for anyone."""
    return tx.execute(
        "SELECT " + COLUMNS + " FROM worlds.villages AS v WHERE v.village_id = %s FOR NO KEY UPDATE SKIP LOCKED",
        (village_id,),
    )


def lock_people(tx: Tx, world_id: UUID, key: str) -> Cursor:
    """Lock the people of a village whom no one plays, in the order of their ids, and return a row for each.

    Who is busy with someone else is not locked, and not waited for: who settles a village holds a player, and
    those who are with its people may wait for that player.
    """
    return tx.execute(
        """
        SELECT c.character_id FROM worlds.characters AS c
        WHERE c.character_id IN (SELECT n.character_id FROM worlds.npcs AS n WHERE n.world_id = %s AND n.village = %s)
        ORDER BY c.character_id FOR NO KEY UPDATE SKIP LOCKED
        """,
        (world_id, key),
    )


def list_people(tx: Tx, world_id: UUID, key: str) -> Cursor:
    """Return the people of a village, living and dead, whole: rows of characters and of npcs."""
    return tx.execute(
        "SELECT "
        + characters.COLUMNS
        + ", "
        + npcs.COLUMNS
        + """ FROM worlds.npcs AS n JOIN worlds.characters AS c USING (character_id)
        WHERE n.world_id = %s AND n.village = %s ORDER BY n.number, n.character_id
        """,
        (world_id, key),
    )


def list_people_of_world(tx: Tx, world_id: UUID, most: int) -> Cursor:
    """Return people of the villages of a world, village by village, as `list_people` does; so many rows at most."""
    return tx.execute(
        "SELECT "
        + characters.COLUMNS
        + ", "
        + npcs.COLUMNS
        + """ FROM worlds.npcs AS n JOIN worlds.characters AS c USING (character_id)
        WHERE n.world_id = %s ORDER BY n.village, n.number, n.character_id LIMIT %s
        """,
        (world_id, most),
    )


def list_taken_looks(tx: Tx, world_id: UUID, looks: list[str]) -> Cursor:
    """Return the `look_key` of those of some names that someone in a world has."""
    return tx.execute(
        "SELECT look_key FROM worlds.characters WHERE world_id = %s AND look_key = ANY(%s)", (world_id, looks)
    )


def set_moves_at(tx: Tx, village_id: UUID, moves_at: int) -> None:
    """Note when someone of a village next goes elsewhere."""
    tx.execute("UPDATE worlds.villages SET moves_at = %s WHERE village_id = %s", (moves_at, village_id))


def project(tx: Tx, version: int, event: WorldEvent) -> None:
    """Store what an event changes about villages.

    Args:
        version: of the village after it.
    """
    match event:
        case VillageFounded():
            tx.execute(
                """
                INSERT INTO worlds.villages (
                    village_id, version, world_id, key, name, species, x, y, homes, places, founded, lived
                ) VALUES (
                    %(village_id)s, %(version)s, %(world_id)s, %(key)s, %(name)s, %(species)s, %(x)s, %(y)s, %(homes)s,
                    %(places)s, %(day)s, %(day)s
                )
                """,
                {
                    **event.model_dump(include={"village_id", "world_id", "key", "name", "species", "day"}),
                    "version": version,
                    "x": event.centre[0],
                    "y": event.centre[1],
                    "homes": Jsonb(event.homes),
                    "places": Jsonb(event.places),
                },
            )
        case VillageLived():
            tx.execute(
                "UPDATE worlds.villages SET lived = %s, version = %s WHERE village_id = %s",
                (event.day, version, event.village_id),
            )
        case WorldDeleted() | WorldWiped():
            tx.execute("DELETE FROM worlds.villages WHERE world_id = %s", (event.world_id,))
        case _:
            pass
