"""Reads the log while it is written.

It disconnects now and then, and after that or a cut connection it continues from the last id.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from random import Random
from uuid import UUID

import psycopg

from kernel.database import Connection, connect, reading
from kernel.errors import TryAgain
from kernel.events.following import LogPosition, end, find_position, read_after

PAUSE_SECONDS = 0.02


class Follower:
    """A reader of the log on its own thread.

    Attributes:
        ids: of the events that it has read, in order.
        begun: the number of connections that it has read from.
        trouble: why it stopped too early, if it did.
    """

    def __init__(self, url: str, rng: Random) -> None:
        self.ids: list[UUID] = []
        self.begun = 0
        self.trouble: BaseException | None = None
        self._url = url
        self._rng = rng
        self._over = threading.Event()
        with closing(connect(url)) as conn, reading(conn) as tx:
            self._last_id = end(tx).as_id()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """When it has read what there is."""
        self._over.set()
        self._thread.join(60)
        assert not self._thread.is_alive()
        if self.trouble is not None:
            raise self.trouble

    def _run(self) -> None:
        try:
            while not self._follow():
                time.sleep(PAUSE_SECONDS)
        except Exception as error:
            self.trouble = error

    def _follow(self) -> bool:
        """On one connection. Whether it has come to the end."""
        try:
            with closing(connect(self._url)) as conn:
                self.begun += 1
                with reading(conn) as tx:
                    position = find_position(tx, self._last_id)
                assert position is not None
                for _ in range(self._rng.randint(5, 30)):
                    over = self._over.is_set()
                    position, more = self._read(conn, position)
                    if over and not more and self.begun > 1:
                        return True
                    time.sleep(0 if more else self._rng.uniform(0, PAUSE_SECONDS))
                return False  # hang up
        except (psycopg.OperationalError, TryAgain):
            return False

    def _read(self, conn: Connection, position: LogPosition) -> tuple[LogPosition, bool]:
        with reading(conn) as tx:
            page = read_after(tx, position, self._rng.choice((1, 3, 50, 500)))
        self.ids += [frame.id for frame in page.frames]
        # What a client has got last: an event's id, or that of a keepalive.
        self._last_id = page.frames[-1].id if page.frames and self._rng.random() < 0.5 else page.position.as_id()
        return page.position, page.full


@contextmanager
def following(url: str, rng: Random) -> Iterator[Follower]:
    """From the end of the log on, until it has everything that was written inside the block."""
    follower = Follower(url, rng)
    follower.start()
    yield follower
    follower.stop()
