"""SQL for putting empty tables in the place of the read models, and for comparing both."""

from __future__ import annotations

from typing import Final, LiteralString
from uuid import UUID

from msgspec import Struct

from kernel.database import Cursor, Tx

MOST_DIFFERENCES: Final = 100
"""Of each table."""


class ReadModel(Struct, frozen=True):
    """A table that is made of the log.

    Attributes:
        name: in the schema `worlds`.
        key: the columns of its primary key.
        row: what of a row `t` the log decides; the rest follows from the time whenever someone looks.
    """

    name: LiteralString
    key: LiteralString
    row: LiteralString = "to_jsonb(t)"


READ_MODELS: Final = (
    ReadModel("worlds", "world_id"),
    ReadModel("members", "world_id, account_id"),
    ReadModel("configurations", "world_id"),
    ReadModel("interviews", "interview_id"),
    ReadModel(
        "characters",
        "character_id",
        # Where the game's own people are by the hour.
        "to_jsonb(t) - CASE WHEN t.role = 'npc' THEN '{x,y,z,cell}'::text[] ELSE '{}' END",
    ),
    ReadModel("npcs", "character_id", "to_jsonb(t) - 'doing'"),
    ReadModel("villages", "village_id", "to_jsonb(t) - 'moves_at'"),
    ReadModel("memories", "memory_id"),
    ReadModel("relationships", "npc_id, other_id"),
    ReadModel("promises", "promise_id"),
    ReadModel("holdings", "holding_id"),
    ReadModel("ignored", "character_id, ignored_id"),
    ReadModel("entities", "entity_id"),
    ReadModel("species", "world_id, number"),
    ReadModel("stocks", "world_id, ground"),
    ReadModel("demand", "world_id, item, cell, day"),
    ReadModel("searches", "character_id"),
    ReadModel("found_veins", "character_id, vein"),
    ReadModel("creatures", "world_id, number"),
    ReadModel("known_recipes", "character_id, recipe"),
    ReadModel("researched_nodes", "character_id, node"),
    ReadModel("works", "character_id"),
)
"""Each after those that it refers to. Reports are none: they and what was decided outlive who made them."""
_NAMES: Final[LiteralString] = "ARRAY[" + ", ".join("'" + each.name + "'" for each in READ_MODELS) + "]"


def set_aside(tx: Tx) -> None:
    """Keep everyone else out of the read models, call them `live_...`, and put empty tables in their place.

    What refers to them, such as posts to characters, goes on to refer to what is live. A transaction that has appended
    an event and waits to write what is made of it has not committed: neither is seen.
    """
    tx.execute("SET LOCAL statement_timeout = 0")
    tx.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    # Commands lock their connection first: those that have begun end before this, and later ones hold nothing.
    tx.execute("LOCK TABLE worlds.connections IN EXCLUSIVE MODE")
    tx.execute(
        """
        DO $$
        DECLARE name text;
        BEGIN
            FOREACH name IN ARRAY """
        + _NAMES
        + """ LOOP
                EXECUTE format('ALTER TABLE worlds.%1$I RENAME TO %2$I', name, 'live_' || name);
                EXECUTE format('CREATE TABLE worlds.%1$I (LIKE worlds.%2$I INCLUDING DEFAULTS INCLUDING CONSTRAINTS'
                               ' INCLUDING INDEXES)', name, 'live_' || name);
            END LOOP;
        END
        $$
        """
    )


def delete_members(tx: Tx, world_id: UUID) -> None:
    """Delete the members of a world that is deleted."""
    tx.execute("DELETE FROM worlds.members WHERE world_id = %s", (world_id,))


def list_differences(tx: Tx, model: ReadModel) -> Cursor:
    """Return the rows that are not the same in both: `live` and `rebuilt`, null where there is none."""
    row: LiteralString = "SELECT jsonb_build_array(" + model.key + ") AS key, " + model.row + " AS row"
    return tx.execute(
        "SELECT l.row AS live, r.row AS rebuilt FROM ("
        + row
        + " FROM worlds.live_"
        + model.name
        + " AS t) AS l FULL JOIN ("
        + row
        + " FROM worlds."
        + model.name
        + " AS t) AS r USING (key) WHERE l.row IS DISTINCT FROM r.row ORDER BY key LIMIT %s",
        (MOST_DIFFERENCES,),
    )


def write_back(tx: Tx) -> None:
    """Bring the live tables to what was rebuilt, and put them back in their place.

    What belongs to a row that the log does not know, such as the posts of such a character, goes with it.
    """
    tx.execute(
        """
        DO $$
        DECLARE
            name text;
            key text;
            columns text;
        BEGIN
            FOREACH name IN ARRAY """
        + _NAMES
        + """ LOOP
                SELECT string_agg(quote_ident(a.attname), ', ') FILTER (WHERE a.attnum = ANY (i.indkey)),
                       string_agg(quote_ident(a.attname), ', ')
                INTO key, columns
                FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid
                WHERE i.indrelid = format('worlds.%I', name)::regclass AND i.indisprimary
                  AND a.attnum > 0 AND NOT a.attisdropped;
                EXECUTE format(
                    'DELETE FROM worlds.%1$I AS l WHERE NOT EXISTS (SELECT FROM worlds.%2$I WHERE (%3$s) = (%4$s))',
                    'live_' || name, name, key, regexp_replace(key, '(\\w+)', 'l.\\1', 'g'));
                EXECUTE format(
                    'INSERT INTO worlds.%1$I (%3$s) SELECT %3$s FROM worlds.%2$I'
                    ' ON CONFLICT (%4$s) DO UPDATE SET (%3$s) = ROW (%5$s)',
                    'live_' || name, name, columns, key, regexp_replace(columns, '(\\w+)', 'excluded.\\1', 'g'));
            END LOOP;
            FOREACH name IN ARRAY """
        + _NAMES
        + """ LOOP
                EXECUTE format('DROP TABLE worlds.%I', name);
                EXECUTE format('ALTER TABLE worlds.%I RENAME TO %I', 'live_' || name, name);
            END LOOP;
        END
        $$
        """
    )
