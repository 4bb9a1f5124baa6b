"""A round: send new events in the log to all listeners, each according to its filter.

Connections that are up to date share one position in the log, the head. A connection that is new, resumes from an id,
or could not be reached has its own position and joins the head once it has caught up. Positions advance after the
frames have been sent: if a round crashes in between, it is repeated, and nothing is lost.

The queue ensures that there is one pusher at a time; if there are two for a while, nothing is lost either. Each write
succeeds only if no one has written the item since it was read; a pusher whose write fails stops. A round moves the head
only after each connection has received everything up to there or has been marked as skipped, which invalidates results
of earlier rounds for that connection. As after a crash, frames may be sent again, with the same ids.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from msgspec import Struct, field
from msgspec.structs import replace

from functions.shared.sockets import connections, feed
from functions.shared.sockets.closing import KEY_REVOKED, TOO_SLOW, farewell
from functions.shared.sockets.connections import ConcurrentPusher, Head, SocketConnection
from functions.shared.sockets.planning import PushPlan, plan_pushes
from functions.shared.sockets.posting import PostOutcome, PostResult, close, gateway, pack, post
from kernel.events.frames import keepalive

T = TypeVar("T")

POSTERS = 10

SILENCE_SECONDS = 30
"""After this time without a frame, a listener receives a keepalive. Source: rules 17."""
OPENING_SECONDS = 30
"""API Gateway reports a connection as gone until $connect has answered, so a younger one may still be opening."""
OPENING_RETRY_SECONDS = 5
"""How long an opening connection is retried with short pauses."""
FAILURES_TO_CLOSE = 3
EVENTS_REMEMBERED = 20_000

log = logging.getLogger("brandish")

_posters = ThreadPoolExecutor(POSTERS, "poster")


class RoundResult(Struct, frozen=True):
    """What a round left to do.

    Attributes:
        more: there is more to send already.
        opening: a connection is still opening.
        failed: a connection could not be reached or has to wait.
        no_listeners: there are no connections.
    """

    more: bool = False
    opening: bool = False
    failed: bool = False
    no_listeners: bool = False


class Rounds(Struct):
    """Runs rounds. Its state only saves work: a new environment starts without it.

    Attributes:
        sent: the latest events sent to all connections at the head.
        last_sent_at: when each connection last received something, in time.monotonic().
        started_at: the start of the latest round, in time.monotonic().
        no_listeners_at: when there were no connections, in unix seconds; 0 while there are some.
    """

    sent: dict[UUID, None] = field(default_factory=dict)
    last_sent_at: dict[str, float] = field(default_factory=dict)
    started_at: float = 0.0
    no_listeners_at: float = 0.0

    def run(self, *, keep_alive: bool = False) -> RoundResult:
        """Run a round.

        Args:
            keep_alive: send a keepalive to silent connections, which also shows which of them are gone.

        Raises:
            FeedFailed: the log could not be read; nothing was sent.
            ConcurrentPusher: another pusher is running and continues.
        """
        self.started_at = time.monotonic()
        before = connections.read_head()
        everyone = connections.list_all()
        if keep_alive:
            everyone = _refusing_revoked_keys(everyone)
        opening = any(_run_all([partial(_dismiss, each) for each in everyone if each.refusal]))
        listeners = [each for each in everyone if not each.refusal]
        if not listeners:
            self.no_listeners_at = time.time()
            self.last_sent_at.clear()
            return RoundResult(no_listeners=True, opening=opening)
        self.no_listeners_at = 0.0
        if connections.read_head() != before:
            raise ConcurrentPusher  # the list and the head may be from different moments
        head = _head_position(before, listeners)
        listeners = _with_positions(listeners, head)
        backlogs = feed.read_backlogs([each for each in listeners if each.position not in (None, head)])
        latest = feed.read(head)  # last: see plan
        plans = plan_pushes(listeners, head, latest, backlogs, time.time())
        if keep_alive:
            plans = [self._with_keepalive(plan, latest.position) for plan in plans]
        sent = list(zip(plans, _posters.map(partial(_send, gateway()), plans), strict=True))
        planned = {plan.connection.id for plan in plans}
        waiting = [each for each in listeners if each.id not in planned]
        _run_all([partial(connections.mark_skipped, each) for each in waiting])
        result = self._save_results(sent, before, latest.position)
        self._remember(frame.id for frame in latest.frames)
        # For them at once again, unless all for whom there was time are out of reach: it would be the same once more.
        on_their_way = any(
            not plan.connection.is_at_head and outcome is PostOutcome.SENT for plan, (outcome, _) in sent
        )
        more = result.more or latest.full or (bool(waiting) and on_their_way)
        return replace(result, more=more, opening=opening or result.opening, failed=result.failed or bool(waiting))

    def _with_keepalive(self, plan: PushPlan, position: UUID) -> PushPlan:
        last = self.last_sent_at.get(plan.connection.id)
        if plan.messages or (last is not None and time.monotonic() - last < SILENCE_SECONDS):
            return plan
        return replace(plan, messages=pack([keepalive(plan.end or position, int(time.time()))]))

    def _save_results(self, sent: Iterable[tuple[PushPlan, PostResult]], head: Head, position: UUID) -> RoundResult:
        """Save the position of each connection, those that fell behind first: the head must not move before that."""
        more = opening = failed = False
        behind: list[Callable[[], None]] = []
        ahead: list[Callable[[], None]] = []
        now = time.monotonic()
        sent_before, self.last_sent_at = self.last_sent_at, {}
        for plan, (outcome, last_id) in sent:
            each = plan.connection
            if last_id is not None or each.id in sent_before:
                self.last_sent_at[each.id] = sent_before[each.id] if last_id is None else now
            if outcome is PostOutcome.SENT:
                if plan.end is not None:
                    more = True
                    behind.append(partial(connections.save_progress, each, plan.end))
                elif not each.is_at_head:
                    ahead.append(partial(connections.save_progress, each, None))
            elif outcome is PostOutcome.GONE and last_id is None and _is_opening(each):
                opening |= _age(each) < OPENING_RETRY_SECONDS
                behind.append(partial(connections.mark_skipped, each))
            elif outcome is PostOutcome.GONE:
                behind.append(partial(connections.delete, each.id))
            elif each.failures + 1 >= FAILURES_TO_CLOSE:
                behind.append(partial(_give_up, each.id))
            else:
                failed = True
                behind.append(partial(connections.save_failure, each, last_id or plan.start))
        _run_all(behind)
        connections.move_head(head, position)
        _run_all(ahead)
        return RoundResult(more, opening, failed)

    def _remember(self, ids: Iterable[UUID]) -> None:
        self.sent.update(dict.fromkeys(ids))
        for oldest in list(self.sent)[: max(0, len(self.sent) - EVENTS_REMEMBERED)]:
            del self.sent[oldest]


def _head_position(head: Head, listeners: Sequence[SocketConnection]) -> UUID:
    """Return the head; the end of the log if no connection is at the head."""
    known = head.position if any(each.is_at_head for each in listeners) else None
    return known or feed.read(None).position


def _with_positions(listeners: Sequence[SocketConnection], head: UUID) -> list[SocketConnection]:
    """Assign the head to new connections as their position."""
    newcomers = [each for each in listeners if not (each.is_at_head or each.position)]
    begun = {each.id: each for each in _run_all([partial(connections.assign_start, each, head) for each in newcomers])}
    return [begun.get(each.id, each) for each in listeners]


def _is_opening(connection: SocketConnection) -> bool:
    return not connection.welcomed and _age(connection) < OPENING_SECONDS


def _age(connection: SocketConnection) -> float:
    """Return the seconds since it connected; many too if a clock was ahead then."""
    return abs(time.time() - connection.since)


def _send(api: Any, plan: PushPlan) -> PostResult:
    return post(api, plan.connection.id, plan.messages)


def _give_up(connection_id: str) -> None:
    close(gateway(), connection_id, farewell(TOO_SLOW))
    connections.delete(connection_id)


def _refusing_revoked_keys(listeners: Sequence[SocketConnection]) -> list[SocketConnection]:
    """Mark the connections that were opened with a key that has been revoked since."""
    holders = {each.holder for each in listeners if each.holder}
    revoked = feed.find_revoked(holders, len(listeners)) if listeners else set()
    return [replace(each, refusal=KEY_REVOKED) if each.holder in revoked else each for each in listeners]


def _dismiss(connection: SocketConnection) -> bool:
    """Close a refused connection with its reason; return True to try again, because it is still opening."""
    outcome = close(gateway(), connection.id, farewell(connection.refusal))
    if outcome is PostOutcome.GONE and time.time() - connection.since < OPENING_RETRY_SECONDS:
        return True
    connections.delete(connection.id)
    return False


def _run_all(tasks: Sequence[Callable[[], T]]) -> list[T]:
    return list(_posters.map(lambda act: act(), tasks))
