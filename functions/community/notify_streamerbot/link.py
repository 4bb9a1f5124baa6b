"""The connection to a program that streamers start and close as they like."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Protocol

from doors.outbound import Rejected, Unavailable
from functions.community.notify_streamerbot.actions import Action
from kernel.backoff import pauses

log = logging.getLogger("brandish")

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
MAX_FAILURES = 10
LEAST_SECONDS = 6.0
"""With less time than this no action is started."""


class GivenUp(Rejected):
    """Streamer.bot has been away for a while."""


class Session(Protocol):
    def do_action(self, id: str, name: str, args: dict[str, str], *, seconds: float) -> None: ...
    def is_alive(self) -> bool: ...
    def close(self) -> None: ...


class StreamerbotLink:
    """Keeps one connection, opens it when needed, and decides when to try again.

    After a failure it waits 1 s, doubling up to 30 s. After ten failures in a row it goes dormant and drops all events
    up to that moment: a closed program is no fault, and alerts an hour late are of no use. Each later event makes one
    attempt; if that fails, the event is dropped too. Source: rules 18.

    The state is kept in memory, like that of the circuit breakers: a new environment starts without failures.

    Args:
        open: opens a session within the given seconds.
        clock: the time in Unix seconds.
    """

    def __init__(self, open: Callable[[float], Session], clock: Callable[[], float] = time.time) -> None:
        self._open = open
        self._clock = clock
        self._session: Session | None = None
        self._failures = 0
        self._pauses = pauses(FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS)
        self._next_attempt = 0.0
        self._dormant_since: float | None = None

    def run(self, id: str, action: Action, *, happened: float, seconds: float) -> None:
        """Run an action.

        Args:
            happened: when its event happened, in Unix seconds.
            seconds: the time limit.

        Raises:
            Unavailable: try again after its pause.
            Rejected: Streamer.bot refuses, or the event is dropped.
        """
        now = self._clock()
        # After a clock was ahead, it must not wait, or drop events, until the time that the clock showed.
        self._next_attempt = min(self._next_attempt, now + LONGEST_PAUSE_SECONDS)
        self._dormant_since = self._dormant_since and min(self._dormant_since, now)
        if self._dormant_since is not None and happened < int(self._dormant_since):
            raise GivenUp("it happened while Streamer.bot was away")
        if seconds < LEAST_SECONDS:
            raise Unavailable("too little time left to start", retry_after=LONGEST_PAUSE_SECONDS)
        pause = self._next_attempt - now
        if pause > 0:
            raise Unavailable("the next attempt is later", retry_after=pause)
        until = time.monotonic() + seconds
        try:
            session = self._open_session(seconds)
            session.do_action(id, action.name, dict(action.args), seconds=until - time.monotonic())
        except Rejected:
            self._succeeded()  # it has answered
            raise
        except Unavailable as error:
            raise self._failed(error) from error
        self._succeeded()

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _open_session(self, seconds: float) -> Session:
        if self._session is not None and not self._session.is_alive():
            self.close()
        if self._session is None:
            self._session = self._open(seconds)
        return self._session

    def _succeeded(self) -> None:
        self._failures = 0
        self._pauses = pauses(FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS)
        self._dormant_since = None

    def _failed(self, error: Unavailable) -> Unavailable | GivenUp:
        self.close()
        self._failures += 1
        if self._failures < MAX_FAILURES:
            pause = next(self._pauses)
            self._next_attempt = self._clock() + pause
            return Unavailable(str(error), retry_after=pause)
        if self._dormant_since is None:
            log.warning("Streamer.bot is away: waiting for the next event", extra={"failures": self._failures})
        self._next_attempt = 0.0
        self._dormant_since = self._clock()
        return GivenUp(str(error))
