"""SQL on worlds.worlds and worlds.members."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx
from kernel.naming import key
from worlds.world.evolution import space_of
from worlds.world.models import World, WorldTime

COLUMNS: Final[LiteralString] = """
    w.world_id, w.version AS world_version, w.name AS world_name, w.shape, w.circumference, w.lowest, w.highest,
    w.owner_id, w.is_system, w.privacy, w.seats, w.status, w.generation, w.game_anchor, w.real_anchor, w.dilation,
    w.hours_per_day, w.is_paused, w.owed, w.told_until, w.created_at AS world_created_at
"""


def find(tx: Tx, world_id: UUID) -> Cursor:
    return tx.execute("SELECT " + COLUMNS + " FROM worlds.worlds AS w WHERE w.world_id = %s", (world_id,))


def lock(tx: Tx, world_id: UUID) -> Cursor:
    return tx.execute("SELECT " + COLUMNS + " FROM worlds.worlds AS w WHERE w.world_id = %s FOR UPDATE", (world_id,))


def list_all(tx: Tx) -> Cursor:
    """Return all worlds but those of the system, newest first."""
    return tx.execute(
        "SELECT " + COLUMNS + " FROM worlds.worlds AS w WHERE NOT w.is_system"
        " ORDER BY w.created_at DESC, w.world_id DESC LIMIT 200"
    )


def find_admission(tx: Tx, world_id: UUID, account_id: UUID) -> Cursor:
    """Return one row: `role` of an account in a world, or null, and how many are `inside`."""
    return tx.execute(
        """
        SELECT (SELECT role FROM worlds.members WHERE world_id = %(world)s AND account_id = %(account)s) AS role,
               (SELECT count(*) FROM worlds.characters WHERE world_id = %(world)s AND is_present) AS inside
        """,
        {"world": world_id, "account": account_id},
    )


def save(tx: Tx, before: World | None, after: World) -> None:
    tx.execute(_INSERT if before is None else _UPDATE, _values(after))


def read(row: dict[str, Any]) -> World:
    """Return the world of a row with COLUMNS."""
    return World(
        world_id=row["world_id"],
        version=row["world_version"],
        name=row["world_name"],
        space=space_of(row["shape"], row["circumference"], row["lowest"], row["highest"]),
        owner_id=row["owner_id"],
        is_system=row["is_system"],
        privacy=row["privacy"],
        seats=row["seats"],
        status=row["status"],
        generation=row["generation"],
        time=WorldTime(
            row["game_anchor"],
            row["real_anchor"],
            Decimal(row["dilation"]),
            row["hours_per_day"],
            row["is_paused"],
            row["owed"],
        ),
        told_until=row["told_until"],
        created_at=row["world_created_at"],
    )


def _values(world: World) -> dict[str, Any]:
    space, time = world.space, world.time
    return {
        "world_id": world.world_id,
        "version": world.version,
        "name": world.name,
        "name_key": key(world.name),
        "shape": space.shape,
        "circumference": space.circumference if space.shape == "spherical" else None,
        "lowest": list(space.lowest) if space.shape == "bounded_cube" else None,
        "highest": list(space.highest) if space.shape == "bounded_cube" else None,
        "owner_id": world.owner_id,
        "is_system": world.is_system,
        "privacy": world.privacy,
        "seats": world.seats,
        "status": world.status,
        "generation": Jsonb(dict(world.generation)),
        "game_anchor": time.game_anchor,
        "real_anchor": time.real_anchor,
        "dilation": time.dilation,
        "hours_per_day": time.hours_per_day,
        "is_paused": time.is_paused,
        "owed": time.owed,
        "told_until": world.told_until,
        "created_at": world.created_at,
    }


_INSERT: Final[LiteralString] = """
    INSERT INTO worlds.worlds (
        world_id, version, name, name_key, shape, circumference, lowest, highest, owner_id, is_system, privacy, seats,
        status, generation, game_anchor, real_anchor, dilation, hours_per_day, is_paused, owed, told_until,
        created_at
    ) VALUES (
        %(world_id)s, %(version)s, %(name)s, %(name_key)s, %(shape)s, %(circumference)s, %(lowest)s, %(highest)s,
        %(owner_id)s, %(is_system)s, %(privacy)s, %(seats)s, %(status)s, %(generation)s, %(game_anchor)s,
        %(real_anchor)s, %(dilation)s, %(hours_per_day)s, %(is_paused)s, %(owed)s, %(told_until)s, %(created_at)s
    )
"""

_UPDATE: Final[LiteralString] = """
    UPDATE worlds.worlds SET
        version = %(version)s, name = %(name)s, name_key = %(name_key)s, owner_id = %(owner_id)s,
        privacy = %(privacy)s, seats = %(seats)s, status = %(status)s, generation = %(generation)s,
        game_anchor = %(game_anchor)s, real_anchor = %(real_anchor)s, dilation = %(dilation)s,
        hours_per_day = %(hours_per_day)s, is_paused = %(is_paused)s, owed = %(owed)s,
        told_until = %(told_until)s
    WHERE world_id = %(world_id)s
"""
