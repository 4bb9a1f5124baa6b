"""What the retention clock calls: nothing else is imported, so that it starts quickly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from community.linking import queries
from community.players import queries as players
from community.players.selves import NEW_FOR
from kernel.database import Tx

RETENTION = timedelta(hours=1)


def settle(tx: Tx) -> None:
    """Make one person of those whom a code linked more than a day ago, when it can no longer be undone."""
    since = tx.now - NEW_FOR
    people = _people(queries.list_unsettled(tx, since).fetchall())
    if not people:
        return
    players.lock_people(tx, [*people])
    queries.lock_unsettled(tx, since)
    # Again: links may have been undone, and people may have become one, before the locks.
    rows = queries.list_unsettled(tx, since).fetchall()
    for_later = {row["user_id"] for row in rows if not _people([row]) <= people}
    became: dict[UUID, UUID] = {}  # people, and players without a person until now
    for row in rows:
        if row["user_id"] in for_later:
            continue
        person_id: UUID | None = row["person_id"]
        before: UUID = row["person_before"]
        before = became.get(before, before)
        kept = became.setdefault(person_id or row["user_id"], person_id or uuid4())
        if before != kept:
            players.become_one(tx, kept, before)
        queries.settle(tx, row["user_id"], kept, since)
        became |= {each: kept for each, person in became.items() if person == before} | {before: kept}


def _people(rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    return {person for row in rows for person in (row["person_id"], row["person_before"]) if person}


def delete_expired(tx: Tx) -> bool:
    """Delete codes, guesses and unlink requests an hour after their expiry. Source: rules 1.1."""
    return any(
        [
            queries.delete_tokens_expired_before(tx, tx.now - RETENTION),
            queries.delete_guesses_before(tx, tx.now - RETENTION),
            queries.delete_unlink_requests_expired_before(tx, tx.now - RETENTION),
        ]
    )
