"""The hub: all listeners of this process, and the task that reads the log for them."""

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
from kernel.keys import service as keys
from kernel.realtime import presence

log = logging.getLogger("brandish")

KEYS_SECONDS = 30.0
"""How often it is asked whether the listeners' keys have been revoked; also when one joins, as caches let it in."""
POLL_SECONDS = 0.25
CROWDED_POLL_SECONDS = 1.5
"""The pause while there are more streams than connections: each read then opens a connection of its own."""
PER_LISTENER_SECONDS = 0.003
"""Added to the pause for each listener: all are woken together, which should happen less often in a crowd."""
RETRY_SECONDS = 1.0
MAX_WAITING_READS = 4
"""The number of reads for listeners that are behind which may run before the next read of the newest events."""

DATABASE_ERRORS = (psycopg.Error, TryAgain)
"""Raised when the database is unavailable."""

T = TypeVar("T")


class Listener(Protocol):
    """A listener as the hub sees it."""

    client_id: UUID
    holder: str
    """The name of the key that it listens with; "" for a ticket."""

    def wake(self) -> None:
        """Continue, because there are new events."""

    def end(self) -> None:
        """End the stream after the current frame."""

    def refuse(self) -> None:
        """End the stream after a last message: its key has been revoked."""


class Hub:
    """Reads the log while there are listeners.

    Attributes:
        window: None while there are no listeners or the database has not answered yet.
    """

    def __init__(self) -> None:
        self.window: Window | None = None
        self._listeners: set[Listener] = set()
        self._follower: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        # One thread, so one connection, and the event loop never waits for it.
        self._database = ThreadPoolExecutor(1, "database", connections.log_in_with, (connections.login(),))
        self._keeps_connection = True
        self._turns = asyncio.Semaphore(MAX_WAITING_READS)
        self._renewed_at = self._keys_asked_at = float("-inf")
        self._ending = False

    async def ask(self, question: Callable[[Tx], T]) -> T:
        """Run a query in the database's thread.

        Raises:
            DATABASE_ERRORS
        """
        result, self._keeps_connection = await self._loop.run_in_executor(self._database, _look, question)
        return result

    async def read_after(self, position: LogPosition) -> Page:
        """Read the log for a listener that is behind.

        Raises:
            DATABASE_ERRORS
        """
        async with self._turns:
            return await self.ask(partial(following.read_after, position=position))

    def join(self, listener: Listener) -> None:
        """Add a listener."""
        self._listeners.add(listener)
        self._keys_asked_at = float("-inf")
        if self._ending:
            listener.end()
        if self._follower is None or self._follower.done():
            self._follower = self._loop.create_task(self._follow())

    def leave(self, listener: Listener) -> None:
        """Remove a listener."""
        self._listeners.discard(listener)

    def end_soon(self) -> None:
        """End all streams. May be called from a signal handler or another thread."""
        self._loop.call_soon_threadsafe(self._end)

    async def close(self) -> None:
        """Stop reading and close the database connection."""
        if self._follower is not None:
            self._follower.cancel()
        # In the thread that owns the connection, after its last query.
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
                await self._refuse_revoked_keys()
            except DATABASE_ERRORS as error:
                log.warning("the log cannot be read: %s", error)
                await asyncio.sleep(RETRY_SECONDS)
            except Exception:  # after a bug, listeners must not receive keepalives only
                log.exception("the log cannot be read")
                await asyncio.sleep(RETRY_SECONDS)
            else:
                if not more:
                    pause = POLL_SECONDS if self._keeps_connection else CROWDED_POLL_SECONDS
                    await asyncio.sleep(pause + PER_LISTENER_SECONDS * len(self._listeners))
        self.window = None

    async def _read_latest(self) -> bool:
        """Read the newest events; return whether there may be more."""
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

    async def _refuse_revoked_keys(self) -> None:
        now = self._loop.time()
        if now < self._keys_asked_at + KEYS_SECONDS:
            return
        self._keys_asked_at = now  # first: a listener that joins during the query is asked about in the next round
        names = {listener.holder for listener in self._listeners if listener.holder}
        revoked = set(await self.ask(partial(keys.find_revoked, names=[*names]))) if names else set()
        for listener in self._listeners:
            if listener.holder in revoked:
                listener.refuse()

    def _wake(self) -> None:
        for listener in self._listeners:
            listener.wake()


def _look(question: Callable[[Tx], T]) -> tuple[T, bool]:
    """Return the answer, and whether the connection was kept."""
    return look(question), connections.is_open()
