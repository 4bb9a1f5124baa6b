"""SQL for what a player leaves behind in a body that goes its own way again."""

from __future__ import annotations

from uuid import UUID

from kernel.database import Cursor, Tx


def list_inhabited(tx: Tx, account_id: UUID) -> Cursor:
    """Return the `character_id` of those of the game's own people whom an account plays."""
    return tx.execute(
        "SELECT c.character_id FROM worlds.characters AS c JOIN worlds.npcs AS n USING (character_id)"
        " WHERE c.account_id = %s ORDER BY c.character_id",
        (account_id,),
    )


def count_known(tx: Tx, world_id: UUID) -> Cursor:
    """Return how many people from elsewhere those of a world's villages know: rows of `character_id` and `known`."""
    return tx.execute(
        """
        SELECT n.character_id, count(*) AS known
        FROM worlds.relationships AS r
        JOIN worlds.npcs AS n ON n.character_id = r.npc_id
        JOIN worlds.characters AS c ON c.character_id = r.other_id
        LEFT JOIN worlds.npcs AS other ON other.character_id = r.other_id
        WHERE r.world_id = %s AND other.village IS DISTINCT FROM n.village AND other.died IS NULL
        GROUP BY n.character_id
        """,
        (world_id,),
    )


def forget_player(tx: Tx, character_id: UUID) -> None:
    """Delete what was written by the player of a body, and to them: the next one must not read it."""
    tx.execute("DELETE FROM worlds.posts WHERE character_id = %s", (character_id,))
    tx.execute("DELETE FROM worlds.answers WHERE character_id = %s", (character_id,))
    tx.execute("UPDATE worlds.whereabouts SET character_id = NULL WHERE character_id = %s", (character_id,))


def forget_account(tx: Tx, account_id: UUID) -> None:
    """Let the log not say any more that an account has played some of the game's own people."""
    tx.execute("SELECT worlds.forget_inhabitant(%s)", (account_id,))
