"""A run of the pusher: it takes posts from the desk and posts them, until the desk has no more."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from math import inf
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, Final

from msgspec import Struct, field

from doors.invoking import InvocationFailed
from functions.worlds.push import posting
from functions.worlds.push.posting import ConnectionFrames, FramesOutcome, FramesResult

POSTERS: Final = 10
HOLDING_SECONDS: Final = 5.0
"""How long frames are tried. API Gateway reports a connection as gone until its $connect has answered. With the time
that the last post may take, less than the desk's lease."""
FIRST_PAUSE_SECONDS: Final = 0.05
"""Between two attempts. Later pauses grow with the time that has passed."""
COLLECTING_SECONDS: Final = 0.1
"""How long a claim waits for those who take longer than others, so that the desk hears of many at once."""
CLAIM_SECONDS: Final = 40.0
"""No claim with less time left: it, the posts that it hands out, and a report have to fit in."""

log = logging.getLogger("brandish")

_posters = ThreadPoolExecutor(POSTERS, "poster")

Desk = Callable[[Mapping[str, Any]], dict[str, Any]]
"""Runs an operation of the desk; raises InvocationFailed."""


class PushReport(Struct):
    """What the desk has not heard yet.

    Attributes:
        delivered: {character: the number of the last post that they got, and when, by the monotonic clock}.
        gone: connections that do not exist any more.
        failed: connections whose other posts could not be delivered now.
    """

    delivered: dict[str, tuple[int, float]] = field(default_factory=dict[str, tuple[int, float]])
    gone: list[str] = field(default_factory=list[str])
    failed: list[str] = field(default_factory=list[str])

    def __bool__(self) -> bool:
        return bool(self.delivered or self.gone or self.failed)

    def as_json(self) -> dict[str, Any]:
        return {
            "delivered": [
                {"character_id": character, "seq": seq, "ago": round(monotonic() - at, 3)}
                for character, (seq, at) in self.delivered.items()
            ],
            "gone": self.gone,
            "failed": self.failed,
        }


class HeldFrames(Struct):
    """Frames in our hands.

    Attributes:
        since: when they were handed out, by the monotonic clock.
        due_at: when to try again; inf: they are being posted.
        sent: how many have been sent.
    """

    frames: ConnectionFrames
    since: float
    due_at: float = -inf
    sent: int = 0


class PushRun:
    """A run, until nothing waits or its time is over.

    Args:
        api: the client for the connections.
        seconds_left: until the function is stopped.
    """

    def __init__(self, desk: Desk, api: Any, seconds_left: Callable[[], float]) -> None:
        self._desk = desk
        self._api = api
        self._seconds_left = seconds_left
        self._held: dict[str, HeldFrames] = {}  # by connection
        self._results: SimpleQueue[tuple[HeldFrames, FramesResult]] = SimpleQueue()
        self._report = PushReport()

    def run(self) -> None:
        """Claim, post and report. When the desk does not answer, the run ends: the posts are still there."""
        try:
            while self._seconds_left() >= CLAIM_SECONDS:
                claimed = self._tell("claim")
                handed_out = [*claimed["deliveries"], *claimed["closing"]]
                for each in handed_out:
                    self._hold(ConnectionFrames.of(each))
                if self._held:
                    self._collect(COLLECTING_SECONDS if handed_out or claimed["more"] else inf)
                elif not claimed["more"]:
                    return
            self._drain()
            for held in [*self._held.values()]:
                self._note(held, FramesOutcome.FAILED)
            if self._report:
                self._tell("report")
        except InvocationFailed as error:
            log.warning("the desk of posts does not answer: %s", error)
            self._drain()

    def _tell(self, operation: str) -> dict[str, Any]:
        report, self._report = self._report, PushReport()
        return self._desk({"op": operation, **report.as_json()})

    def _hold(self, frames: ConnectionFrames) -> None:
        # Connections to close have no lease: the next claim may hand them out again before we are done.
        if frames.connection_id not in self._held:
            self._held[frames.connection_id] = HeldFrames(frames, since=monotonic())

    def _collect(self, seconds: float) -> None:
        """Post what is due, and wait for results: for so long, and for others a little longer than for the first.

        Args:
            seconds: inf where the desk had nothing more. Then who writes the next post wakes another pusher; but while
                it hands out posts, writers rely on the next claim.
        """
        ends_at = monotonic() + seconds
        while self._held and (now := monotonic()) < ends_at:
            for held in self._held.values():
                if held.due_at <= now:
                    held.due_at = inf
                    _posters.submit(self._post, held)
            self._take(min(ends_at, *(held.due_at for held in self._held.values())) - now)
            if self._report:
                ends_at = min(ends_at, monotonic() + COLLECTING_SECONDS)

    def _post(self, held: HeldFrames) -> None:
        result = FramesResult(FramesOutcome.FAILED, held.sent)
        try:
            result = posting.post(self._api, held.frames, held.sent, held.since + HOLDING_SECONDS)
        except Exception:
            log.exception("posting failed")
        finally:
            self._results.put((held, result))

    def _take(self, seconds: float) -> None:
        """Take the next result, if one comes within so many seconds."""
        try:
            held, result = self._results.get(timeout=None if seconds == inf else max(0.0, seconds))
        except Empty:
            return
        held.sent = result.sent
        now = monotonic()
        held_for = now - held.since
        was_open = result.outcome is FramesOutcome.GONE and held.sent
        if result.outcome is FramesOutcome.SENT or was_open or held_for >= HOLDING_SECONDS:
            self._note(held, result.outcome)
        else:
            held.due_at = now + FIRST_PAUSE_SECONDS + held_for / 4

    def _note(self, held: HeldFrames, outcome: FramesOutcome) -> None:
        """Note for the desk how it ended."""
        frames = held.frames
        del self._held[frames.connection_id]
        if not frames.is_farewell and (seq := frames.seq_of(held.sent)) is not None:
            self._report.delivered[frames.character_id] = seq, monotonic()
        if outcome is FramesOutcome.FAILED:
            self._report.failed.append(frames.connection_id)
        elif outcome is FramesOutcome.GONE or frames.is_farewell:
            self._report.gone.append(frames.connection_id)

    def _drain(self) -> None:
        """Wait for the posts that are on their way: a frozen environment would send them much later."""
        while any(held.due_at == inf for held in self._held.values()):
            self._take(inf)
