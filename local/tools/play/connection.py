"""A WebSocket that comes back by itself, and commands that are done once, in the order in which they were typed."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, Protocol
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from local.tools.play.door import Unreachable

ATTEMPTS: Final = 5
TRIES: Final = 3
PATIENCE_SECONDS: Final = 10
PING_SECONDS: Final = 240
"""The gateway closes what is silent for ten minutes."""
LARGEST_FRAME: Final = 2**20
TRANSIENT: Final = frozenset({"ACTION_COOLDOWN", "DATABASE_ERROR", "DATABASE_TIMEOUT"})
"""Refusals after which the same may be sent again: nothing was done."""

Document = dict[str, Any]


class ConnectionLost(Exception):
    """The game cannot be reached any more."""


class Replaced(Exception):
    """The character is played somewhere else."""


@dataclass(slots=True)
class Command:
    """A line that was typed."""

    text: str
    command_id: str = field(default_factory=lambda: str(uuid4()))
    tries: int = 0


class Listener(Protocol):
    """Who is told what happens on a connection."""

    def connected(self) -> None: ...
    def reconnecting(self, attempt: int) -> None: ...
    def received(self, document: Document) -> None: ...
    def dropped(self, command: Command) -> None: ...


def pause_before(attempt: int, rng: Random) -> float:
    """Return how many seconds to wait before an attempt: one for each, and up to a tenth more or less."""
    return attempt * rng.uniform(0.9, 1.1)


def documents(frame: str) -> Iterator[Document]:
    """Return the documents of a frame, one in each line."""
    for line in frame.split("\n"):
        if line.strip():
            yield json.loads(line)


class Connection:
    """Plays a character.

    Args:
        address: returns where a connection can be opened.
        sleep: waits for some seconds.
    """

    def __init__(
        self,
        address: Callable[[str], Awaitable[str]],
        listener: Listener,
        *,
        rng: Random,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._address = address
        self._listener = listener
        self._rng = rng
        self._sleep = sleep
        self._character: str = ""
        self._socket: ClientConnection | None = None
        self._waiting: deque[Command] = deque()
        self._has_work = asyncio.Event()
        self._is_done = asyncio.Event()
        self._is_done.set()
        self._answers: dict[str, asyncio.Future[Document | None]] = {}
        self._attempt = 0

    def send(self, text: str) -> None:
        """Send a command, now or when there is a connection again."""
        self._waiting.append(Command(text))
        self._is_done.clear()
        self._has_work.set()

    async def answered(self) -> None:
        """Return when all that was sent is answered, or given up."""
        await self._is_done.wait()

    async def enter(self, character_id: str) -> None:
        """Play another character from now on."""
        self._character = character_id
        if self._socket is not None:
            await self._socket.close()

    async def run(self, character_id: str) -> None:
        """Play, until it is cancelled.

        Raises:
            ConnectionLost: after five attempts that failed.
            Replaced, Refused
        """
        self._character = character_id
        while True:
            character = self._character
            try:
                async with connect(await self._address(character), max_size=LARGEST_FRAME) as socket:
                    self._socket = socket
                    self._listener.connected()
                    await self._play(socket)
            except (Unreachable, OSError, WebSocketException):
                pass  # tried again below
            finally:
                self._socket = None
            if character != self._character:
                continue
            self._attempt += 1
            if self._attempt > ATTEMPTS:
                raise ConnectionLost
            self._listener.reconnecting(self._attempt)
            await self._sleep(pause_before(self._attempt, self._rng))

    async def _play(self, socket: ClientConnection) -> None:
        """Send and receive until the connection ends."""
        tasks = [asyncio.create_task(work(socket)) for work in (self._send, self._ping)]
        try:
            async for frame in socket:
                self._attempt = 0  # not when it opens: a connection that closes at once is no success
                for document in documents(frame if isinstance(frame, str) else frame.decode()):
                    self._read(document)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _read(self, document: Document) -> None:
        command_id = document.get("command_id")
        if _code(document) == "ALREADY_IN_GAME" and command_id is None:
            raise Replaced
        answer = self._answers.pop(command_id, None) if command_id else None
        if answer is None:
            self._listener.received(document)
        elif not answer.done():
            answer.set_result(None if _code(document) in TRANSIENT else document)
            if _code(document) not in TRANSIENT:
                self._listener.received(document)

    async def _send(self, socket: ClientConnection) -> None:
        """Send what is waiting, one after the other: several at once might be done in any order."""
        while True:
            await self._has_work.wait()
            command = self._waiting[0]
            if command.tries >= TRIES:
                self._listener.dropped(command)
            elif not await self._is_answered(socket, command):
                continue
            self._waiting.popleft()
            if not self._waiting:
                self._has_work.clear()
                self._is_done.set()

    async def _is_answered(self, socket: ClientConnection, command: Command) -> bool:
        """Send a command, and tell whether it was answered; if it may be sent again, that takes a moment."""
        command.tries += 1
        answer = self._answers[command.command_id] = asyncio.get_running_loop().create_future()
        await socket.send(json.dumps({"type": "command", "id": command.command_id, "data": {"text": command.text}}))
        try:
            if await asyncio.wait_for(answer, PATIENCE_SECONDS) is not None:
                return True
        except TimeoutError:
            return False
        await self._sleep(1)
        return False

    async def _ping(self, socket: ClientConnection) -> None:
        while True:
            await asyncio.sleep(PING_SECONDS)
            await socket.send('{"type":"ping","data":{}}')


def _code(document: Document) -> str | None:
    return document["data"].get("code") if document["type"] == "error" else None
