"""SQL that reads and removes what is stored about players, by `tables.TABLES`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

from community.privacy.tables import DEPARTED, TABLES, PersonalTable
from kernel.database import Cursor, Tx
from kernel.events.mentions import Mentions, containing

if TYPE_CHECKING:
    from community.players.models import Link


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


TRACES: LiteralString = (
    "json_build_array(u.merged_ids, u.earlier_names,"
    " (SELECT coalesce(json_agg(json_build_array(d.platform_user_id, d.username)), '[]') FROM departed_accounts d"
    " WHERE d.user_id = u.user_id AND " + DEPARTED + "))"
)
"""SQL expression over `u`, a row of users: by what else the log knows the player. [[user id, ...], [name, ...],
[[id of an account, name], ...]]."""


def insert_departed_account(tx: Tx, user_id: UUID, platform: str, link: Link) -> None:
    tx.execute(
        """
        INSERT INTO departed_accounts (user_id, platform, platform_user_id, username) VALUES (%s, %s, %s, %s)
        ON CONFLICT (user_id, platform, platform_user_id) DO UPDATE SET username = excluded.username
        """,
        (user_id, platform, link.platform_id, link.username),
    )


def move_departed_accounts(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """Copy accounts that left a player. The old rows are deleted with the player."""
    tx.execute(
        """
        INSERT INTO departed_accounts (user_id, platform, platform_user_id, username)
        SELECT %s, platform, platform_user_id, username FROM departed_accounts WHERE user_id = %s
        ON CONFLICT DO NOTHING
        """,
        (to_id, from_id),
    )


DATA_TABLES: tuple[LiteralString, ...] = ("stats_inbox", "stats_events")
"""Tables with data that bots have sent."""

# As in the index `stats_events_with_data`.
_WITH_DATA: LiteralString = "t.event_data IS NOT NULL AND t.event_type <> 'daily_streak'"


def list_data_mentioning(tx: Tx, table: LiteralString, mentions: Mentions) -> Cursor:
    """Return rows with `stat_id` and `event_data`, if the data may mention a player, in any case."""
    return tx.execute(
        "SELECT t.stat_id, t.event_data FROM "
        + table
        + " t, LATERAL (SELECT lower(': ' || t.event_data::text) AS body OFFSET 0) AS known WHERE "
        + _WITH_DATA
        + " AND (body LIKE ANY ((SELECT lower(%s::text[]::text)::text[])::text[]) OR t.event_data ->> %s ~* %s)",
        (containing(mentions.free), *mentions.in_text),
    )


def update_data(tx: Tx, table: LiteralString, changed: Sequence[tuple[int, Any]]) -> None:
    """Store data, by `stat_id`."""
    tx.execute(
        "UPDATE "
        + table
        + " t SET event_data = given.event_data FROM unnest(%s::bigint[], %s::jsonb[]) AS given (stat_id, event_data)"
        " WHERE t.stat_id = given.stat_id AND " + _WITH_DATA,
        ([stat_id for stat_id, _ in changed], [json.dumps(data) for _, data in changed]),
    )
