"""Everybody who listens to this process, and the one who reads the log for them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol, TypeVar
from uuid import UUID

import psycopg

from functions.shared.stream.window import Window
from kernel import connections
from kernel.action import look
from kernel.database import Tx
from kernel.errors import TryAgain
from kernel.events import following
from kernel.events.following import LogPosition, Page
from kernel.realtime import presence

log = logging.getLogger("brandish")

POLL_SECONDS = 0.25
PER_LISTENER_SECONDS = 0.003
"""More between two looks for each who listens: they are woken together, and a crowd is better woken seldom."""
RETRY_SECONDS = 1.0
MAX_WAITING_READS = 4
"""So many who are behind may have their pages read before it is the newest events' turn again."""

DATABASE_ERRORS = (psycopg.Error, TryAgain)
"""The database cannot be asked just now."""

T = TypeVar("T")


class Listener(Protocol):
    client_id: UUID

    def wake(self) -> None:
        """There is something new."""

    def end(self) -> None:
        """Finish the frame and go."""


class Hub:
    """
    Attributes:
        window: None as long as nobody listens or the database has not answered yet.
    """

    def __init__(self) -> None:
        self.window: Window | None = None
        self._listeners: set[Listener] = set()
        self._follower: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        # One thread, so one connection, and the event loop never waits for it.
        self._database = ThreadPoolExecutor(1, "database")
        self._turns = asyncio.Semaphore(MAX_WAITING_READS)
        self._renewed_at = float("-inf")
        self._ending = False

    async def ask(self, question: Callable[[Tx], T]) -> T:
        """
        Raises:
            DATABASE_ERRORS
        """
        return await self._loop.run_in_executor(self._database, look, question)

    async def read_after(self, position: LogPosition) -> Page:
        """For somebody who is behind.

        Raises:
            DATABASE_ERRORS
        """
        async with self._turns:
            return await self.ask(partial(following.read_after, position=position))

    def join(self, listener: Listener) -> None:
        self._listeners.add(listener)
        if self._ending:
            listener.end()
        if self._follower is None or self._follower.done():
            self._follower = self._loop.create_task(self._follow())

    def leave(self, listener: Listener) -> None:
        self._listeners.discard(listener)

    def end_soon(self) -> None:
        """Let everybody go. May be called from a signal handler or another thread."""
        self._loop.call_soon_threadsafe(self._end)

    async def close(self) -> None:
        if self._follower is not None:
            self._follower.cancel()
        # Behind its last question, which is a matter of milliseconds: the connection is that thread's.
        await self._loop.run_in_executor(self._database, connections.close)
        self._database.shutdown()

    def _end(self) -> None:
        self._ending = True
        for listener in self._listeners:
            listener.end()

    async def _follow(self) -> None:
        while self._listeners:
            try:
                more = await self._read_latest()
                await self._renew_presence()
            except DATABASE_ERRORS as error:
                log.warning("the log cannot be read: %s", error)
                await asyncio.sleep(RETRY_SECONDS)
            except Exception:  # a bug must not leave everybody with keepalives alone
                log.exception("the log cannot be read")
                await asyncio.sleep(RETRY_SECONDS)
            else:
                if not more:
                    await asyncio.sleep(POLL_SECONDS + PER_LISTENER_SECONDS * len(self._listeners))
        self.window = None

    async def _read_latest(self) -> bool:
        """Whether there may be more at once."""
        if self.window is None:
            self.window = Window(await self.ask(following.end))
            self._wake()
        page = await self.ask(partial(following.read_after, position=self.window.end))
        self.window.extend(page)
        if page.frames:
            self._wake()
        return page.full

    async def _renew_presence(self) -> None:
        now = self._loop.time()
        if now >= self._renewed_at + presence.RENEW_INTERVAL.total_seconds():
            await self.ask(partial(presence.renew, client_ids=[listener.client_id for listener in self._listeners]))
            self._renewed_at = now

    def _wake(self) -> None:
        for listener in self._listeners:
            listener.wake()
