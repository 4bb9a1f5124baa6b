"""The terminal's connection against a server of the test: order, repeats, coming back, giving up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from local.tools.play.connection import Command, Connection, ConnectionLost, Replaced, documents, pause_before

Serve = Callable[[ServerConnection, int], Awaitable[None]]
"""What a server does with a connection, which has a number."""


class Log:
    """Notes what a connection tells."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.attempts: list[int] = []
        self.lost: list[str] = []
        self.connections = 0

    def connected(self) -> None:
        self.connections += 1

    def reconnecting(self, attempt: int) -> None:
        self.attempts.append(attempt)

    def received(self, document: dict[str, Any]) -> None:
        self.texts.append(document["data"].get("text") or document["data"].get("message"))

    def dropped(self, command: Command) -> None:
        self.lost.append(command.text)


def play(serves: Serve, *lines: str) -> tuple[Log, list[float]]:
    """Type lines, and play until all are answered."""
    log, pauses = Log(), list[float]()
    numbers = iter(range(100))

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(0)

    async def run() -> None:
        async with serve(lambda socket: serves(socket, next(numbers)), "127.0.0.1", 0) as server:
            port = next(iter(server.sockets)).getsockname()[1]

            async def address(character_id: str) -> str:
                return f"ws://127.0.0.1:{port}/?character_id={character_id}"

            connection = Connection(address, log, rng=Random(1), sleep=sleep)
            for line in lines:
                connection.send(line)
            playing = asyncio.create_task(connection.run("ann"))
            answered = asyncio.create_task(connection.answered() if lines else asyncio.Event().wait())
            await asyncio.wait((playing, answered), timeout=30, return_when=asyncio.FIRST_COMPLETED)
            answered.cancel()
            if playing.done():
                await playing
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)

    asyncio.run(run())
    return log, pauses


def answer(sent: dict[str, Any], kind: str = "game_message", **data: Any) -> str:
    done = {"text": f"done: {sent['data']['text']}"}
    return json.dumps({"type": kind, "data": data or done, "command_id": sent["id"]})


def test_commands_are_sent_one_after_the_other():
    async def slow(socket: ServerConnection, number: int) -> None:
        while True:
            sent = json.loads(await socket.recv())
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(socket.recv(), 0.01)  # nothing more before the answer
            await socket.send(answer(sent))

    log, _ = play(slow, "look", "e", "say hi")

    assert log.texts == ["done: look", "done: e", "done: say hi"]


def test_what_was_not_answered_is_sent_again_under_the_same_id():
    ids: list[str] = []

    async def cut_once(socket: ServerConnection, number: int) -> None:
        sent = json.loads(await socket.recv())
        ids.append(sent["id"])
        if number:
            await socket.send(answer(sent))

    log, pauses = play(cut_once, "get lamp")

    assert (log.texts, log.connections, log.attempts) == (["done: get lamp"], 2, [1])
    assert ids[0] == ids[1]
    assert pauses == [pytest.approx(1, abs=0.1)]


def test_what_was_too_fast_is_sent_again_and_given_up_after_three_tries():
    async def busy(socket: ServerConnection, number: int) -> None:
        tries: dict[str, int] = {}
        async for frame in socket:
            sent = json.loads(frame)
            tries[sent["id"]] = tries.get(sent["id"], 0) + 1
            is_refused = sent["data"]["text"] == "e" or tries[sent["id"]] < 3
            refusal = {"kind": "error", "code": "ACTION_COOLDOWN", "message": "too fast"}
            await socket.send(answer(sent, **refusal) if is_refused else answer(sent))

    log, _ = play(busy, "look", "e")

    assert (log.texts, log.lost) == (["done: look"], ["e"])


def test_after_five_attempts_that_fail_it_gives_up():
    async def closed(socket: ServerConnection, number: int) -> None:
        await socket.close()

    with pytest.raises(ConnectionLost):
        play(closed)


def test_a_character_that_is_played_somewhere_else_is_left_to_it():
    async def replaced(socket: ServerConnection, number: int) -> None:
        await socket.send(json.dumps({"type": "error", "data": {"code": "ALREADY_IN_GAME", "message": "no"}}))

    with pytest.raises(Replaced):
        play(replaced)


def test_attempts_are_seconds_apart_and_up_to_a_tenth_more_or_less():
    rng = Random(1)
    for attempt in (1, 5):
        pauses = [pause_before(attempt, rng) for _ in range(1000)]
        assert min(pauses) >= 0.9 * attempt
        assert max(pauses) <= 1.1 * attempt
        assert max(pauses) - min(pauses) > 0.19 * attempt


def test_a_frame_has_a_document_in_each_line():
    assert [each["type"] for each in documents('{"type":"pong"}\n\n{"type":"error"}\n')] == ["pong", "error"]
