"""Streamer.bot's WebSocket server as far as we call it: a peer we do not own, at the edge. It is strict.

Source: https://docs.streamer.bot/api/websocket
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import Any, Literal, Self

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

SALT = "OTY4Nzk2"
CHALLENGE = "MTM1Nzkx"


@dataclass(frozen=True, slots=True)
class Ran:
    """An action that the fake has run."""

    id: str
    name: str
    args: Mapping[str, str]


@dataclass
class FakeStreamerbot:
    """
    Attributes:
        password: when set, nothing is run for who has not proved that they know it.
        raw: passwords are hashed the original's way.
        hello: where it puts the challenge; None: it says nothing on connecting.
        actions: the streamer's; None: every name.
        chatty: it tells its clients other things before each reply.
        answers: False: it takes requests and says nothing.
        hangs_up: after running an action, instead of replying.
        ran: what was run, in order.
        replied: to how many of these.
        faults: what a real one would not have understood.
        connections: how many there have been.
    """

    password: str = ""
    raw: bool = False
    hello: Literal["outside", "inside"] | None = "outside"
    actions: set[str] | None = None
    chatty: bool = False
    answers: bool = True
    hangs_up: bool = False
    ran: list[Ran] = field(default_factory=list[Ran])
    replied: int = 0
    faults: list[str] = field(default_factory=list[str])
    connections: int = 0
    port: int = 0
    _server: Server | None = None
    _thread: Thread | None = None

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/"

    def start(self) -> Self:
        """On the port it had before, if any."""
        self._server = serve(self._serve, "127.0.0.1", self.port)
        self.port = self._server.socket.getsockname()[1]
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop like the closed program, which closes its clients' connections."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _serve(self, connection: ServerConnection) -> None:
        self.connections += 1
        known = not self.password
        with suppress(ConnectionClosed):
            if self.hello:
                connection.send(json.dumps(self._hello()))
            for message in connection:
                request = json.loads(message)
                if request["request"] == "Authenticate":
                    known = request["authentication"] == self._proof()
                    error = "" if known else "authentication failed"
                else:
                    error = self._run(request) if known else "authentication required"
                if self.hangs_up:
                    return
                if self.chatty:
                    for chatter in (b"\x00\xff", "no JSON", "[]", '{"event": {"source": "Twitch", "type": "Follow"}}'):
                        connection.send(chatter)
                if self.answers:
                    reply = {"status": "error", "error": error} if error else {"status": "ok"}
                    connection.send(json.dumps({"id": request["id"], **reply}))
                    self.replied += request["request"] == "DoAction"

    def _run(self, request: dict[str, Any]) -> str:
        """Run an action; return "" or the error."""
        if request["request"] == "GetActions":
            return ""
        name = request["action"]["name"]
        if set(request) != {"request", "id", "action", "args"} or request["request"] != "DoAction":
            self.faults.append(f"no request of ours: {request}")
        if not all(isinstance(value, str) for value in request["args"].values()):
            self.faults.append(f"not text: {request['args']}")
        if self.actions is not None and name not in self.actions:
            return "action not found"
        self.ran.append(Ran(request["id"], name, request["args"]))
        return ""

    def _hello(self) -> dict[str, Any]:
        info: dict[str, Any] = {"instanceId": "fake", "name": "Streamer.bot", "version": "0.2.8"}
        hello: dict[str, Any] = {"request": "Hello", "session": "1", "info": info}
        if self.password:
            place = hello if self.hello == "outside" else info
            place["authentication"] = {"salt": SALT, "challenge": CHALLENGE}
        return hello

    def _proof(self) -> str:
        first = hashlib.sha256((self.password + SALT).encode()).digest()
        between = first if self.raw else base64.b64encode(first)
        return base64.b64encode(hashlib.sha256(between + CHALLENGE.encode()).digest()).decode()
