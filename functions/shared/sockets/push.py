"""Pushes new events to all WebSocket listeners.

A message in the queue only says that there may be something to push; the events are in the log. The queue has one
message group, so only one environment at a time runs. If a message is delivered again while the first run still works
(visibility timeouts are limited), the run that finds itself overtaken stops and triggers another one: see `rounds`.
"""

from __future__ import annotations

from doors.start import ready  # first: see there

import json
import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct

from functions.shared.sockets.connections import ConcurrentPusher
from functions.shared.sockets.feed import FeedFailed
from functions.shared.sockets.rounds import Rounds
from functions.shared.sockets.wake_up import wake_up
from kernel.per_environment import per_environment

PAUSE_SECONDS = 1.0
"""The pause between two rounds, as in the relay: a listener receives at most one message a second."""
OPENING_PAUSE_SECONDS = 0.25
SETTLING_SECONDS = 5.0
"""How long to wait for an announced event to appear in the log while an older transaction is still running."""
ROUND_SECONDS = 10.0
"""No round begins with less time left."""

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)


@per_environment
def rounds() -> Rounds:
    """Return the rounds of this environment."""
    return Rounds()


ready()


class PushRequest(Struct, frozen=True):
    """The reasons for a push, from the messages of a batch.

    Attributes:
        events: the events announced by the bus.
        listener: True if a listener subscribed, or an earlier run left work to do.
        minute: True if another minute has passed.
        sent_at: when the last of the messages was sent, in unix seconds.
    """

    events: frozenset[UUID]
    listener: bool
    minute: bool
    sent_at: float

    @classmethod
    def of(cls, records: Sequence[Mapping[str, Any]]) -> PushRequest:
        """Return the request of an SQS batch."""
        bodies = [json.loads(record["body"]) for record in records]
        return cls(
            events=frozenset(UUID(body["detail"]["id"]) for body in bodies if _announces_event(body)),
            listener=any("source" not in body for body in bodies),
            minute=any(body.get("source") == "aws.events" for body in bodies),
            sent_at=max(int(record["attributes"]["SentTimestamp"]) for record in records) / 1000,
        )

    @property
    def is_for_events_only(self) -> bool:
        """Whether events are the only reason."""
        return not self.listener and not self.minute


def _announces_event(body: Mapping[str, Any]) -> bool:
    """Tell whether a message announces an event; broadcasts count, because listeners receive them from the log."""
    return "id" in body.get("detail", {}) and "replay-name" not in body


def handler(event: dict[str, Any], context: Any) -> None:
    """Run rounds until nothing is left to push or time runs out."""
    request = PushRequest.of(event["Records"])
    if request.is_for_events_only:
        if request.sent_at < rounds().no_listeners_at or request.events <= rounds().sent.keys():
            return
        time.sleep(max(0.0, rounds().started_at + PAUSE_SECONDS - time.monotonic()))
    while (pause := run_round(request, context)) is not None:
        if not has_time_for_a_round(context, pause):
            wake_up()
            return
        time.sleep(pause)


def run_round(request: PushRequest, context: Any) -> float | None:
    """Run a round; return the seconds until the next one, or None if nothing is left to do."""
    try:
        result = rounds().run(keep_alive=request.minute)
    except ConcurrentPusher:
        log.warning("another pusher is at work")
        wake_up()  # it may have read the log before these messages were sent
        return None
    except FeedFailed as error:
        if not has_time_for_a_round(context, PAUSE_SECONDS):
            raise  # the messages are delivered again
        log.warning("the log cannot be read: %s", error)
        return PAUSE_SECONDS
    if result.more:
        return 0.0
    if result.opening:
        return OPENING_PAUSE_SECONDS
    if result.no_listeners:
        return None
    unseen = request.events - rounds().sent.keys() and time.time() < request.sent_at + SETTLING_SECONDS
    return PAUSE_SECONDS if result.failed or unseen else None


def has_time_for_a_round(context: Any, pause: float) -> bool:
    """Tell whether there is time for a pause and a round."""
    return context.get_remaining_time_in_millis() / 1000 >= ROUND_SECONDS + pause
