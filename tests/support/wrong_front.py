"""A front that gets everything wrong: what passes through it to a sound installation and back is spoilt.

`make verify` has to find all of it. People can sign up and delete their accounts through it, so that nothing is left.
"""

from __future__ import annotations

import json
import re
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import urllib3
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.http11 import Request, Response
from websockets.sync.client import connect
from websockets.sync.server import Server, ServerConnection, serve

_TOKEN: Final = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
_TRACE: Final = 'Traceback (most recent call last): File "/var/task/app.py": psycopg.errors.UndefinedTable'


class WrongFront:
    """Serves HTTP; its WebSocket is another server.

    Attributes:
        tokens: {token as clients see it: the installation's}. The one that was seen last counts for all others.
    """

    def __init__(self, installation: str) -> None:
        self.installation = installation
        self.socket_url = ""
        self.tokens: dict[str, str] = {}
        self._http = urllib3.PoolManager(retries=False)

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        """Pass a request on, and return its answer, spoilt."""
        route = urlsplit(path).path
        real = route.startswith(("/healthz", "/readyz")) or route in ("/api/auth/register", "/api/auth/delete")
        if len(path) > 5000 or ".." in path or "passwd" in path or "/.git" in path:
            return 500 if len(path) > 5000 else 200, {}, b"root:x:0:0"
        if method == "DELETE" or route == "/api/auth/logout":
            return 200, {}, b'{"ended":1}'
        sent = {name: _TOKEN.sub(self._original, value) for name, value in headers.items()}
        if "Authorization" in sent and not _TOKEN.search(sent["Authorization"]) and self.tokens and not real:
            sent["Authorization"] = f"Bearer {[*self.tokens.values()][-1]}"
        got = self._http.request(method, self.installation + path, body=body or None, headers=sent)
        text = _TOKEN.sub(self._readable, got.data.decode(errors="replace"))
        cookie = _TOKEN.sub(self._readable, got.headers.get("Set-Cookie", "")).replace("; HttpOnly", "")
        status, said = (got.status, text) if real else self._spoilt(method, route, got.status, text)
        if route == "/api/auth/register":
            status, said = (
                (201, said) if status in (400, 409) else (status, said.replace("{", '{"password_hash":"",', 1))
            )
        return status, self._headers(cookie, got.headers.get("Content-Type", "")), said.encode()

    def _spoilt(self, method: str, route: str, status: int, text: str) -> tuple[int, str]:
        match status:
            case 400:
                return 500, _TRACE
            case 401 if route == "/api/auth/login":
                return 401, text.replace("{", f'{{"seen":"{uuid4()}",', 1)
            case 429 if route == "/api/auth/login":
                return 401, text
            case 426:
                return 200, text
            case 401 | 403 | 404 | 409 | 413:
                return 200, "{}"
            case _:
                pass
        if route == "/api/game/skills":
            return 404, "{}"
        with suppress(ValueError):
            document = json.loads(text)
            if isinstance(document, dict):
                self._change(route, document)
            elif route == "/api/game/worlds":
                document.append({"id": "00000000-0000-0000-0000-000000000000"})
            return status, json.dumps(document)
        return status, text

    def _change(self, route: str, document: dict[str, Any]) -> None:
        match route:
            case "/api/session/ticket":
                document["websocket_url"] = self.socket_url
            case "/api/session/state":
                document["connected"] = False
            case "/api/session/lobby":
                document["character"]["role"] = "human"
            case "/api/auth/me":
                document |= {"username": "someone", "token": "x", "roles": ["admin"]}
            case "/api/auth/sessions":
                document["sessions"] = [each for each in document["sessions"] if each["current"]]
            case _:
                pass

    def _headers(self, cookie: str, kind: str) -> dict[str, str]:
        found = {"Content-Type": kind, "Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=60"}
        found["Content-Security-Policy"] = "default-src *"
        return {**found, "Set-Cookie": cookie} if cookie else found

    def _readable(self, found: re.Match[str]) -> str:
        """Return a token that says whose it is, in place of one that does not."""
        claims = {"sub": str(uuid4()), "role": "admin"}
        shown = f"eyJhbGciOiJub25lIn0.{urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.x"
        self.tokens[shown] = found[0]
        return shown

    def _original(self, found: re.Match[str]) -> str:
        return self.tokens.get(found[0], [*self.tokens.values()][-1])


class WrongSocket:
    """A WebSocket that lets everyone in; for those with a ticket it plays, wrongly."""

    def __init__(self, installation: str) -> None:
        self.installation = installation

    def admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """Refuse one of the ways that there are, and nothing else."""
        if "Authorization" in request.headers:
            return Response(HTTPStatus.FORBIDDEN, "Forbidden", Headers(), b"")
        return None

    def serve(self, client: ServerConnection) -> None:
        """Pass on what the client and the installation send."""
        assert client.request is not None
        parts = urlsplit(client.request.path)
        if "ticket" not in parse_qs(parts.query):
            with suppress(ConnectionClosed):
                client.recv(5)
            return
        with ExitStack() as opened, suppress(WebSocketException, TimeoutError, OSError):
            installation = opened.enter_context(connect(f"{self.installation}?{parts.query}", max_size=2**20))
            names: dict[str, str] = {}
            back = threading.Thread(target=self._return, args=(client, installation, names), daemon=True)
            back.start()
            for frame in client:
                self._pass(client, installation, str(frame), names)

    def _pass(self, client: ServerConnection, installation: Any, frame: str, names: dict[str, str]) -> None:
        """Do every command again, understand one form only, and leave out what is no frame or has no end."""
        documents: list[dict[str, Any]] = []
        for line in frame.split("\n"):
            with suppress(ValueError, RecursionError):
                document = json.loads(line)
                if isinstance(document, dict) and isinstance(document.get("data", {}).get("text", ""), str):
                    documents.append(document)
        if len(documents) > 1:
            for each in documents:
                line = {"type": "game_message", "data": {"text": ""}, "command_id": each["id"]}
                client.send(json.dumps(line))
            return
        for each in documents:
            text = each.get("data", {}).get("text", "look")
            if each.get("type") in ("command", "ping") and len(text) < 30_000 and ("id" in each or text != "look"):
                fresh = str(uuid4())
                names[fresh] = each.get("id", "")
                document = {"type": each["type"], "id": fresh, "data": {"text": text[:1024]}}
                installation.send(json.dumps(document))

    def _return(self, client: ServerConnection, installation: Any, names: dict[str, str]) -> None:
        """Say everything twice, without apostrophes and maps, pongs and why a connection ends; and never end it."""
        with suppress(ConnectionClosed, OSError):
            for frame in installation:
                documents = [json.loads(line) for line in str(frame).replace("'", "").split("\n") if line]
                kept = [
                    {**each, **({"command_id": names[each["command_id"]]} if each.get("command_id") in names else {})}
                    for each in documents
                    if each["type"] not in ("map_update", "pong") and each["data"].get("code") != "ALREADY_IN_GAME"
                ]
                if kept:
                    for _ in range(2):
                        client.send("\n".join(json.dumps(each) for each in kept))


@contextmanager
def wrong_front(installation: str) -> Iterator[str]:
    """Serve an installation wrongly, at the address that this yields."""
    front = WrongFront(installation)
    socket = WrongSocket(f"{installation.replace('http', 'ws', 1)}/api/game/ws")

    class Handler(BaseHTTPRequestHandler):
        def __getattr__(self, name: str) -> Any:
            return self.pass_on if name.startswith("do_") else super().__getattribute__(name)

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            sent = {name: value for name, value in self.headers.items() if name not in ("Host", "Content-Length")}
            status, headers, content = front.answer(self.command, self.path, sent, body)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ExitStack() as opened:
        sockets: Server = opened.enter_context(
            serve(socket.serve, "127.0.0.1", 0, process_request=socket.admit, max_size=2**20)
        )
        front.socket_url = f"ws://127.0.0.1:{sockets.socket.getsockname()[1]}/"
        pages = opened.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        for server in (sockets, pages):
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            opened.callback(server.shutdown)
        yield f"http://127.0.0.1:{pages.server_port}"
