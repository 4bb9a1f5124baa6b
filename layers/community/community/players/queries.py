"""SQL on users and user_platform_links, and the columns that features read with a player."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

from community.parts import PARTS
from community.players.models import Crowd, Fact, Link, Player, PlayerRef
from kernel.database import Cursor, Tx, declare_race

declare_race("user_platform_links_pkey", "user_platform_links_one_user_per_identity")

_BY_OWN_ID: LiteralString = "(SELECT user_id FROM users WHERE user_id = %s)"
_BY_ID: LiteralString = "(SELECT user_id FROM user_platform_links WHERE platform = %s AND platform_user_id = %s)"
# A name may have moved from one account to another: the account that used it last is meant.
_BY_NAME: LiteralString = (
    "(SELECT user_id FROM user_platform_links WHERE platform = %s AND lower(username) = lower(%s)"
    " ORDER BY seen_at DESC LIMIT 1)"
)


def _user_ids(refs: Sequence[PlayerRef]) -> tuple[LiteralString, list[Any]]:
    """Return SQL for an array with one user id (or null) per ref, and its parameters."""
    lookups: list[LiteralString] = []
    params: list[Any] = []
    for ref in refs:
        if ref.user_id is not None:
            lookups.append(_BY_OWN_ID)
            params.append(ref.user_id)
        elif ref.platform_id is not None:
            lookups.append(_BY_ID)
            params += (ref.platform, ref.platform_id)
        else:
            lookups.append(_BY_NAME)
            params += (ref.platform, ref.username)
    return "ARRAY[" + ", ".join(lookups) + "]::uuid[]", params


def lock_players(tx: Tx, refs: Sequence[PlayerRef], crowd: Crowd | None) -> Cursor:
    """Lock players, always in the same order, because otherwise concurrent transfers could deadlock.

    NO KEY UPDATE is the lock that an UPDATE takes: it excludes every other action on the player, but not the
    foreign-key checks of rows that refer to them.
    """
    user_ids, params = _user_ids(refs)
    if crowd:
        user_ids, params = user_ids + " || " + crowd.sql, [*params, *crowd.params]
    return tx.execute(
        "SELECT user_id FROM users WHERE user_id = ANY (" + user_ids + ") ORDER BY user_id FOR NO KEY UPDATE",
        params,
    )


def read_players(tx: Tx, refs: Sequence[PlayerRef], crowd: Crowd | None, facts: Sequence[Fact]) -> Cursor:
    """Return one row per known player, or one row without a player.

    Each has `state_version`, `wanted` (the user id or null for each ref), the columns of all parts, `fact_<name>` for
    each fact, and with a crowd `in_crowd`.
    """
    user_ids, params = _user_ids(refs)
    user_id_array: LiteralString = "wanted.user_ids"
    asked, asked_params = _columns(facts)
    if crowd:
        # OFFSET 0 keeps it a single evaluation: one per row would cost more than the rest of the statement.
        user_ids, params = user_ids + " AS user_ids, " + crowd.sql + " AS crowd OFFSET 0", [*params, *crowd.params]
        user_id_array = "(wanted.user_ids || wanted.crowd)"
        asked = ", u.user_id = ANY (wanted.crowd) AS in_crowd" + asked
    else:
        user_ids = user_ids + " AS user_ids"
    return tx.execute(
        """
        SELECT world.version AS state_version, wanted.user_ids AS wanted,
               u.user_id, u.username, u.created_at, u.updated_at,
               (SELECT json_object_agg(l.platform, json_build_array(l.platform_user_id, l.username, l.roles))
                FROM user_platform_links l WHERE l.user_id = u.user_id) AS links"""
        + PARTS.columns
        + asked
        + """
        FROM world
        CROSS JOIN (SELECT """
        + user_ids
        + """) AS wanted
        LEFT JOIN users u ON u.user_id = ANY ("""
        + user_id_array
        + """)
        """,
        [*(tx.now for _ in range(PARTS.moments)), *asked_params, *params],
    )


def _columns(facts: Sequence[Fact]) -> tuple[LiteralString, list[Any]]:
    names = [fact.name for fact in facts]
    if len(set(names)) < len(names):
        raise ValueError(f"two facts of one name: {names}")
    columns: LiteralString = "".join([", (" + fact.sql + ") AS fact_" + fact.name for fact in facts])
    return columns, [param for fact in facts for param in fact.params]


def insert_user(tx: Tx, player: Player) -> None:
    tx.execute(
        "INSERT INTO users (user_id, username, created_at, updated_at) VALUES (%s, %s, %s, %s)",
        (player.id, player.username, player.created_at, player.updated_at),
    )


def update_user(tx: Tx, user_id: UUID, username: str) -> None:
    tx.execute("UPDATE users SET username = %s, updated_at = %s WHERE user_id = %s", (username, tx.now, user_id))


def delete_user(tx: Tx, user_id: UUID) -> None:
    tx.execute("DELETE FROM users WHERE user_id = %s", (user_id,))


def upsert_link(tx: Tx, user_id: UUID, platform: str, link: Link) -> None:
    tx.execute(
        """
        INSERT INTO user_platform_links (user_id, platform, platform_user_id, username, roles, seen_at)
        VALUES (%(user_id)s, %(platform)s, %(platform_id)s, %(username)s, %(roles)s::text[], %(now)s)
        ON CONFLICT (user_id, platform) DO UPDATE
        SET platform_user_id = excluded.platform_user_id, username = excluded.username,
            roles = excluded.roles, seen_at = excluded.seen_at
        """,
        {
            "user_id": user_id,
            "platform": platform,
            "platform_id": link.platform_id,
            "username": link.username,
            "roles": sorted(link.roles),
            "now": tx.now,
        },
    )


def delete_link(tx: Tx, user_id: UUID, platform: str) -> None:
    tx.execute("DELETE FROM user_platform_links WHERE user_id = %s AND platform = %s", (user_id, platform))


_PROFILE: LiteralString = """
    SELECT u.user_id, u.username, u.created_at, u.updated_at,
           (SELECT json_object_agg(l.platform, json_build_array(l.platform_user_id, l.username))
            FROM user_platform_links l WHERE l.user_id = u.user_id) AS links
    FROM users u
"""


def list_players_named(tx: Tx, text: str, platform: str | None, limit: int) -> Cursor:
    """List profiles with the text in a name. Reads every name. `strpos` takes percent signs literally."""
    return tx.execute(
        _PROFILE
        + """
        WHERE EXISTS (
            SELECT FROM user_platform_links l
            WHERE l.user_id = u.user_id
              AND strpos(lower(l.username), lower(%(text)s)) > 0
              AND (%(platform)s::text IS NULL OR l.platform = %(platform)s)
        )
        ORDER BY lower(u.username), u.user_id
        LIMIT %(limit)s
        """,
        {"text": text, "platform": platform, "limit": limit},
    )


def list_newest_players(tx: Tx, limit: int) -> Cursor:
    """List the profiles of the newest players."""
    return tx.execute(_PROFILE + "ORDER BY u.created_at DESC, u.user_id LIMIT %s", (limit,))


def find_player_named(tx: Tx, platform: str, username: str) -> Cursor:
    """Find the profile of the player with a name on a platform."""
    return tx.execute(_PROFILE + "WHERE u.user_id = " + _BY_NAME, (platform, username))
