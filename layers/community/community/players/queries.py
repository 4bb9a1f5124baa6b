"""users and user_platform_links, and what features read with a player."""

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
# A name may have moved from one account to another: whoever was seen under it last is meant.
_BY_NAME: LiteralString = (
    "(SELECT user_id FROM user_platform_links WHERE platform = %s AND lower(username) = lower(%s)"
    " ORDER BY seen_at DESC LIMIT 1)"
)


def _user_ids(refs: Sequence[PlayerRef]) -> tuple[LiteralString, list[Any]]:
    """SQL for an array with one user id (or null) for each ref, and its parameters."""
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
    """Rows: `user_id`. One order for everybody, or two givers would wait for each other for ever.

    NO KEY UPDATE, the lock an UPDATE takes: it excludes every other action on the player, but not the
    foreign-key checks of rows that merely mention them.
    """
    user_ids, params = _user_ids(refs)
    if crowd:
        user_ids, params = user_ids + " || " + crowd.sql, [*params, *crowd.params]
    return tx.execute(
        "SELECT user_id FROM users WHERE user_id = ANY (" + user_ids + ") ORDER BY user_id FOR NO KEY UPDATE",
        params,
    )


def read_players(tx: Tx, refs: Sequence[PlayerRef], crowd: Crowd | None, facts: Sequence[Fact]) -> Cursor:
    """Rows: one per known player, or one without a player; each with `state_version`, `wanted`, the user
    id (or null) for each ref, with a crowd `in_crowd`, the columns of all parts, and for each fact `fact_<name>`."""
    user_ids, params = _user_ids(refs)
    everybody: LiteralString = "wanted.user_ids"
    asked, asked_params = _columns(facts)
    if crowd:
        # Once: a second evaluation, among the columns of every row, would cost more than all the rest.
        user_ids, params = user_ids + " AS user_ids, " + crowd.sql + " AS crowd OFFSET 0", [*params, *crowd.params]
        everybody = "(wanted.user_ids || wanted.crowd)"
        asked = ", u.user_id = ANY (wanted.crowd) AS in_crowd" + asked
    else:
        user_ids = user_ids + " AS user_ids"
    return tx.execute(
        """
        SELECT world.version AS state_version, wanted.user_ids AS wanted,
               u.user_id, u.username, u.created_at, u.updated_at,
               (SELECT json_object_agg(l.platform, json_build_array(l.platform_user_id, l.username))
                FROM user_platform_links l WHERE l.user_id = u.user_id) AS links"""
        + PARTS.columns
        + asked
        + """
        FROM world
        CROSS JOIN (SELECT """
        + user_ids
        + """) AS wanted
        LEFT JOIN users u ON u.user_id = ANY ("""
        + everybody
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
        INSERT INTO user_platform_links (user_id, platform, platform_user_id, username, seen_at)
        VALUES (%(user_id)s, %(platform)s, %(platform_id)s, %(username)s, %(now)s)
        ON CONFLICT (user_id, platform) DO UPDATE
        SET platform_user_id = excluded.platform_user_id, username = excluded.username,
            seen_at = excluded.seen_at
        """,
        {
            "user_id": user_id,
            "platform": platform,
            "platform_id": link.platform_id,
            "username": link.username,
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
    """Profiles. Reads every name; `strpos`, for to LIKE a percent sign would mean something."""
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
    """Profiles."""
    return tx.execute(_PROFILE + "ORDER BY u.created_at DESC, u.user_id LIMIT %s", (limit,))


def find_player_named(tx: Tx, platform: str, username: str) -> Cursor:
    """A profile."""
    return tx.execute(_PROFILE + "WHERE u.user_id = " + _BY_NAME, (platform, username))
