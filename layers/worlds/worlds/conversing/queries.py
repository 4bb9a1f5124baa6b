"""SQL of what a talk depends on."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from kernel.database import Cursor, Tx
from worlds.characters import queries as characters
from worlds.npcs import queries as npcs
from worlds.promises import queries as promises
from worlds.world import queries as worlds


def find_npc(tx: Tx, npc_id: UUID, speaker_id: UUID) -> Cursor:
    """Return one row: someone with their body and world, and the `village_name`, null where that is not known; none
    if they are not in the world any more, or a player inhabits them. Of who speaks to them it has `speaker_name`, and
    `usual` and `is_neighbour` as `minds.queries` has them.
    """
    return tx.execute(
        "SELECT "
        + characters.COLUMNS
        + ", "
        + npcs.COLUMNS
        + ", "
        + worlds.COLUMNS
        + """, v.name AS village_name, speaker.name AS speaker_name, inhabited.baseline AS usual,
            coalesce(inhabited.village = n.village, false) AS is_neighbour
        FROM worlds.characters AS c
        JOIN worlds.npcs AS n USING (character_id)
        JOIN worlds.worlds AS w ON w.world_id = c.world_id
        LEFT JOIN worlds.villages AS v ON v.world_id = n.world_id AND v.key = n.village
        LEFT JOIN worlds.characters AS speaker ON speaker.character_id = %(speaker)s
        LEFT JOIN worlds.npcs AS inhabited ON inhabited.character_id = %(speaker)s
        WHERE c.character_id = %(npc)s AND c.role = 'npc' AND c.is_present
        """,
        {"npc": npc_id, "speaker": speaker_id},
    )


def list_around(tx: Tx, npc_id: UUID, speaker_id: UUID, radius: int) -> Cursor:
    """Return those around one of the game's own people, the nearest first: `character_id`, `name`, `squared`, and
    `hears` for players who do not ignore who speaks to them, as any of their characters.
    """
    return tx.execute(
        """
        WITH me AS MATERIALIZED (
            SELECT c.character_id, c.world_id, c.x, c.y, c.z, w.circumference,
                ARRAY(SELECT worlds.cells_near(w.circumference, c.x, c.y, %(radius)s)) AS cells
            FROM worlds.characters AS c JOIN worlds.worlds AS w USING (world_id) WHERE c.character_id = %(npc)s)
        SELECT * FROM (
            SELECT p.character_id, p.name,
                p.account_id IS NOT NULL AND NOT EXISTS (
                    SELECT FROM worlds.ignored AS i
                    JOIN worlds.characters AS own ON own.character_id = i.ignored_id
                    JOIN worlds.characters AS speaker ON speaker.account_id = own.account_id
                    WHERE i.character_id = p.character_id AND speaker.character_id = %(speaker)s) AS hears,
                worlds.squared_distance(me.circumference, me.x, me.y, me.z, p.x, p.y, p.z) AS squared
            FROM me, LATERAL (SELECT * FROM worlds.characters AS p
                              WHERE p.is_present AND p.world_id = me.world_id AND p.character_id <> me.character_id
                                AND p.cell = ANY(me.cells)) AS p) AS near
        WHERE squared <= %(squared)s
        ORDER BY squared, character_id
        """,
        {"npc": npc_id, "speaker": speaker_id, "radius": radius, "squared": float(radius * radius)},
    )


def list_neighbours(tx: Tx, npc_id: UUID, since: int, day: int) -> Cursor:
    """Return the people of the village of one of the game's people, to whom something has happened since a day or who
    belong to someone to whom it has: rows of npcs with `called`. The one who is asked is among them.

    Args:
        since: a day of the world, which is over.
        day: milliseconds of a day.
    """
    return tx.execute(
        """
        WITH of_village AS MATERIALIZED (
            SELECT n.*, greatest(n.born / %(day)s, coalesce(n.wed, 0), coalesce(n.died, 0)) > %(since)s AS is_news
            FROM worlds.npcs AS me JOIN worlds.npcs AS n ON n.world_id = me.world_id AND n.village = me.village
            WHERE me.character_id = %(npc)s)
        SELECT """
        + npcs.COLUMNS
        + """, c.name AS called
        FROM of_village AS n JOIN worlds.characters AS c USING (character_id)
        WHERE n.is_news OR n.character_id = %(npc)s OR n.character_id IN (
            SELECT unnest(ARRAY[mother_id, father_id, spouse_id]) FROM of_village WHERE is_news)
        ORDER BY n.number, n.character_id
        """,
        {"npc": npc_id, "since": since, "day": day},
    )


def list_promises(tx: Tx, npc_id: UUID, speaker_id: UUID) -> Cursor:
    """Return the open promises of someone to one of the game's own people."""
    return tx.execute(
        "SELECT "
        + promises.COLUMNS
        + """ FROM worlds.promises AS q
        WHERE q.npc_id = %s AND q.character_id = %s AND q.status = 'open' ORDER BY q.due, q.promise_id
        """,
        (npc_id, speaker_id),
    )


def list_names(tx: Tx, character_ids: Collection[UUID]) -> Cursor:
    """Return `character_id` and `name` of those who are still known."""
    return tx.execute(
        "SELECT character_id, name FROM worlds.characters WHERE character_id = ANY (%s)", (list(character_ids),)
    )
