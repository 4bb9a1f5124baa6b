"""Announcing, publishing and consuming events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID, uuid4

from kernel.counters import service as counters
from kernel.database import Tx
from kernel.events import queries

if TYPE_CHECKING:  # the relay starts without pydantic
    from kernel.events.models import Event

BATCH = 10
"""EventBridge takes ten entries a call."""

RETRY_DELAYS = tuple(timedelta(seconds=seconds) for seconds in (2, 4, 8, 16, 32))


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event on its way out of the process."""

    position: int
    event_id: UUID
    type: str
    timestamp: datetime
    payload: Any
    metadata: Mapping[str, Any]
    attempts: int

    def as_json(self) -> dict[str, Any]:
        """Source: rules 16, with `id` and `timestamp` (unix seconds)."""
        return {
            "version": self.metadata.get("version", "1.0"),
            "id": str(self.event_id),
            "type": self.type,
            "timestamp": int(self.timestamp.timestamp()),
            "payload": self.payload,
            "metadata": {key: value for key, value in self.metadata.items() if key != "version"},
        }


@dataclass(frozen=True, slots=True)
class Backlog:
    """
    Attributes:
        waiting: events still to be published.
        dead: events given up after the last retry.
    """

    waiting: int
    dead: int


def announce(tx: Tx, event: Event) -> None:
    """Write the event into the log; the relay publishes it once the transaction has committed."""
    queries.insert_event(tx, uuid4(), event)


def announce_if(tx: Tx, event: Event, happening: LiteralString, params: Sequence[Any]) -> None:
    """Do something and announce it without waiting to hear what came of it.

    Args:
        event: as far as it is known by now.
        happening: a statement that returns one row when it has happened, and none when not. Its only column is a
            `jsonb` of what else belongs into the payload.
    """
    queries.insert_event_if(tx, uuid4(), event, happening, params)


def broadcast(tx: Tx, event_type: str, payload: Any) -> None:
    """Put into the log what somebody wants all listeners to hear. The game does not obey it (`metadata.broadcast`)."""
    queries.insert_broadcast(tx, uuid4(), event_type, payload, {"version": "1.0", "broadcast": True})


def publish_due(tx: Tx, send: Callable[[list[Envelope]], list[str | None]]) -> int:
    """Hand up to ten due events to `send` while their rows are locked, and note what came of each.

    Args:
        send: answers, for each envelope in order, None when it was taken or the reason why it was not. If it
            raises, nothing was noted and the rows stay due: delivery is at least once.

    Returns:
        How many were due; 0 when there was nothing to do.
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
    row = queries.count_backlog(tx).fetchone()
    assert row is not None
    return Backlog(row["waiting"], row["dead"])


def take_unseen(tx: Tx, consumer: str, event_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the events that `consumer` has not had before. They count as consumed if this transaction commits."""
    rows = queries.insert_consumed(tx, consumer, sorted(set(event_ids))).fetchall()
    return {row["event_id"] for row in rows}


DAYS_AHEAD = 14
DAYS_KEPT = 10


def ensure_partitions_ahead(tx: Tx) -> None:
    """Partitions for today and the days ahead."""
    queries.ensure_partitions(tx, tx.now, DAYS_AHEAD)


def drop_old(tx: Tx) -> list[str]:
    """Drop what is older than ten days; the names of the partitions that went. Source: rules 16."""
    horizon = tx.now - timedelta(days=DAYS_KEPT)
    queries.delete_consumed_before(tx, horizon)
    return [row["partition"] for row in queries.drop_partitions_before(tx, horizon)]


def envelope_of(row: Mapping[str, Any]) -> Envelope:
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
    """After the first try 2 s, then doubling; None when the last retry has failed too. Source: rules 16."""
    return now + RETRY_DELAYS[attempts] if attempts < len(RETRY_DELAYS) else None
