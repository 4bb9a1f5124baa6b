"""One round: what is new in the log goes to everybody who listens, each according to its filter.

Those who keep up share one place in the log, the head. Who has just come, comes back with the id it got last, or could
not be reached, has a place of its own, and joins the others when it has caught up with them. Places move on after the
frames have been sent: a round that dies in between is made again, and nothing is lost.

The queue sees to it that there is one pusher at a time; should there be two for a while, nothing is lost either. Every
write holds only if nobody has written the same item since it was read, and who finds that somebody has stops. A round
moves the head only when each connection has been sent everything up to there, or is marked as left out, which voids
whatever an earlier round still wants to say of it. What remains possible is what a crash can do as well: frames come
again, with the same ids.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from functions.shared.sockets import connections, feed
from functions.shared.sockets.connections import Connection, Head, Overtaken
from functions.shared.sockets.planning import Part, plan
from functions.shared.sockets.posting import Delivery, Outcome, close, gateway, pack, post
from kernel.events.frames import keepalive

T = TypeVar("T")

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
        failed: somebody could not be reached, or has to wait.
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
            Overtaken: another pusher is at work, and goes on.
        """
        self.begun_at = time.monotonic()
        before = connections.read_head()
        everybody = connections.list_all()
        if not everybody:
            self.alone_at = time.time()
            self.heard.clear()
            return Left(nobody=True)
        self.alone_at = 0.0
        if connections.read_head() != before:
            raise Overtaken  # the list may be of one moment, and the head of another
        head = _starting_place(before, everybody)
        everybody = _placed(everybody, head)
        backlogs = feed.read_backlogs(each.place for each in everybody if each.place not in (None, head))
        news = feed.read(head)  # last: see plan
        parts = plan(everybody, head, news, backlogs, time.time())
        if keep_alive:
            parts = [self._kept_alive(part, news.place) for part in parts]
        sent = list(zip(parts, _posters.map(partial(_send, gateway()), parts), strict=True))
        planned = {part.connection.id for part in parts}
        waiting = [each for each in everybody if each.id not in planned]
        _do_all([partial(connections.was_left_out, each) for each in waiting])
        left = self._settle(sent, before, news.place)
        self._remember(frame.id for frame in news.frames)
        # For them at once again, unless all for whom there was time are out of reach: it would be the same once more.
        on_their_way = any(not part.connection.goes_along and outcome is Outcome.SENT for part, (outcome, _) in sent)
        more = left.more or news.full or (bool(waiting) and on_their_way)
        return replace(left, more=more, failed=left.failed or bool(waiting))

    def _kept_alive(self, part: Part, place: UUID) -> Part:
        last = self.heard.get(part.connection.id)
        if part.messages or (last is not None and time.monotonic() - last < SILENCE_SECONDS):
            return part
        return replace(part, messages=pack([keepalive(part.end or place, int(time.time()))]))

    def _settle(self, sent: Iterable[tuple[Part, Delivery]], head: Head, place: UUID) -> Left:
        """Write down who is where. Those who stay behind first: the head must not move on without them."""
        more = opening = failed = False
        behind: list[Callable[[], None]] = []
        ahead: list[Callable[[], None]] = []
        now = time.monotonic()
        heard_before, self.heard = self.heard, {}
        for part, (outcome, last_id) in sent:
            each = part.connection
            if last_id is not None or each.id in heard_before:
                self.heard[each.id] = heard_before[each.id] if last_id is None else now
            if outcome is Outcome.SENT:
                if part.end is not None:
                    more = True
                    behind.append(partial(connections.went_on, each, part.end))
                elif not each.goes_along:
                    ahead.append(partial(connections.went_on, each, None))
            elif outcome is Outcome.GONE and last_id is None and _may_be_opening(each):
                opening |= time.time() - each.since < OPENING_HURRY_SECONDS
                behind.append(partial(connections.was_left_out, each))
            elif outcome is Outcome.GONE:
                behind.append(partial(connections.forget, each.id))
            elif each.failures + 1 >= FAILURES_TO_CLOSE:
                behind.append(partial(_give_up, each.id))
            else:
                failed = True
                behind.append(partial(connections.stayed_behind, each, last_id or part.start))
        _do_all(behind)
        connections.move_head(head, place)
        _do_all(ahead)
        return Left(more, opening, failed)

    def _remember(self, ids: Iterable[UUID]) -> None:
        self.sent.update(dict.fromkeys(ids))
        for oldest in list(self.sent)[: max(0, len(self.sent) - EVENTS_REMEMBERED)]:
            del self.sent[oldest]


def _starting_place(head: Head, everybody: Sequence[Connection]) -> UUID:
    """Where those are who keep up. While there are none, it is the end of the log."""
    known = head.place if any(each.goes_along for each in everybody) else None
    return known or feed.read(None).place


def _placed(everybody: Sequence[Connection], head: UUID) -> list[Connection]:
    """Who has just come begins at the head."""
    newcomers = [each for each in everybody if not (each.goes_along or each.place)]
    begun = {each.id: each for each in _do_all([partial(connections.begin, each, head) for each in newcomers])}
    return [begun.get(each.id, each) for each in everybody]


def _may_be_opening(connection: Connection) -> bool:
    return not connection.welcomed and time.time() - connection.since < OPENING_SECONDS


def _send(api: Any, part: Part) -> Delivery:
    return post(api, part.connection.id, part.messages)


def _give_up(connection_id: str) -> None:
    close(gateway(), connection_id)
    connections.forget(connection_id)


def _do_all(acts: Sequence[Callable[[], T]]) -> list[T]:
    return list(_posters.map(lambda act: act(), acts))
