"""Announcing, publishing and consuming events."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

from msgspec import Struct

from kernel.counters import service as counters
from kernel.database import Cursor, Tx
from kernel.events import queries, waking
from kernel.events.mentions import Mentions

if TYPE_CHECKING:  # the relay starts without pydantic
    from kernel.events.models import Event

BATCH = 10
"""Events per call; EventBridge accepts ten."""

RETRY_DELAYS = tuple(timedelta(seconds=seconds) for seconds in (2, 4, 8, 16, 32))


class Envelope(Struct, frozen=True):
    """An event on its way out of the process."""

    position: int
    event_id: UUID
    type: str
    timestamp: datetime
    payload: Any
    metadata: Mapping[str, Any]
    attempts: int

    def as_json(self) -> dict[str, Any]:
        """Return the envelope as a JSON object. Source: rules 16, with `id` and `timestamp` (unix seconds)."""
        return {
            "version": self.metadata.get("version", "1.0"),
            "id": str(self.event_id),
            "type": self.type,
            "timestamp": int(self.timestamp.timestamp()),
            "payload": self.payload,
            "metadata": {key: value for key, value in self.metadata.items() if key != "version"},
        }


class Backlog(Struct, frozen=True):
    """The numbers of unpublished events.

    Attributes:
        waiting: events still to be published.
        dead: events given up after the last retry.
    """

    waiting: int
    dead: int


def new_event_id(now: datetime) -> UUID:
    """Return a UUID of version 7: it begins with the time, so that new ids follow one another in their index.

    Random ones would each change another page of it: after a checkpoint, of a full log, 6 KB more WAL per event.
    """
    timestamp = int(now.timestamp() * 1000).to_bytes(6)
    noise = os.urandom(10)
    version, variant = 0x70 | noise[0] & 0x0F, 0x80 | noise[2] & 0x3F
    return UUID(bytes=timestamp + bytes((version, noise[1], variant)) + noise[3:])


def announce(tx: Tx, *events: Event) -> None:
    """Write events into the log, in this order; the relay publishes them once the transaction has committed."""
    if events:
        queries.insert_events(tx, [(new_event_id(tx.now), event) for event in events])
        waking.ensure_awake(tx)


def announce_if(tx: Tx, event: Event, happening: LiteralString, params: Sequence[Any]) -> None:
    """Run a statement and announce an event if it had an effect, without waiting for its result.

    Args:
        event: the event with the fields that are known now.
        happening: a statement that returns one row if it had an effect, and none otherwise. Its only column is a
            `jsonb` of further fields for the payload.
    """
    queries.insert_event_if(tx, new_event_id(tx.now), event, happening, params)
    waking.ensure_awake(tx)


def announce_each(
    tx: Tx,
    event: Event,
    happening: LiteralString,
    params: Sequence[Any],
    *,
    steps: LiteralString = "",
    result: LiteralString = "",
    rarely: bool = False,
) -> Cursor:
    """Run a statement and announce an event once for each thing that it says, without waiting for its result.

    Args:
        event: the event with the fields that are known now.
        happening: a statement that returns at most one row. Its only column is a `jsonb` array with further fields for
            the payload of each event; null means none. A `user_id` there is whom the event belongs to.
        params: of the steps, then of `happening`.
        steps: `name AS (statement)`, separated by commas, on which `happening` builds.
        result: a SELECT from the steps, whose rows the cursor has; by default it has one for each event.
        rarely: there is hardly ever anything to announce, so the relay is not asked about before there is. Without
            `result`.
    """
    inserted = queries.insert_events_each(tx, event, happening, params, steps, result)
    if rarely:
        waking.ensure_awake_if(tx, inserted)
    else:
        waking.ensure_awake(tx)
    return inserted


def broadcast(tx: Tx, event_type: str, payload: Any) -> None:
    """Send a message to all listeners through the log. The game itself ignores it (`metadata.broadcast`)."""
    queries.insert_broadcast(tx, new_event_id(tx.now), event_type, payload, {"version": "1.0", "broadcast": True})
    waking.ensure_awake(tx)


def publish_due(tx: Tx, send: Callable[[list[Envelope]], list[str | None]]) -> int:
    """Pass up to ten due events to `send` while their rows are locked, and store the result for each.

    Args:
        send: returns, for each envelope in order, None if it was accepted, else the reason. If it raises, nothing is
            stored and the rows stay due: delivery is at least once.

    Returns:
        The number of due events; 0 when there was nothing to do.
    """
    due = [envelope_of(row) for row in queries.lock_events_to_publish(tx, BATCH).fetchall()]
    if not due:
        return 0
    outcomes = list(zip(due, send(due), strict=True))
    published = [envelope for envelope, error in outcomes if error is None]
    queries.mark_published(tx, [envelope.position for envelope in published])
    counters.add(tx, Counter(("events_published_total", envelope.type) for envelope in published))
    for envelope, error in outcomes:
        if error is not None:
            queries.mark_failed(tx, envelope.position, error, _next_attempt(tx.now, envelope.attempts))
    return len(due)


def backlog(tx: Tx) -> Backlog:
    """Return the numbers of events that wait and that were given up."""
    row = queries.count_backlog(tx).fetchone()
    assert row is not None
    return Backlog(row["waiting"], row["dead"])


def list_dead(tx: Tx, limit: int) -> Cursor:
    """Return the rows of the newest events that were given up."""
    return queries.list_dead(tx, limit)


def redrive_dead(tx: Tx, event_ids: Sequence[UUID] | None) -> int:
    """Publish events that were given up, with all their attempts; return how many.

    Args:
        event_ids: None for all of them.
    """
    revived = len(queries.revive_dead(tx, event_ids).fetchall())
    if revived:
        waking.ensure_awake(tx)
    return revived


def drop_dead(tx: Tx, event_ids: Sequence[UUID]) -> int:
    """Never publish events that were given up; return how many. They stay in the log, as something that happened."""
    return len(queries.mark_dropped(tx, event_ids).fetchall())


def take_unseen(tx: Tx, consumer: str, event_ids: Iterable[UUID]) -> set[UUID]:
    """Return the events that are new to `consumer`. They count as consumed if this transaction commits."""
    rows = queries.insert_consumed(tx, consumer, sorted(set(event_ids))).fetchall()
    return {row["event_id"] for row in rows}


def rewrite(
    tx: Tx,
    user_ids: Sequence[UUID],
    no_one: UUID,
    mentions: Mentions,
    change: Callable[..., Any],
    about_one: Collection[str] = (),
) -> int:
    """Take a player out of the log; return how many events have changed.

    What has been published stays with those who have received it.

    Args:
        user_ids: the player's, and those of players who were merged into them.
        no_one: the id that their events get.
        mentions: by what payloads may mention the player.
        change: returns a payload without the player: (payload, own=whether the event belongs to the player,
            free=whether it is a broadcast or private).
        about_one: the types whose payloads mention no one but the player whom the event belongs to. They are most of
            the log, and are read only where they belong to one of `user_ids`. A broadcast that borrows such a type
            stays as it is until the log drops it.
    """
    changed = 0
    types = [row["event_type"] for row in queries.list_types(tx) if row["event_type"] not in about_one]
    first = tx.now - timedelta(days=DAYS_KEPT + 1)
    # Day by day, because no index knows the payloads, and a statement may take seconds only.
    for day in range(DAYS_KEPT + 3):
        start = first + timedelta(days=day)
        rows = queries.list_mentioning(tx, start, start + timedelta(days=1), user_ids, types, mentions).fetchall()
        rewritten = [(row, change(row["payload"], own=row["user_id"] in user_ids, free=row["free"])) for row in rows]
        different = [
            (row["created_at"], row["position"], payload)
            for row, payload in rewritten
            if payload != row["payload"] or row["user_id"] in user_ids
        ]
        queries.update_payloads(tx, user_ids, no_one, different)
        changed += len(different)
    return changed


def blank(
    tx: Tx, types: Sequence[str], blanks: Mapping[str, Any], key: str, found: LiteralString, params: Sequence[Any]
) -> None:
    """Leave only ids in the log of what is deleted or hidden; without waiting for the result.

    Args:
        types: of the events.
        blanks: {field: what takes its place}.
        key: the field that says what an event is about.
        found: a SELECT of the ids of what is to be forgotten, and of the moments since when there are events about it.
    """
    queries.blank_payloads(tx, types, blanks, key, found, params)


DAYS_AHEAD = 14
DAYS_KEPT = 10


def ensure_partitions_ahead(tx: Tx) -> None:
    """Create the partitions for today and the coming days."""
    queries.ensure_partitions(tx, tx.now, DAYS_AHEAD)


def drop_old(tx: Tx) -> list[str]:
    """Drop what is older than ten days; return the names of the dropped partitions. Source: rules 16."""
    horizon = tx.now - timedelta(days=DAYS_KEPT)
    queries.delete_consumed_before(tx, horizon)
    return [row["partition"] for row in queries.drop_partitions_before(tx, horizon)]


def envelope_of(row: Mapping[str, Any]) -> Envelope:
    """Return the envelope of a row of the log."""
    return Envelope(
        position=row["position"],
        event_id=row["event_id"],
        type=row["event_type"],
        timestamp=row["created_at"],
        payload=row["payload"],
        metadata=row["metadata"],
        attempts=row["attempts"],
    )


def _next_attempt(now: datetime, attempts: int) -> datetime | None:
    """Return the time of the next attempt: after 2 s, then doubling; None after the last retry. Source: rules 16."""
    return now + RETRY_DELAYS[attempts] if attempts < len(RETRY_DELAYS) else None
