"""SQL on users and user_platform_links, and the columns that features read with a player.

Transactions take their locks in this order, or two would wait for each other: a code (`link_tokens`), the gamble, an
import; the open round; people; their players; the table of accounts; the community's state; what several players write
to. Of one kind, by id. Only an account that comes back to a person locks that person late.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

from community.players.name_key import NAME_KEY
from kernel.database import Cursor, Tx, declare_race
from kernel.naming import person_key

if TYPE_CHECKING:  # the retention clock starts without them
    from community.players.models import Crowd, Fact, Link, Player, PlayerRef
    from community.players.part import Parts

declare_race("user_platform_links_pkey", "user_platform_links_one_user_per_identity")

_BY_OWN_ID: LiteralString = "(SELECT user_id FROM users WHERE user_id = %s)"
_BY_ID: LiteralString = "(SELECT user_id FROM user_platform_links WHERE platform = %s AND platform_user_id = %s)"
# Several accounts may have the same name: the one that was seen last is meant.
_BY_NAME: LiteralString = (
    "(SELECT l.user_id FROM user_platform_links l WHERE l.platform = %s AND " + NAME_KEY + " = %s"
    " ORDER BY greatest(l.seen_at, (SELECT c.last_message_at FROM active_chatters c"
    " WHERE c.user_id = l.user_id AND c.platform = l.platform)) DESC LIMIT 1)"
)
_NAMESAKES: LiteralString = (
    "(SELECT count(*) FROM user_platform_links l WHERE l.platform = %s AND " + NAME_KEY + " = %s)"
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
            params += (ref.platform, person_key(ref.username or ""))
    return "ARRAY[" + ", ".join(lookups) + "]::uuid[]", params


def _namesakes(refs: Sequence[PlayerRef]) -> tuple[LiteralString, list[Any]]:
    """Return SQL for a column with the number of players for each ref that must be the only one, and its parameters."""
    sole = [(ref.platform, person_key(ref.only_name)) for ref in refs if ref.sole and ref.only_name]
    if not sole:
        return "", []
    counts: list[LiteralString] = [_NAMESAKES for _ in sole]
    return ", ARRAY[" + ", ".join(counts) + "] AS namesakes", [param for each in sole for param in each]


def lock_players(tx: Tx, refs: Sequence[PlayerRef], crowd: Crowd | None) -> Cursor:
    """Lock players with their people, and those whom one of their accounts may make one with them.

    NO KEY UPDATE is the lock that an UPDATE takes: it excludes every other action on the player, but not the
    foreign-key checks of rows that refer to them. People are locked because another account of theirs may be starting a
    player just now.

    Returns rows of `user_id` and `moved`: whether the player became another person's while this waited.
    """
    user_ids, params = _user_ids(refs)
    if crowd:
        user_ids, params = user_ids + " || " + crowd.sql, [*params, *crowd.params]
    return tx.execute(
        "WITH wanted AS MATERIALIZED (SELECT user_id, person_id FROM users WHERE user_id = ANY ("
        + user_ids
        + """)), people AS MATERIALIZED (
            SELECT pg_advisory_xact_lock(hashtextextended(person_id::text, 0))
            FROM (SELECT person_id FROM wanted WHERE person_id IS NOT NULL
                  UNION SELECT person_before FROM user_platform_links
                  WHERE person_before IS NOT NULL AND user_id IN (SELECT user_id FROM wanted)
                  ORDER BY person_id) AS every
        )
        SELECT u.user_id, u.person_id IS DISTINCT FROM wanted.person_id AS moved
        FROM users u JOIN wanted USING (user_id)
        WHERE (SELECT count(*) FROM people) IS NOT NULL
        ORDER BY u.user_id FOR NO KEY UPDATE OF u
        """,
        params,
    )


def read_players(tx: Tx, refs: Sequence[PlayerRef], crowd: Crowd | None, parts: Parts, facts: Sequence[Fact]) -> Cursor:
    """Return one row per known player, or one row without a player.

    Each has `state_version`, `wanted` (the user id or null for each ref), `divided` (whether the player's person has
    further players), the columns of the parts, `fact_<name>` for each fact, with a crowd `in_crowd`, and with refs that
    are `sole` by name `namesakes` (their number for each).
    """
    user_ids, params = _user_ids(refs)
    user_id_array: LiteralString = "wanted.user_ids"
    asked, asked_params = _columns(facts)
    counted, counted_params = _namesakes(refs)
    asked, asked_params = asked + counted, [*asked_params, *counted_params]
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
               u.user_id, u.username, u.created_at, u.updated_at, u.person_id,
               u.person_id IS NOT NULL AND EXISTS (
                   SELECT FROM users s WHERE s.person_id = u.person_id AND s.user_id <> u.user_id) AS divided,
               (SELECT json_object_agg(l.platform, json_build_array(
                   l.platform_user_id, l.username, l.roles, l.linked_at, l.person_before, l.roles_at))
                FROM user_platform_links l WHERE l.user_id = u.user_id) AS links"""
        + parts.columns
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
        [*(tx.now for _ in range(parts.moments)), *asked_params, *params],
    )


def _columns(facts: Sequence[Fact]) -> tuple[LiteralString, list[Any]]:
    names = [fact.name for fact in facts]
    if len(set(names)) < len(names):
        raise ValueError(f"two facts of one name: {names}")
    columns: LiteralString = "".join([", (" + fact.sql + ") AS fact_" + fact.name for fact in facts])
    return columns, [param for fact in facts for param in fact.params]


def insert_user(tx: Tx, player: Player) -> None:
    tx.execute(
        "INSERT INTO users (user_id, username, created_at, updated_at, person_id) VALUES (%s, %s, %s, %s, %s)",
        (player.id, player.username, player.created_at, player.updated_at, player.person_id),
    )


def update_user(tx: Tx, player: Player) -> None:
    tx.execute(
        "UPDATE users SET username = %s, updated_at = %s, person_id = %s WHERE user_id = %s",
        (player.username, tx.now, player.person_id, player.id),
    )


def lock_people(tx: Tx, person_ids: Sequence[UUID]) -> None:
    """Lock people until the transaction ends."""
    tx.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(person, 0)) FROM unnest(%s::text[]) AS person",
        (sorted(map(str, person_ids)),),
    )


def become_one(tx: Tx, kept: UUID, other: UUID) -> None:
    """Make two people one. They are locked."""
    for table in ("users", "forgotten_accounts"):
        tx.execute("UPDATE " + table + " SET person_id = %s WHERE person_id = %s", (kept, other))
    tx.execute("UPDATE user_platform_links SET person_before = %s WHERE person_before = %s", (kept, other))


def keep_earlier_names(tx: Tx, user_id: UUID, names: Collection[str]) -> None:
    """Note what a player was called until now; a merged player's names as well."""
    tx.execute(
        """
        UPDATE users SET earlier_names = ARRAY(SELECT DISTINCT name FROM unnest(earlier_names || %s::text[]) AS name)
        WHERE user_id = %s
        """,
        (list(names), user_id),
    )


def keep_traces(tx: Tx, merged: UUID, kept: UUID) -> None:
    """Note under which ids and names the log has a player who is about to be merged into another one."""
    tx.execute(
        """
        UPDATE users u SET merged_ids = u.merged_ids || gone.merged_ids || gone.user_id,
            earlier_names = u.earlier_names || gone.earlier_names || gone.username || ARRAY(
                SELECT l.username FROM user_platform_links l WHERE l.user_id = gone.user_id)
        FROM users gone WHERE u.user_id = %s AND gone.user_id = %s
        """,
        (kept, merged),
    )


def lock_accounts(tx: Tx) -> None:
    """Wait for a transaction that finds the players of accounts without locking them, and let no other begin."""
    tx.execute("LOCK TABLE user_platform_links IN ROW EXCLUSIVE MODE")


def delete_user(tx: Tx, user_id: UUID) -> None:
    """Delete a player with all rows of theirs that were not moved away. After `lock_accounts`."""
    tx.execute("DELETE FROM users WHERE user_id = %s", (user_id,))


def upsert_link(tx: Tx, user_id: UUID, platform: str, link: Link, *, if_not_awaited: bool) -> None:
    """Write an account of a player.

    Args:
        if_not_awaited: the transaction is to be repeated if something has begun to wait for accounts.
    """
    checked: LiteralString = "WHERE nothing_awaits_accounts()" if if_not_awaited else "WHERE true"
    tx.execute(
        """
        INSERT INTO user_platform_links AS link
            (user_id, platform, platform_user_id, username, name_key, roles, roles_at, seen_at)
        SELECT %(user_id)s, %(platform)s, %(platform_id)s, %(username)s, %(name_key)s, %(roles)s::text[],
            %(roles_at)s::timestamptz, %(now)s
        """
        + checked
        + """
        ON CONFLICT (user_id, platform) DO UPDATE
        SET platform_user_id = excluded.platform_user_id, username = excluded.username,
            name_key = excluded.name_key, roles = excluded.roles, roles_at = excluded.roles_at,
            seen_at = excluded.seen_at,
            linked_at = CASE WHEN link.platform_user_id = excluded.platform_user_id THEN link.linked_at END,
            person_before = CASE WHEN link.platform_user_id = excluded.platform_user_id THEN link.person_before END
        """,
        {
            "user_id": user_id,
            "platform": platform,
            "platform_id": link.platform_id,
            "username": link.username,
            "name_key": person_key(link.username),
            "roles": sorted(link.roles),
            "roles_at": link.roles_at,
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
    """List profiles with the text in a name, as people type it. Reads every name. `strpos` knows no wildcards."""
    return tx.execute(
        _PROFILE
        + """
        WHERE EXISTS (
            SELECT FROM user_platform_links l
            WHERE l.user_id = u.user_id
              AND strpos("""
        + NAME_KEY
        + """, %(text)s) > 0
              AND (%(platform)s::text IS NULL OR l.platform = %(platform)s)
        )
        ORDER BY lower(u.username), u.user_id
        LIMIT %(limit)s
        """,
        {"text": person_key(text), "platform": platform, "limit": limit},
    )


def list_newest_players(tx: Tx, limit: int) -> Cursor:
    """List the profiles of the newest players."""
    return tx.execute(_PROFILE + "ORDER BY u.created_at DESC, u.user_id LIMIT %s", (limit,))


def find_profile(tx: Tx, ref: PlayerRef) -> Cursor:
    """Find the profile of a player."""
    user_ids, params = _user_ids((ref,))
    return tx.execute(_PROFILE + "WHERE u.user_id = ANY (" + user_ids + ")", params)


SIMILAR = 500
"""How many names are compared with one that no player has."""


def list_similar_names(tx: Tx, platform: str, name_key: str) -> Cursor:
    """List names to compare with one that no player has: who writes just now, and who begins with the same letters."""
    start = name_key[:2]
    return tx.execute(
        """
        (SELECT l.username FROM active_chatters c JOIN user_platform_links l USING (user_id, platform)
         WHERE c.platform = %(platform)s ORDER BY c.last_message_at DESC LIMIT %(most)s)
        UNION
        (SELECT l.username FROM user_platform_links l
         WHERE l.platform = %(platform)s AND """
        + NAME_KEY
        + " >= %(start)s AND "
        + NAME_KEY
        + """ < %(end)s LIMIT %(most)s)
        """,
        {"platform": platform, "start": start, "end": start + chr(0x10FFFF), "most": SIMILAR},
    )


def list_links_without_key(tx: Tx) -> Cursor:
    """Rows: `user_id`, `platform`, `username`."""
    return tx.execute("SELECT user_id, platform, username FROM user_platform_links WHERE name_key IS NULL")


def update_name_keys(tx: Tx, links: Sequence[tuple[UUID, str, str]]) -> None:
    """Store (user id, platform, key of the name there)."""
    tx.execute(
        """
        UPDATE user_platform_links l SET name_key = given.name_key
        FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS given (user_id, platform, name_key)
        WHERE (l.user_id, l.platform) = (given.user_id, given.platform)
        """,
        tuple(map(list, zip(*links, strict=True))),
    )
