"""Publishing once more what the log has: for a destination that missed it. The game does not obey it.

A range goes out in parts: each is published, and in one transaction noted and the rest asked for. A part that dies
half-way is published again; destinations know an event by its id and the replay's.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid4

from kernel.database import Tx
from kernel.errors import Refused
from kernel.events import queries, service
from kernel.events.following import LogPosition
from kernel.events.models import Event
from kernel.events.service import Envelope

CONSUMER = "replay"
BATCH = 100


class ReplayRequested(Event):
    """
    Attributes:
        to: the destination, which obeys no other replay.
        player_id, event_type: whose, and of which type; None: all.
        after_transaction_id, after_position: as far as it has been done.
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
        """The rest, after the place."""
        return self.model_copy(
            update={"after_transaction_id": position.transaction_id, "after_position": position.position}
        )


class BackwardsRange(Refused):
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
    """Ask for it; with the number of events that will go out, as far as can be told now.

    Raises:
        BackwardsRange
    """
    if since > until:
        raise BackwardsRange
    request = ReplayRequested(
        replay_id=uuid4(),
        to=to,
        since=since,
        until=min(until, tx.now),  # what happens while it runs reaches everybody anyway
        event_type=event_type,
        player_id=player_id,
    )
    row = queries.count_events(tx, player_id, event_type, request.since, request.until, ReplayRequested.type).fetchone()
    assert row is not None
    service.announce(tx, request)
    return request, row["events"]


def list_next(tx: Tx, request: ReplayRequested) -> tuple[list[Envelope], LogPosition]:
    """What comes next, for its destination alone, and how far that is. Nothing: that was all."""
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
    """
    Args:
        event_id: of the request that has been fulfilled this far; one that has been before asks for nothing more.
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
