"""Replaying part of the log for a destination that missed it. The game itself ignores replayed events.

A range goes out in batches. After some of them, one transaction notes the progress and requests the rest. A batch that
was interrupted is published again; destinations recognise an event by its id and the replay's id.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid4

from msgspec.structs import replace

from kernel.database import Tx
from kernel.errors import Refused
from kernel.events import queries, service
from kernel.events.following import LogPosition
from kernel.events.models import Event
from kernel.events.service import Envelope

CONSUMER = "replay"
BATCH = 100


class ReplayRequested(Event):
    """A replay was requested, or the rest of one.

    Attributes:
        to: the destination; all others ignore the replay.
        player_id, event_type: only events of this player and type; None: all.
        after_transaction_id, after_position: everything up to here has been replayed.
    """

    type: ClassVar[str] = "events.replay_requested"
    private: ClassVar[bool] = True
    replay_id: UUID
    to: str
    since: datetime
    until: datetime
    event_type: str | None = None
    player_id: UUID | None = None
    after_transaction_id: int = 0
    after_position: int = 0

    def continued_from(self, position: LogPosition) -> ReplayRequested:
        """Return the request for the rest, after a position."""
        return self.model_copy(
            update={"after_transaction_id": position.transaction_id, "after_position": position.position}
        )


class BackwardsRange(Refused):
    """The range begins after it ends."""

    code = "validation"
    message = "since must not be later than until."


def request_replay(
    tx: Tx,
    to: str,
    since: datetime,
    until: datetime,
    *,
    event_type: str | None = None,
    player_id: UUID | None = None,
) -> tuple[ReplayRequested, int]:
    """Request a replay; return the request and the number of events that it covers now.

    Raises:
        BackwardsRange
    """
    if since > until:
        raise BackwardsRange
    request = ReplayRequested(
        replay_id=uuid4(),
        to=to,
        since=since,
        until=min(until, tx.now),  # later events reach every destination anyway
        event_type=event_type,
        player_id=player_id,
    )
    row = queries.count_events(tx, player_id, event_type, request.since, request.until, ReplayRequested.type).fetchone()
    assert row is not None
    service.announce(tx, request)
    return request, row["events"]


def list_next(tx: Tx, request: ReplayRequested) -> tuple[list[Envelope], LogPosition]:
    """Return the next batch, marked for its destination, and its last position. An empty batch means the end."""
    rows = queries.list_events_to_replay(
        tx,
        request.player_id,
        request.event_type,
        request.since,
        request.until,
        request.after_transaction_id,
        request.after_position,
        BATCH,
    ).fetchall()
    position = LogPosition(rows[-1]["transaction_id"], rows[-1]["position"]) if rows else LogPosition(0, 0)
    return [_replayed(service.envelope_of(row), request) for row in rows], position


def request_rest(tx: Tx, event_id: UUID, rest: ReplayRequested) -> None:
    """Request the rest of a replay, unless this has been done for the same event.

    Args:
        event_id: of the request that has been fulfilled up to here.
    """
    if service.take_unseen(tx, CONSUMER, [event_id]):
        service.announce(tx, rest)


def _replayed(envelope: Envelope, request: ReplayRequested) -> Envelope:
    return replace(
        envelope,
        metadata={
            **envelope.metadata,
            "replay": True,
            "replay_to": request.to,
            "replay_id": str(request.replay_id),
        },
    )
