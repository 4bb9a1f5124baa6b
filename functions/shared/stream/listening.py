"""A listener: the streaming answer to a request."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from fastapi import Response
from msgspec import Struct
from starlette.types import Receive, Scope, Send

from doors.answers import error_body
from functions.shared.stream.hub import DATABASE_ERRORS, RETRY_SECONDS, Hub
from functions.shared.stream.settings import settings
from kernel.database import Tx
from kernel.events import following
from kernel.events.following import LogPosition
from kernel.events.frames import Filter, connected, keepalive
from kernel.keys.models import KEY_REVOKED, CallerRevoked
from kernel.realtime import presence

log = logging.getLogger("brandish")

KEEPALIVE_SECONDS = 30.0
GRACE_SECONDS = 10.0
"""How long a listener may take to receive the rest when its time is up."""

HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-cache, no-store",
    "Connection": "keep-alive",
    "X-Accel-Buffering": "no",
}
"""Source: wire 14; `no-store` is ours, as for every answer to a key."""

FAREWELL = f"event: {KEY_REVOKED}\ndata: {error_body(KEY_REVOKED, CallerRevoked.message)}\n\n"
"""The last message to a listener whose key has been revoked. Without an id, because it is no place in the log."""


class StreamRequest(Struct, frozen=True):
    """What a listener requested.

    Attributes:
        last_id: the id of the last frame that it received; None: from now on.
        holder: the name of the key; "" for a ticket, which nothing revokes.
        about: fields for the log.
    """

    wanted: Filter
    last_id: UUID | None
    holder: str
    about: Mapping[str, Any]


class EventStream(Response):
    """The log from the listener's position, until it disconnects or its time is up. It ends between two frames.

    A slow listener is merely behind: it holds one page of the log and receives the next one afterwards.
    """

    def __init__(self, hub: Hub, stream_request: StreamRequest) -> None:
        super().__init__(headers=HEADERS)
        del self.headers["content-length"]
        self.client_id = uuid4()
        self.holder = stream_request.holder
        self._hub = hub
        self._request = stream_request
        self._changed = asyncio.Event()
        self._ended = self._refused = False

    def wake(self) -> None:
        """Continue, because there are new events."""
        self._changed.set()

    def end(self) -> None:
        """End the stream after the current frame."""
        self._ended = True
        self._changed.set()

    def refuse(self) -> None:
        """End the stream after a last message: its key has been revoked."""
        self._refused = True
        self.end()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        self._send = send
        loop = asyncio.get_running_loop()
        started = loop.time()
        ends_at = started + settings.stream_seconds
        timer = loop.call_at(ends_at, self.end)
        disconnect = loop.create_task(self._wait_for_disconnect(receive))
        self._hub.join(self)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(ends_at + GRACE_SECONDS):
                    await self._listen()
                    if self._refused:
                        await self._send_text(FAREWELL)
                    await self._leave()
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._hub.leave(self)
            timer.cancel()
            disconnect.cancel()
            log.info("stream", extra={**self._request.about, "seconds": round(loop.time() - started, 1)})

    async def _wait_for_disconnect(self, receive: Receive) -> None:
        """End the stream when the listener disconnects."""
        while (await receive())["type"] != "http.disconnect":
            pass
        self.end()

    async def _listen(self) -> None:
        position = await self._find_position()
        if position is None:
            return
        now = int(time.time())
        await self._send_text(connected(position.as_id(), now, str(self.client_id), self._request.wanted).text)
        loop = asyncio.get_running_loop()
        keepalive_at = loop.time() + KEEPALIVE_SECONDS
        timer = loop.call_at(keepalive_at, self.wake)
        try:
            while not self._ended:
                self._changed.clear()
                text, position, more = await self._after(position)
                if text:
                    await self._send_text(text)
                if loop.time() >= keepalive_at:
                    await self._send_text(keepalive(position.as_id(), int(time.time())).text)
                    keepalive_at = loop.time() + KEEPALIVE_SECONDS
                    timer = loop.call_at(keepalive_at, self.wake)
                if not more:
                    await self._changed.wait()
        finally:
            timer.cancel()

    async def _find_position(self) -> LogPosition | None:
        """Return the first position; None if the time is up before the database has answered."""
        while not self._ended:
            try:
                return await self._hub.ask(partial(_begin, client_id=self.client_id, last_id=self._request.last_id))
            except DATABASE_ERRORS as error:
                log.warning("a listener has to wait: %s", error)
                await asyncio.sleep(RETRY_SECONDS)
        return None

    async def _after(self, position: LogPosition) -> tuple[bytes | str, LogPosition, bool]:
        """Return the text after a position, the new position, and whether there may be more."""
        window = self._hub.window
        if window is None:
            return b"", position, False
        text = window.text_after(position, self._request.wanted)
        if text is not None:
            return text, max(position, window.end), False
        try:
            page = await self._hub.read_after(position)
        except DATABASE_ERRORS as error:
            log.warning("a listener has to wait: %s", error)
            await asyncio.sleep(RETRY_SECONDS)
            return b"", position, True
        return self._request.wanted.text(page.frames), page.position, True

    async def _send_text(self, text: bytes | str) -> None:
        body = text.encode() if isinstance(text, str) else text
        await self._send({"type": "http.response.body", "body": body, "more_body": True})

    async def _leave(self) -> None:
        """Leave before the answer is complete, because Lambda then freezes the environment."""
        with suppress(*DATABASE_ERRORS):
            await self._hub.ask(partial(presence.leave, client_id=self.client_id))


def _begin(tx: Tx, client_id: UUID, last_id: UUID | None) -> LogPosition:
    """Return the position of the last frame, or the end of the log."""
    presence.renew(tx, [client_id])
    position = following.find_position(tx, last_id) if last_id else None
    return position or following.end(tx)
