"""SQL that reads and removes what is stored about players, by `tables.TABLES`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from community.parts import PARTS
from community.privacy.tables import TABLES, PersonalTable
from kernel.database import Cursor, Tx


def list_records(
    tx: Tx, table: PersonalTable, user_ids: Sequence[UUID], before: int | None = None, limit: int | None = None
) -> Cursor:
    """Return rows with `owner`, `body`, and `place` where the table has an order; newest first.

    Args:
        before: only rows with a lower place.
    """
    place: LiteralString = "t." + table.order if table.order else "NULL"
    owner: LiteralString = table.owner or "NULL::uuid"
    return tx.execute(
        "SELECT "
        + owner
        + " AS owner, "
        + table.row
        + " AS body, "
        + place
        + " AS place FROM "
        + table.name
        + " t WHERE "
        + table.where
        + (" AND " + place + " < coalesce(%(before)s, 9223372036854775807)" if table.order else "")
        + " ORDER BY place DESC LIMIT %(limit)s",
        {"user_ids": list(user_ids), "before": before, "limit": limit},
    )


COMMUNITY_TABLES: tuple[LiteralString, ...] = (
    "world",
    "world_documents",
    "progression_unlocks",
    "unlock_progress",
    "voting_sessions",
    "voting_options",
    "contribution_shards",
    "engagement_days",
    "engagement_past",
    "stats_totals",
    "progression_resets",
    "import_batches",
    "excluded_accounts",
)
"""What belongs to the community and to no player."""


def list_community_rows(tx: Tx, table: LiteralString) -> Cursor:
    """Return rows with `body`."""
    return tx.execute("SELECT to_jsonb(t) AS body FROM " + table + " t")


def list_players_after(tx: Tx, user_id: UUID | None, limit: int) -> Cursor:
    """Return rows with `user_id` and `username`, by id."""
    return tx.execute(
        "SELECT user_id, username FROM users WHERE user_id > %s ORDER BY user_id LIMIT %s",
        (user_id or UUID(int=0), limit),
    )


_LIMITS: LiteralString = (
    "jsonb_strip_nulls(jsonb_build_object("
    + ", ".join(["'" + each.name + "', " + each.remember for each in PARTS.outlives])
    + "))"
)


def remember(tx: Tx, user_id: UUID, hashes: Sequence[str], *, excluded: bool) -> None:
    """Store the limits that outlive a player, for each of their accounts."""
    tx.execute(
        """
        INSERT INTO forgotten_accounts AS kept (account_hash, limits, excluded, forgotten_at)
        SELECT account_hash, """
        + _LIMITS
        + """, %(excluded)s, %(now)s FROM unnest(%(hashes)s::text[]) AS account_hash
        ON CONFLICT (account_hash) DO UPDATE
        SET limits = excluded.limits, excluded = kept.excluded OR excluded.excluded,
            forgotten_at = excluded.forgotten_at
        """,
        {"user_id": user_id, "hashes": list(hashes), "excluded": excluded, "now": tx.now},
    )


def list_held(tx: Tx, user_id: UUID) -> Cursor:
    """Return rows with `item_id` and `quantity`: what a player has, and what is on its way to them."""
    return tx.execute(
        """
        SELECT item_id, sum(quantity)::bigint AS quantity FROM (
            SELECT (slot ->> 'item_id')::integer AS item_id, (slot ->> 'quantity')::bigint AS quantity
            FROM user_inventory, jsonb_array_elements(inventory_data -> 'slots') AS slot WHERE user_id = %(user_id)s
            UNION ALL
            SELECT (slot ->> 0)::integer, (slot ->> 1)::bigint
            FROM deliveries, jsonb_array_elements(slots) AS slot WHERE user_id = %(user_id)s
        ) AS held GROUP BY item_id ORDER BY item_id
        """,
        {"user_id": user_id},
    )


def withdraw_ballots(tx: Tx, user_id: UUID) -> None:
    """Take a player's ballot out of the round that is open; the rounds that are over keep their result."""
    tx.execute(
        """
        WITH withdrawn AS (
            DELETE FROM ballots b USING voting_sessions s
            WHERE b.user_id = %s AND s.session_id = b.session_id AND s.status <> 'completed'
            RETURNING b.option_id, b.weight
        )
        UPDATE voting_options o SET vote_count = o.vote_count - 1, weighted_votes = o.weighted_votes - withdrawn.weight
        FROM withdrawn WHERE o.option_id = withdrawn.option_id
        """,
        (user_id,),
    )


def forget(tx: Tx, user_id: UUID, no_one: UUID) -> None:
    """Remove what is stored about a player, or give it to no one. Before the player's own row goes."""
    for table in TABLES:
        if table.forget:
            tx.execute(table.forget, {"user_id": user_id, "user_ids": [user_id], "no_one": no_one})
