"""One round: what is new in the log goes to everybody who listens, each according to its filter.

Those who keep up share one place in the log, the head. Who has just come, comes back with the id it got last, or could
not be reached, has a place of its own, and joins the others when it has caught up with them. Places move on after the
frames have been sent: a round that dies in between is made again, and nothing is lost.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from uuid import UUID

from brandish.events.frames import keepalive
from sockets import connections, feed
from sockets.connections import Connection
from sockets.planning import Part, plan
from sockets.posting import Delivery, Outcome, close, gateway, pack, post

POSTERS = 10

SILENCE_SECONDS = 30
"""After so long without a frame, one tells a listener that all is well. Source: rules 17."""
OPENING_SECONDS = 30
"""API Gateway calls a connection gone until $connect has answered: a younger one may be just that."""
OPENING_HURRY_SECONDS = 5
"""So long it is tried again at once."""
FAILURES_TO_CLOSE = 3
EVENTS_REMEMBERED = 20_000

log = logging.getLogger("brandish")

_posters = ThreadPoolExecutor(POSTERS, "poster")


@dataclass(frozen=True, slots=True)
class Left:
    """What a round leaves to be done.

    Attributes:
        more: there is more to be sent already.
        opening: somebody is about to be there.
        failed: somebody could not be reached.
        nobody: nobody listens.
    """

    more: bool = False
    opening: bool = False
    failed: bool = False
    nobody: bool = False


@dataclass(slots=True)
class Rounds:
    """What is remembered between rounds only to save some: a new environment begins without it.

    Attributes:
        sent: the latest events that went to all who keep up.
        heard: when each connection got something last, in time.monotonic().
        begun_at: the latest of them, in time.monotonic().
        alone_at: when nobody listened, in unix seconds; 0 while somebody does.
    """

    sent: dict[UUID, None] = field(default_factory=dict)
    heard: dict[str, float] = field(default_factory=dict)
    begun_at: float = 0.0
    alone_at: float = 0.0

    def make(self, *, keep_alive: bool = False) -> Left:
        """
        Args:
            keep_alive: who has long heard nothing gets a frame that says so, by which we learn who has gone.

        Raises:
            FeedFailed: the log could not be read; nothing was sent.
        """
        self.begun_at = time.monotonic()
        everybody = connections.list_all()
        if not everybody:
            self.alone_at = time.time()
            self.heard.clear()
            return Left(nobody=True)
        self.alone_at = 0.0
        head = _find_head(everybody)
        backlogs = feed.read_backlogs(each.place for each in everybody if each.place is not None)
        news = feed.read(head)  # last: see plan
        parts = plan(everybody, head, news, backlogs, time.time())
        if keep_alive:
            parts = [self._kept_alive(part, news.place) for part in parts]
        send = partial(_send, gateway())
        deliveries = list(_posters.map(send, parts))
        left = self._settle(parts, deliveries, news.place)
        self._remember(frame.id for frame in news.frames)
        waiting = len(parts) < len(everybody)
        return replace(left, more=left.more or news.full or waiting)

    def _kept_alive(self, part: Part, place: UUID) -> Part:
        last = self.heard.get(part.connection.id)
        if part.messages or (last is not None and time.monotonic() - last < SILENCE_SECONDS):
            return part
        return replace(part, messages=pack([keepalive(part.end or place, int(time.time()))]))

    def _settle(self, parts: Sequence[Part], deliveries: Sequence[Delivery], place: UUID) -> Left:
        """Write down who is where. Those who stay behind first: the head must not move on without them."""
        more = opening = failed = False
        behind: list[Callable[[], None]] = []
        ahead: list[Callable[[], None]] = []
        now = time.monotonic()
        heard_before, self.heard = self.heard, {}
        for part, (outcome, last_id) in zip(parts, deliveries, strict=True):
            each = part.connection
            if last_id is not None or each.id in heard_before:
                self.heard[each.id] = heard_before[each.id] if last_id is None else now
            if outcome is Outcome.SENT:
                more |= part.end is not None
                if not each.goes_along:
                    ahead.append(partial(connections.went_on, each, part.end))
            elif outcome is Outcome.GONE and last_id is None and _may_be_opening(each):
                opening |= time.time() - each.since < OPENING_HURRY_SECONDS
            elif outcome is Outcome.GONE:
                behind.append(partial(connections.forget, each.id))
            elif each.failures + 1 >= FAILURES_TO_CLOSE:
                behind.append(partial(_give_up, each.id))
            else:
                failed = True
                behind.append(partial(connections.stayed_behind, each, last_id or part.start))
        _do_all(behind)
        connections.save_head(place)
        _do_all(ahead)
        return Left(more, opening, failed)

    def _remember(self, ids: Iterable[UUID]) -> None:
        self.sent.update(dict.fromkeys(ids))
        for oldest in list(self.sent)[: max(0, len(self.sent) - EVENTS_REMEMBERED)]:
            del self.sent[oldest]


def _find_head(everybody: Sequence[Connection]) -> UUID:
    """Where those are who keep up. While there are none, it is the end of the log."""
    head = connections.find_head() if any(each.goes_along for each in everybody) else None
    return head or feed.read(None).place


def _may_be_opening(connection: Connection) -> bool:
    return not connection.welcomed and time.time() - connection.since < OPENING_SECONDS


def _send(api: Any, part: Part) -> Delivery:
    return post(api, part.connection.id, part.messages)


def _give_up(connection_id: str) -> None:
    close(gateway(), connection_id)
    connections.forget(connection_id)


def _do_all(acts: Sequence[Callable[[], None]]) -> None:
    for _ in _posters.map(lambda act: act(), acts):
        pass
