"""`python -m local.bench.audience URL KEY STREAMS SOCKETS`: listeners in their own process.

Prints how many are connected; then, for each line that it reads, the frames received since the last one. Ends with its
input.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Final
from urllib.parse import urlsplit

from websockets.asyncio.client import connect

AT_ONCE: Final = 8  # connections opened at the same time, because the authorizer's database connections are limited


class Audience:
    """Counts the event frames that each listener receives."""

    def __init__(self, url: str, key: str) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname or "", parts.port or 80)
        self._socket_url = f"ws://{parts.netloc}/realtime?key={key}"
        self._key = key
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._received: list[int] = []

    @property
    def connected(self) -> int:
        return len(self._received)

    def count(self) -> str:
        """The total, and the fewest and most of one listener, since the last call."""
        counts = f"{sum(self._received)} {min(self._received, default=0)} {max(self._received, default=0)}"
        self._received[:] = [0] * len(self._received)
        return counts

    async def listen_to_stream(self) -> None:
        async with self._gate:
            reader, writer = await asyncio.open_connection(*self._address)
            writer.write(
                f"GET /api/v1/events HTTP/1.1\r\nHost: brandish\r\nX-API-Key: {self._key}\r\n\r\n".encode("ascii")
            )
            await reader.readuntil(b"event: connected\n")
        number = self._add_listener()
        while chunk := await reader.read(1 << 16):
            self._received[number] += chunk.count(b"event: ") - chunk.count(b"event: keepalive")
        raise ConnectionError("the stream has ended")

    async def listen_to_socket(self) -> None:
        async with self._gate:
            connection = await connect(self._socket_url, compression=None, max_size=None, open_timeout=30)
        number = self._add_listener()
        async for message in connection:
            text = str(message)
            quiet = text.count("event: keepalive") + text.count("event: connected")
            self._received[number] += text.count("event: ") - quiet
        raise ConnectionError("the socket was closed")

    def _add_listener(self) -> int:
        self._received.append(0)
        return len(self._received) - 1


async def main(url: str, key: str, streams: int, sockets: int) -> None:
    audience = Audience(url, key)
    async with asyncio.TaskGroup() as group:
        listeners = [group.create_task(audience.listen_to_stream()) for _ in range(streams)]
        listeners += [group.create_task(audience.listen_to_socket()) for _ in range(sockets)]
        while audience.connected < streams + sockets:
            await asyncio.sleep(0.05)
        print(audience.connected, flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            print(audience.count(), flush=True)
        for listener in listeners:
            listener.cancel()


if __name__ == "__main__":
    os.nice(10)  # real listeners run on other machines
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
