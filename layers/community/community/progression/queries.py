"""SQL on world, world_documents, progression_nodes and progression_unlocks. A row of world is the community's state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, LiteralString

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx

if TYPE_CHECKING:
    from community.progression.content import Node
    from community.progression.models import Pacing

LEVELS: LiteralString = """
    (SELECT coalesce(jsonb_object_agg(node_key, level), '{}')
     FROM (SELECT node_key, max(level) AS level
           FROM progression_unlocks JOIN progression_nodes USING (node_id)
           GROUP BY node_key) AS unlocked)
"""
"""SQL expression: {node key: highest unlocked level}."""


PACING: LiteralString = """
    jsonb_build_array(world.active_players, world.measured_since, world.measured_on, world.fixed_pace::text)
"""
"""SQL expression over `world`, for `service.parse_pacing`."""


def read_state_version(tx: Tx) -> Cursor:
    return tx.execute("SELECT version FROM world")


def read_state(tx: Tx) -> Cursor:
    """Return one consistent row: `version`, `awaits_accounts`, `levels` {node key: highest level}, `pacing`,
    `documents` {name: body}, `listed` [[platform, id, key of the name, excluded], ...], `forgotten` [[hash of the
    account, excluded], ...]."""
    return tx.execute(
        "SELECT version, awaits_accounts, "
        + LEVELS
        + " AS levels, "
        + PACING
        + """ AS pacing,
               (SELECT coalesce(jsonb_object_agg(name, body), '{}') FROM world_documents) AS documents,
               (SELECT coalesce(jsonb_agg(jsonb_build_array(platform, platform_user_id, name_key, excluded)), '[]')
                FROM excluded_accounts WHERE excluded OR platform_user_id <> '') AS listed,
               (SELECT coalesce(jsonb_agg(jsonb_build_array(account_hash, excluded)), '[]')
                FROM forgotten_accounts) AS forgotten
        FROM world
        """
    )


def lock_community_state(tx: Tx) -> Cursor:
    """Allow one writer at a time, so that two administrators cannot decide on the same outdated state."""
    return tx.execute("SELECT version FROM world FOR NO KEY UPDATE")


def renew_state_version(tx: Tx) -> None:
    """Set a new version, so that every environment refreshes its cached state before its next action."""
    tx.execute("UPDATE world SET version = gen_random_uuid()")


def read_pacing(tx: Tx) -> Cursor:
    return tx.execute("SELECT " + PACING + " AS pacing FROM world")


def update_pacing(tx: Tx, pacing: Pacing) -> None:
    tx.execute(
        "UPDATE world SET active_players = %s, measured_since = %s, measured_on = %s, fixed_pace = %s::text::numeric",
        (
            pacing.active_players,
            pacing.measured_since,
            pacing.measured_on,
            None if pacing.fixed is None else str(float(pacing.fixed)),
        ),
    )


def claim_measure(tx: Tx, next_at: datetime) -> Cursor:
    """Claim the measure that is due now, and set the time of the next; returns a row, unless none is due."""
    return tx.execute(
        "UPDATE world SET next_measure_at = %s WHERE next_measure_at <= %s RETURNING next_measure_at", (next_at, tx.now)
    )


def upsert_document(tx: Tx, name: str, body: Any) -> None:
    tx.execute(
        """
        INSERT INTO world_documents (name, body, updated_at) VALUES (%s, %s, %s)
        ON CONFLICT (name) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at
        """,
        (name, Jsonb(body), tx.now),
    )


def insert_unlocks(tx: Tx, node: Node, levels: Iterable[int], unlocked_by: str, engagement_score: int = 0) -> None:
    tx.execute(
        """
        INSERT INTO progression_unlocks (node_id, level, unlocked_at, unlocked_by, engagement_score)
        SELECT %s, level, %s, %s, %s FROM unnest(%s::int[]) AS level
        ON CONFLICT DO NOTHING
        """,
        (node.node_id, tx.now, unlocked_by, engagement_score, list(levels)),
    )


def find_unlock(tx: Tx, node: Node, level: int) -> Cursor:
    return tx.execute("SELECT * FROM progression_unlocks WHERE node_id = %s AND level = %s", (node.node_id, level))


def delete_unlocks(tx: Tx, node: Node, lowest: int) -> None:
    tx.execute("DELETE FROM progression_unlocks WHERE node_id = %s AND level >= %s", (node.node_id, lowest))


def delete_all_unlocks(tx: Tx) -> None:
    tx.execute("DELETE FROM progression_unlocks")


def upsert_node(tx: Tx, node: Node) -> None:
    tx.execute(
        """
        INSERT INTO progression_nodes (node_id, node_key, unlock_cost, definition, created_at)
        VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT (node_id) DO UPDATE
        SET node_key = excluded.node_key, unlock_cost = excluded.unlock_cost, definition = excluded.definition
        """,
        (node.node_id, node.key, node.cost, Jsonb(node.model_dump(mode="json", by_alias=True)), tx.now),
    )


def list_stored_nodes(tx: Tx) -> Cursor:
    """Return rows with `node_id`, `node_key` and `is_unlocked`."""
    return tx.execute(
        """
        SELECT node_id, node_key,
               EXISTS (SELECT FROM progression_unlocks u WHERE u.node_id = n.node_id) AS is_unlocked
        FROM progression_nodes n ORDER BY node_id
        """
    )


def release_keys(tx: Tx, node_ids: Sequence[int]) -> None:
    """Free the keys of renamed nodes until `upsert_node`, because two nodes may swap theirs."""
    tx.execute(
        "UPDATE progression_nodes SET node_key = node_key || '#' || node_id WHERE node_id = ANY (%s)", (list(node_ids),)
    )


def list_nodes(tx: Tx) -> Cursor:
    """Return rows with the state's `version`, and `node_key` and `created_at` of one node, or nulls without any."""
    return tx.execute("SELECT version, node_key, created_at FROM world LEFT JOIN progression_nodes ON true")
