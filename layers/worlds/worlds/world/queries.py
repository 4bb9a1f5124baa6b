"""SQL on worlds.worlds, worlds.members and worlds.configurations."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx, declare_race
from kernel.naming import folded, key
from worlds.log.models import Recorded
from worlds.world.events import MemberAdded, MemberRemoved, WorldConfigured, WorldDeleted, WorldWiped
from worlds.world.evolution import space_of
from worlds.world.models import Admission, WeatherOrder, World, WorldMember, WorldTime

declare_race("worlds_one_of_each_name")  # of two that take it in the same moment

COLUMNS: Final[LiteralString] = """
    w.world_id, w.version AS world_version, w.name AS world_name, w.shape, w.circumference, w.lowest, w.highest,
    w.owner_id, w.is_system, w.privacy, w.seats, w.status, w.generation, w.game_anchor, w.real_anchor, w.dilation,
    w.hours_per_day, w.is_paused, w.owed, w.told_until, w.weather, w.weather_since, w.weather_until,
    w.created_at AS world_created_at
"""


_OF: Final[LiteralString] = """
    coalesce(%(world)s::uuid,
             (SELECT own.world_id FROM worlds.characters AS own WHERE own.character_id = %(character)s))
"""
"""The world that is asked for, by its id or by a character's."""


def find(tx: Tx, world_id: UUID | None, character_id: UUID | None = None) -> Cursor:
    """Return the row of a world; or, without its id, of the one that a character is in."""
    return tx.execute(
        "SELECT " + COLUMNS + " FROM worlds.worlds AS w WHERE w.world_id = " + _OF,
        {"world": world_id, "character": character_id},
    )


def lock(tx: Tx, world_id: UUID) -> Cursor:
    return tx.execute(
        "SELECT " + COLUMNS + " FROM worlds.worlds AS w WHERE w.world_id = %s FOR NO KEY UPDATE", (world_id,)
    )


def lock_some(tx: Tx, which: LiteralString, limit: int, more: LiteralString = "") -> Cursor:
    """Lock worlds, and return their rows. What others lock is left out.

    Args:
        which: SQL condition on `w`; its one parameter is the time.
        more: SQL of further columns, each after a comma.
    """
    return tx.execute(
        "SELECT "
        + COLUMNS
        + more
        + " FROM worlds.worlds AS w WHERE "
        + which
        + " ORDER BY w.world_id LIMIT %s FOR NO KEY UPDATE OF w SKIP LOCKED",
        (tx.now, limit),
    )


def list_all(tx: Tx, account_id: UUID, part: str, *, is_admin: bool, after: UUID | None, limit: int) -> Cursor:
    """Return the worlds that an account may know of, newest first, but for those of the system; with their `players`
    and the `role` of the account there.

    Args:
        part: of their names; "" for all.
        after: the last one of the page before.
    """
    return tx.execute(
        "SELECT "
        + COLUMNS
        + """,
            (SELECT count(*) FROM worlds.characters AS c WHERE c.world_id = w.world_id AND c.is_present
                AND c.account_id IS NOT NULL) AS players,
            m.role
        FROM worlds.worlds AS w
        LEFT JOIN worlds.members AS m ON m.world_id = w.world_id AND m.account_id = %(account)s
        WHERE NOT w.is_system AND position(%(part)s IN w.name_key) > 0
          AND (w.privacy <> 'private' OR %(is_admin)s OR w.owner_id = %(account)s OR m.role IS NOT NULL)
          AND (%(after)s::uuid IS NULL OR (w.created_at, w.world_id)
               < (SELECT created_at, world_id FROM worlds.worlds WHERE world_id = %(after)s))
        ORDER BY w.created_at DESC, w.world_id DESC LIMIT %(limit)s
        """,
        {"account": account_id, "part": key(part), "is_admin": is_admin, "after": after, "limit": limit},
    )


def count_players(tx: Tx, world_id: UUID) -> Cursor:
    """Return one row: how many `players` are in a world now."""
    return tx.execute(
        "SELECT count(*) AS players FROM worlds.characters"
        " WHERE world_id = %s AND is_present AND account_id IS NOT NULL",
        (world_id,),
    )


def find_admission(tx: Tx, world_id: UUID | None, account_id: UUID, character_id: UUID | None = None) -> Cursor:
    """Return one row: `role` of an account in a world, or null, and how many others are `inside`."""
    return tx.execute(
        "SELECT (SELECT role FROM worlds.members WHERE account_id = %(account)s AND world_id = "
        + _OF
        + """) AS role,
            (SELECT count(*) FROM worlds.characters
             WHERE is_present AND account_id <> %(account)s AND world_id = """
        + _OF
        + ") AS inside",
        {"world": world_id, "account": account_id, "character": character_id},
    )


def lock_entered(tx: Tx, character_id: UUID) -> None:
    """Let no one change whom a world admits while someone enters; and if its seats are limited, let no one else enter.

    Otherwise someone could come into a world at the moment in which its owner makes it private, and stay there.
    """
    params = {"world": None, "character": character_id}
    tx.execute("SELECT FROM worlds.worlds WHERE seats IS NOT NULL AND world_id = " + _OF + " FOR NO KEY UPDATE", params)
    tx.execute("SELECT FROM worlds.worlds WHERE NOT is_system AND world_id = " + _OF + " FOR SHARE", params)


def find_named(tx: Tx, name: str) -> Cursor:
    """Return a row with `world_id` if there is a world of that name."""
    return tx.execute("SELECT world_id FROM worlds.worlds WHERE name_key = %s", (key(name),))


def list_members(tx: Tx, world_id: UUID, after: UUID | None, limit: int) -> Cursor:
    """Return the members of a world, in the order in which they came."""
    return tx.execute(
        """
        SELECT m.account_id, a.user_name, m.role, m.since
        FROM worlds.members AS m JOIN kernel.accounts AS a USING (account_id)
        WHERE m.world_id = %(world)s
          AND (%(after)s::uuid IS NULL OR (m.since, m.account_id)
               > (SELECT since, account_id FROM worlds.members WHERE world_id = %(world)s AND account_id = %(after)s))
        ORDER BY m.since, m.account_id LIMIT %(limit)s
        """,
        {"world": world_id, "after": after, "limit": limit},
    )


def find_account(tx: Tx, world_id: UUID, user_name: str) -> Cursor:
    """Return the account with a user name: account_id, user_name; and its `role` in a world `since` when, or nulls."""
    return tx.execute(
        """
        SELECT a.account_id, a.user_name, m.role, m.since
        FROM kernel.accounts AS a
        LEFT JOIN worlds.members AS m ON m.account_id = a.account_id AND m.world_id = %s
        WHERE a.user_name_key = %s
        """,
        (world_id, folded(user_name.strip())),
    )


def find_configuration(tx: Tx, world_id: UUID) -> Cursor:
    """Return a row with the `configuration` of a world, if it came from an interview."""
    return tx.execute("SELECT configuration FROM worlds.configurations WHERE world_id = %s", (world_id,))


def find_member(tx: Tx, world_id: UUID, account_id: UUID) -> Cursor:
    """Return a row with `role` if an account belongs to a world."""
    return tx.execute("SELECT role FROM worlds.members WHERE world_id = %s AND account_id = %s", (world_id, account_id))


def project(tx: Tx, recorded: Recorded) -> None:
    """Store what an event of a world changes in other tables than its own row and those of things."""
    match recorded.event:
        case MemberAdded() as event:
            tx.execute(
                """
                INSERT INTO worlds.members (world_id, account_id, role, since) VALUES (%s, %s, %s, %s)
                ON CONFLICT (world_id, account_id) DO UPDATE SET role = excluded.role
                """,
                (event.world_id, event.account_id, event.role, recorded.at),
            )
        case MemberRemoved() as event:
            tx.execute(
                "DELETE FROM worlds.members WHERE world_id = %s AND account_id = %s", (event.world_id, event.account_id)
            )
        case WorldConfigured() as event:
            tx.execute(
                """
                INSERT INTO worlds.configurations (world_id, configuration) VALUES (%s, %s)
                ON CONFLICT (world_id) DO UPDATE SET configuration = excluded.configuration
                """,
                (event.world_id, Jsonb(event.configuration)),
            )
        case WorldDeleted() as event:
            tx.execute("DELETE FROM worlds.configurations WHERE world_id = %s", (event.world_id,))
            tx.execute("DELETE FROM worlds.members WHERE world_id = %s", (event.world_id,))
            tx.execute("DELETE FROM worlds.worlds WHERE world_id = %s", (event.world_id,))
        case WorldWiped() as event:
            tx.execute("DELETE FROM worlds.characters WHERE world_id = %s", (event.world_id,))
        case _:
            pass


def read_admission(row: dict[str, Any], *, is_admin: bool) -> Admission:
    """Return the admission of a row with `role` and `inside`."""
    return Admission(row["role"], row["inside"], is_admin)


def read_member(row: dict[str, Any]) -> WorldMember:
    """Return the member of a row."""
    return WorldMember(row["account_id"], row["user_name"], row["role"], row["since"])


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
        weather=WeatherOrder(row["weather"], row["weather_since"], row["weather_until"]) if row["weather"] else None,
        created_at=row["world_created_at"],
    )


def _values(world: World) -> dict[str, Any]:
    space, time, ordered = world.space, world.time, world.weather
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
        "weather": ordered.state if ordered else None,
        "weather_since": ordered.since if ordered else None,
        "weather_until": ordered.until if ordered else None,
        "created_at": world.created_at,
    }


_INSERT: Final[LiteralString] = """
    INSERT INTO worlds.worlds (
        world_id, version, name, name_key, shape, circumference, lowest, highest, owner_id, is_system, privacy, seats,
        status, generation, game_anchor, real_anchor, dilation, hours_per_day, is_paused, owed, told_until,
        weather, weather_since, weather_until, created_at
    ) VALUES (
        %(world_id)s, %(version)s, %(name)s, %(name_key)s, %(shape)s, %(circumference)s, %(lowest)s, %(highest)s,
        %(owner_id)s, %(is_system)s, %(privacy)s, %(seats)s, %(status)s, %(generation)s, %(game_anchor)s,
        %(real_anchor)s, %(dilation)s, %(hours_per_day)s, %(is_paused)s, %(owed)s, %(told_until)s,
        %(weather)s, %(weather_since)s, %(weather_until)s, %(created_at)s
    )
"""

_UPDATE: Final[LiteralString] = """
    UPDATE worlds.worlds SET
        version = %(version)s, name = %(name)s, name_key = %(name_key)s, owner_id = %(owner_id)s,
        privacy = %(privacy)s, seats = %(seats)s, status = %(status)s, generation = %(generation)s,
        game_anchor = %(game_anchor)s, real_anchor = %(real_anchor)s, dilation = %(dilation)s,
        hours_per_day = %(hours_per_day)s, is_paused = %(is_paused)s, owed = %(owed)s,
        told_until = %(told_until)s, weather = %(weather)s, weather_since = %(weather_since)s,
        weather_until = %(weather_until)s
    WHERE world_id = %(world_id)s
"""
