"""SQL of what administrators do."""

from __future__ import annotations

from uuid import UUID

from kernel.database import Cursor, Tx
from worlds.world import queries as worlds


def list_worlds(tx: Tx, account_id: UUID, after: UUID | None, limit: int) -> Cursor:
    """Return all worlds, also those of the system, newest first; their `players`, and the `role` of an account there.

    Args:
        after: the last one of the page before.
    """
    return tx.execute(
        "SELECT "
        + worlds.COLUMNS
        + """,
            (SELECT count(*) FROM worlds.characters AS c WHERE c.world_id = w.world_id AND c.is_present
                AND c.account_id IS NOT NULL) AS players,
            (SELECT role FROM worlds.members AS m
             WHERE m.world_id = w.world_id AND m.account_id = %(account)s) AS role
        FROM worlds.worlds AS w
        WHERE %(after)s::uuid IS NULL OR (w.created_at, w.world_id)
            < (SELECT created_at, world_id FROM worlds.worlds WHERE world_id = %(after)s)
        ORDER BY w.created_at DESC, w.world_id DESC LIMIT %(limit)s
        """,
        {"account": account_id, "after": after, "limit": limit},
    )


def lock_characters(tx: Tx, world_id: UUID) -> Cursor:
    """Lock the characters of a world, in the order in which all lock them."""
    return tx.execute(
        "SELECT character_id FROM worlds.characters WHERE world_id = %s ORDER BY character_id FOR UPDATE", (world_id,)
    )


def lock_alone(tx: Tx, world_id: UUID) -> Cursor:
    """Return the row of a world, and lock it so that nothing and no one comes into it."""
    return tx.execute(
        "SELECT " + worlds.COLUMNS + " FROM worlds.worlds AS w WHERE w.world_id = %s FOR UPDATE", (world_id,)
    )


def count_characters(tx: Tx, world_id: UUID) -> Cursor:
    """Return one row: how many `characters` a world has."""
    return tx.execute("SELECT count(*) AS characters FROM worlds.characters WHERE world_id = %s", (world_id,))


def list_present(tx: Tx, world_id: UUID) -> Cursor:
    """Return rows of `character_id`: who is in a world now."""
    return tx.execute(
        "SELECT character_id FROM worlds.characters WHERE world_id = %s AND is_present AND account_id IS NOT NULL"
        " ORDER BY character_id",
        (world_id,),
    )
