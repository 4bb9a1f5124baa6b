"""What the retention clock calls: nothing else is imported, so that it starts quickly."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from community.linking import queries
from community.players import queries as players
from community.players.selves import NEW_FOR
from kernel.database import Tx

RETENTION = timedelta(hours=1)


def settle(tx: Tx) -> None:
    """Make one person of those whom a code linked more than a day ago, when it can no longer be undone."""
    since = tx.now - NEW_FOR
    rows = queries.list_unsettled(tx, since).fetchall()
    players.lock_people(tx, [each for row in rows for each in (row["person_id"], row["person_before"]) if each])
    became: dict[UUID, UUID] = {}  # people, and players without a person until now
    for row in queries.list_unsettled(tx, since).fetchall():  # again: people may have become one before the lock
        person_id: UUID | None = row["person_id"]
        before: UUID = row["person_before"]
        before = became.get(before, before)
        kept = became.setdefault(person_id or row["user_id"], person_id or uuid4())
        if before != kept:
            players.become_one(tx, kept, before)
        queries.settle(tx, row["user_id"], kept, since)
        became |= {each: kept for each, person in became.items() if person == before} | {before: kept}


def delete_expired(tx: Tx) -> None:
    """Delete codes, guesses and unlink requests an hour after their expiry. Source: rules 1.1."""
    queries.delete_tokens_expired_before(tx, tx.now - RETENTION)
    queries.delete_guesses_before(tx, tx.now - RETENTION)
    queries.delete_unlink_requests_expired_before(tx, tx.now - RETENTION)
