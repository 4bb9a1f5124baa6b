"""People: limits hold for a person, whichever of their accounts plays.

An account that leaves its player may start another one. Both players then have the same `person_id`, and what limits
one of them is given to the other when an action loads it. The account's hash leads to the person until it plays again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from community.parts import PARTS
from community.players import queries
from community.players.part import Limit
from kernel.database import Tx
from kernel.errors import TryAgain


def _object_of(limits: Sequence[Limit]) -> LiteralString:
    entries: LiteralString = ", ".join(["'" + limit.name + "', " + limit.remember for limit in limits])
    return "jsonb_strip_nulls(jsonb_build_object(" + entries + "))"


_LIMITS: LiteralString = _object_of(PARTS.limits)
"""SQL expression over `u`, a row of users: {name: array} of everything that limits the player."""
_SHARED_LIMITS: LiteralString = _object_of([limit for limit in PARTS.limits if limit.shared])
"""The same of what also holds for the person's other players."""


def _adding(limits: LiteralString) -> LiteralString:
    """Return SQL that adds what limits the player with `%(user_id)s` to rows `f` of forgotten_accounts, up to WHERE."""
    return (
        """
        UPDATE forgotten_accounts f SET limits = (
            SELECT coalesce(jsonb_object_agg(name, entries), '{}') FROM (
                SELECT name, jsonb_agg(DISTINCT entry) AS entries
                FROM (SELECT * FROM jsonb_each(f.limits) UNION ALL SELECT * FROM jsonb_each(given.limits))
                         AS limits (name, entries),
                     jsonb_array_elements(entries) AS entry
                GROUP BY name) AS every)
        FROM (SELECT """
        + limits
        + """ AS limits FROM users u WHERE u.user_id = %(user_id)s) AS given
        WHERE """
    )


def _giving(limit: Limit, entries: LiteralString, rows: LiteralString) -> LiteralString:
    return "WITH kept AS (SELECT jsonb_array_elements(" + entries + ") AS entry FROM " + rows + ")" + limit.recall


_SHARE: tuple[LiteralString, ...] = tuple(
    _giving(limit, limit.remember, "users u WHERE u.person_id = %(person_id)s AND u.user_id <> %(user_id)s")
    for limit in PARTS.limits
    if limit.shared
)
_RECALL: tuple[LiteralString, ...] = tuple(
    _giving(limit, "limits -> '" + limit.name + "'", "forgotten_accounts WHERE account_hash = ANY (%(hashes)s)")
    for limit in PARTS.limits
)


def share_limits(tx: Tx, user_id: UUID, person_id: UUID) -> None:
    """Give a player what limits the other players of the person, who is locked."""
    for statement in _SHARE:
        tx.execute(statement, {"user_id": user_id, "person_id": person_id, "now": tx.now, "linked_at": None})


def leave(tx: Tx, person_id: UUID, account_hash: str) -> None:
    """Remember whose account leaves a player, for when it plays again."""
    tx.execute(
        """
        INSERT INTO forgotten_accounts (account_hash, limits, excluded, forgotten_at, person_id)
        VALUES (%s, '{}', false, %s, %s)
        ON CONFLICT (account_hash) DO UPDATE SET person_id = excluded.person_id
        """,
        (account_hash, tx.now, person_id),
    )


def leave_with_limits(tx: Tx, user_id: UUID, person_id: UUID | None, account_hash: str) -> None:
    """Remember of an account that leaves a player what limits the player now, and whose it was before, if anyone's."""
    tx.execute(
        """
        INSERT INTO forgotten_accounts (account_hash, limits, excluded, forgotten_at, person_id)
        SELECT %(account_hash)s, """
        + _LIMITS
        + """, false, %(now)s, %(person_id)s FROM users u WHERE user_id = %(user_id)s
        ON CONFLICT (account_hash) DO UPDATE SET limits = excluded.limits, person_id = excluded.person_id
        """,
        {"account_hash": account_hash, "user_id": user_id, "person_id": person_id, "now": tx.now},
    )


def take_out(tx: Tx, hashes: Sequence[str]) -> UUID | None:
    """Return whose a remembered account was, and forget that: what limits that person then limits whom it joins."""
    people = lock_people_of(tx, hashes)
    for row in tx.execute("SELECT user_id FROM users WHERE person_id = ANY (%s)", (list(people),)).fetchall():
        tx.execute(
            _adding(_SHARED_LIMITS) + "f.account_hash = ANY (%(hashes)s)",
            {"user_id": row["user_id"], "hashes": list(hashes), "now": tx.now},
        )
    tx.execute("UPDATE forgotten_accounts SET person_id = NULL WHERE account_hash = ANY (%s)", (list(hashes),))
    return next(iter(people), None)


def pass_on(tx: Tx, user_id: UUID, person_id: UUID) -> None:
    """Give what limits a player of the person, who is about to go, to the person's others, who are locked.

    Other players get it at once; the accounts that have left a player, and not played since, when they play again.
    """
    tx.execute("UPDATE users SET person_id = %s WHERE user_id = %s", (person_id, user_id))  # perhaps for a moment only
    others = tx.execute("SELECT user_id FROM users WHERE person_id = %s AND user_id <> %s", (person_id, user_id))
    for row in others.fetchall():
        share_limits(tx, row["user_id"], person_id)
    tx.execute(
        _adding(_LIMITS) + "f.person_id = %(person_id)s",
        {"user_id": user_id, "person_id": person_id, "now": tx.now},
    )


def remember(tx: Tx, user_id: UUID, person_id: UUID, hashes: Sequence[str], *, excluded: bool) -> None:
    """Store what limits a player who is forgotten, for their accounts, and for the person's others."""
    pass_on(tx, user_id, person_id)
    tx.execute(
        """
        INSERT INTO forgotten_accounts AS kept (account_hash, limits, excluded, forgotten_at, person_id)
        SELECT account_hash, """
        + _LIMITS
        + """, %(excluded)s, %(now)s, %(person_id)s
        FROM users u, unnest(%(hashes)s::text[]) AS account_hash WHERE u.user_id = %(user_id)s
        ON CONFLICT (account_hash) DO UPDATE
        SET limits = excluded.limits, excluded = kept.excluded OR excluded.excluded,
            forgotten_at = excluded.forgotten_at, person_id = excluded.person_id
        """,
        {
            "user_id": user_id,
            "person_id": person_id,
            "hashes": list(hashes),
            "excluded": excluded,
            "now": tx.now,
        },
    )


def find_people(tx: Tx, hashes: Sequence[str]) -> set[UUID]:
    """Return whose these remembered accounts were."""
    rows = tx.execute("SELECT person_id FROM forgotten_accounts WHERE account_hash = ANY (%s)", (list(hashes),))
    return {row["person_id"] for row in rows if row["person_id"]}


def lock_people_of(tx: Tx, hashes: Sequence[str]) -> set[UUID]:
    """Lock and return whose these remembered accounts were; they may be becoming someone else's just now.

    Raises:
        TryAgain: they have.
    """
    people = find_people(tx, hashes)
    if people:
        queries.lock_people(tx, [*people])
        if find_people(tx, hashes) != people:
            raise TryAgain
    return people


def recall_limits(tx: Tx, user_id: UUID, hashes: Sequence[str], linked_at: datetime | None) -> None:
    """Give a player the limits that were remembered with these accounts, which are the player's now.

    What was remembered is deleted, except that an account is excluded.

    Args:
        linked_at: None for a player who begins with them.
    """
    for statement in _RECALL:
        tx.execute(statement, {"user_id": user_id, "hashes": list(hashes), "now": tx.now, "linked_at": linked_at})
    tx.execute(
        """
        WITH back AS (DELETE FROM forgotten_accounts WHERE account_hash = ANY (%(hashes)s) AND NOT excluded)
        UPDATE forgotten_accounts SET limits = '{}', person_id = NULL
        WHERE account_hash = ANY (%(hashes)s) AND excluded
        """,
        {"hashes": list(hashes)},
    )


def become_one(tx: Tx, kept: UUID, other: UUID) -> None:
    """Make two people one, because an account of each has become one player's."""
    if kept != other:
        queries.lock_people(tx, (kept, other))
        queries.become_one(tx, kept, other)
