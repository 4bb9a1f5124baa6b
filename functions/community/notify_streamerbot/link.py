"""The way to a program that a streamer starts and closes as they like."""

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
FAILURES_TO_SLEEP = 10
LEAST_SECONDS = 6.0
"""With less time than this nothing is begun."""


class GivenUp(Rejected):
    """Streamer.bot is not there, and has not been for a while."""


class Session(Protocol):
    def do_action(self, id: str, name: str, args: dict[str, str], *, seconds: float) -> None: ...
    def is_alive(self) -> bool: ...
    def close(self) -> None: ...


class Link:
    """Keeps one connection, opens it when it is needed, and knows when to try again.

    After a failure it waits, 1 s at first and doubling up to 30 s. After ten in a row it goes dormant: what has
    happened until then is given up, for a closed program is no fault and nobody wants the alerts of an hour ago. The
    next thing that happens makes one attempt; if that fails, it is given up too. Source: rules 18.

    Like the circuit breakers it is kept in memory: a new environment starts with hope.

    Args:
        open: a session, within so many seconds.
        clock: unix seconds.
    """

    def __init__(self, open: Callable[[float], Session], clock: Callable[[], float] = time.time) -> None:
        self._open = open
        self._clock = clock
        self._session: Session | None = None
        self._failures = 0
        self._pauses = pauses(FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS)
        self._next_attempt = 0.0
        self._asleep_since: float | None = None

    def run(self, id: str, action: Action, *, happened: float, seconds: float) -> None:
        """Have an action run.

        Args:
            happened: when there was reason for it, in unix seconds.
            seconds: all that this may take.

        Raises:
            Unavailable: try again after its pause.
            Rejected: Streamer.bot does not want to; or it is given up.
        """
        if self._asleep_since is not None and happened < int(self._asleep_since):
            raise GivenUp("it happened while Streamer.bot was away")
        if seconds < LEAST_SECONDS:
            raise Unavailable("too little time left to begin", retry_after=LONGEST_PAUSE_SECONDS)
        pause = self._next_attempt - self._clock()
        if pause > 0:
            raise Unavailable("the next attempt is later", retry_after=pause)
        until = time.monotonic() + seconds
        try:
            session = self._opened(seconds)
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

    def _opened(self, seconds: float) -> Session:
        if self._session is not None and not self._session.is_alive():
            self.close()
        if self._session is None:
            self._session = self._open(seconds)
        return self._session

    def _succeeded(self) -> None:
        self._failures = 0
        self._pauses = pauses(FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS)
        self._asleep_since = None

    def _failed(self, error: Unavailable) -> Unavailable | GivenUp:
        self.close()
        self._failures += 1
        if self._failures < FAILURES_TO_SLEEP:
            pause = next(self._pauses)
            self._next_attempt = self._clock() + pause
            return Unavailable(str(error), retry_after=pause)
        if self._asleep_since is None:
            log.warning("Streamer.bot is away: waiting for the next event", extra={"failures": self._failures})
        self._next_attempt = 0.0
        self._asleep_since = self._clock()
        return GivenUp(str(error))
