"""Recording what happens, counting engagement, and adding it up for administrators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final, LiteralString
from uuid import UUID

from kernel.database import Tx
from personas.happenings import queries, rules
from personas.happenings.models import NoPublishedBattle, UnsupportedEvent

_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)


def record(
    tx: Tx,
    event_name: str,
    account_id: UUID | None,
    metadata: Mapping[str, Any],
    battle_id: UUID | None = None,
    source_battle_id: UUID | None = None,
    sharer: str | None = None,
) -> None:
    """Record what has happened, and count it as engagement with a battle if it is a share or a remix.

    It only queues statements, so it costs no round trip and raises nothing.

    Args:
        account_id: whose doing it was; None for someone who is not signed in.
        metadata: any; what may not be kept is dropped.
        source_battle_id: the battle that was remixed: the credit is its.
        sharer: who shared when no one is signed in: a hash of an address. Nothing is counted without either.
    """
    queries.insert_happening(tx, event_name, account_id, rules.sanitise(metadata), battle_id, source_battle_id)
    kind = rules.ENGAGEMENTS.get(event_name)
    credited = source_battle_id or battle_id
    by = _hash_of(account_id) if account_id else sharer
    if kind and credited and by:
        queries.count_engagement(tx, kind, credited, account_id, by)


def _hash_of(account_id: UUID) -> str:
    """Return a name for an account that leads back to no one once the account is deleted: ids are random."""
    return sha256(account_id.bytes).hexdigest()[:32]


def record_each(
    tx: Tx, event_name: str, account_id: UUID | None, found: LiteralString, params: Sequence[Any] = ()
) -> None:
    """Record a happening for each row of a query: of what a look finds, in the same round trip.

    Args:
        found: SQL that returns `metadata` (jsonb with ids and slugs only, because it is not sanitised) and `battle_id`.
    """
    queries.insert_happenings_of(tx, event_name, account_id, found, params)


def record_of_client(
    tx: Tx, event_name: str, account_id: UUID | None, metadata: Mapping[str, Any], sharer: str | None
) -> None:
    """Record what a page has sent.

    Raises:
        UnsupportedEvent: pages do not send this one. NoPublishedBattle: its battle is none.
    """
    name = event_name.strip().lower()
    if name not in rules.CLIENT_EVENTS:
        raise UnsupportedEvent()
    battle_id, source_id = _battle_in(metadata, "battle_id"), _battle_in(metadata, "source_battle_id")
    named = {each for each in (battle_id, source_id) if each}
    if named and len(queries.list_published(tx, [*named]).fetchall()) != len(named):
        raise NoPublishedBattle()
    record(tx, name, account_id, rules.of_client(metadata), battle_id, source_id, sharer)


def _battle_in(metadata: Mapping[str, Any], key: str) -> UUID | None:
    given = metadata.get(key)
    if given is None or given == "":
        return None
    try:
        return UUID(str(given).strip())
    except ValueError:
        raise NoPublishedBattle() from None


def summarise(tx: Tx) -> dict[str, Any]:
    """Return how often each event has happened lately, and how many of those who began something finished it."""
    rows = queries.count_by_name(tx, tx.now - _WEEK, tx.now - _DAY).fetchall()
    never: dict[str, int] = dict.fromkeys(rules.EVENTS, 0)
    week = never | {row["event_name"]: row["count"] for row in rows}
    day = never | {row["event_name"]: row["recent"] for row in rows}
    return rules.summary(tx.now, day, week)


def forget_expired_engagement(tx: Tx) -> int:
    """Stop counting some of what is older than 14 days; returns how much."""
    row = queries.delete_expired_engagements(tx, 1000).fetchone()
    assert row is not None
    queries.delete_empty_totals(tx)
    return row["count"]
