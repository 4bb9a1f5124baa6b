"""SQL on worlds.connections, except for what commands see over one (`queries`)."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from kernel.database import Cursor, Tx
from worlds.posts.queries import SIGNED_OUT

ENDED_AT_ONCE: Final = 100
"""Old connections."""


def lock_connections_of(tx: Tx, character_id: UUID) -> None:
    """Lock the connections of a character; before the character, as a command over one of them does."""
    tx.execute(
        "SELECT FROM worlds.connections WHERE character_id = %s ORDER BY connection_id FOR UPDATE", (character_id,)
    )


def replace_connection(
    tx: Tx, connection_id: str, character_id: UUID, account_id: UUID, session_id: UUID, language: str
) -> None:
    """Store a new connection of a character; an earlier one is to be closed.

    Args:
        language: the tag of the one that its player reads.
    """
    tx.execute(
        "UPDATE worlds.connections SET closing = 'replaced' WHERE character_id = %s AND closing IS NULL",
        (character_id,),
    )
    tx.execute(
        """
        INSERT INTO worlds.connections (
            connection_id, character_id, account_id, session_id, language, opened_at, heard_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s)
        """,
        (connection_id, character_id, account_id, session_id, language, tx.now, tx.now),
    )
    # What is on its way to the earlier connection is sent again to this one.
    tx.execute(
        """
        INSERT INTO worlds.mailboxes (character_id) VALUES (%s)
        ON CONFLICT (character_id) DO UPDATE SET leased_until = NULL
        """,
        (character_id,),
    )


def delete_connection(tx: Tx, connection_id: str) -> Cursor:
    """Delete a connection; return one row with `character_id`, null if it is gone, and `closing` if it was known."""
    return tx.execute(
        "DELETE FROM worlds.connections WHERE connection_id = %s RETURNING character_id, closing", (connection_id,)
    )


def find_open_connection(tx: Tx, character_id: UUID) -> Cursor:
    """Return a row if a character has an open connection."""
    return tx.execute("SELECT 1 FROM worlds.connections WHERE character_id = %s AND closing IS NULL", (character_id,))


def close(tx: Tx, connection_id: str, reason: str) -> None:
    """Let the pusher close a connection."""
    tx.execute("UPDATE worlds.connections SET closing = %s WHERE connection_id = %s", (reason, connection_id))


def close_of_account(tx: Tx, account_id: UUID, reason: str) -> None:
    """Let the pusher close all connections of an account."""
    tx.execute("UPDATE worlds.connections SET closing = %s WHERE account_id = %s", (reason, account_id))


def close_in_world(tx: Tx, world_id: UUID, account_id: UUID, reason: str) -> None:
    """Let the pusher close the connection of someone's character in a world."""
    tx.execute(
        """
        UPDATE worlds.connections SET closing = %s
        WHERE closing IS NULL
          AND character_id = (SELECT character_id FROM worlds.characters WHERE account_id = %s AND world_id = %s)
        """,
        (reason, account_id, world_id),
    )


def close_of_character(tx: Tx, character_id: UUID, account_id: UUID, reason: str) -> None:
    """Let the pusher close the connection of someone's character."""
    tx.execute(
        "UPDATE worlds.connections SET closing = %s WHERE closing IS NULL AND character_id = %s AND account_id = %s",
        (reason, character_id, account_id),
    )


def close_ended(tx: Tx, account_id: UUID, reason: str) -> None:
    """Let the pusher close the connections of someone's sessions that are not open any more."""
    tx.execute(
        "UPDATE worlds.connections AS k SET closing = %s WHERE k.account_id = %s AND " + SIGNED_OUT,
        (reason, account_id, tx.now),
    )


def close_all_in_world(tx: Tx, world_id: UUID, reason: str) -> None:
    """Let the pusher close the connections of all characters in a world."""
    tx.execute(
        """
        UPDATE worlds.connections SET closing = %s
        WHERE connection_id IN (
            SELECT connection_id FROM worlds.connections JOIN worlds.characters USING (character_id)
            WHERE world_id = %s AND closing IS NULL ORDER BY connection_id FOR UPDATE OF connections)
        """,
        (reason, world_id),
    )


def close_of_strangers(tx: Tx, world_id: UUID, reason: str) -> None:
    """Let the pusher close the connections of all in a world who would not be admitted if it were not public."""
    tx.execute(
        """
        UPDATE worlds.connections SET closing = %(reason)s WHERE connection_id IN (
            SELECT k.connection_id
            FROM worlds.connections AS k
            JOIN worlds.characters AS c USING (character_id)
            JOIN worlds.worlds AS w USING (world_id)
            JOIN kernel.accounts AS a ON a.account_id = c.account_id
            WHERE k.closing IS NULL AND c.world_id = %(world)s
              AND a.account_id IS DISTINCT FROM w.owner_id AND NOT 'admin' = ANY (a.roles)
              AND NOT EXISTS (SELECT FROM worlds.members AS m
                              WHERE m.world_id = c.world_id AND m.account_id = c.account_id)
            ORDER BY k.connection_id FOR UPDATE OF k)
        """,
        {"world": world_id, "reason": reason},
    )


def take_closing(tx: Tx) -> Cursor:
    """Delete the connections that are to be closed; return rows of connection_id, character_id and closing.

    The character is null where it is gone.
    """
    return tx.execute(
        """
        DELETE FROM worlds.connections WHERE connection_id IN (
            SELECT connection_id FROM worlds.connections WHERE closing IS NOT NULL LIMIT 100 FOR UPDATE SKIP LOCKED)
        RETURNING connection_id, character_id, closing
        """
    )


def delete_opened_before(tx: Tx, moment: datetime) -> Cursor:
    """Delete some old connections; return rows of `character_id`, in the order in which characters are locked.

    The character is null where it is gone.
    """
    return tx.execute(
        """
        WITH gone AS (
            DELETE FROM worlds.connections WHERE connection_id IN (
                SELECT connection_id FROM worlds.connections WHERE opened_at < %s LIMIT %s FOR UPDATE SKIP LOCKED)
            RETURNING character_id)
        SELECT character_id FROM gone ORDER BY character_id
        """,
        (moment, ENDED_AT_ONCE),
    )
