"""A server that speaks as much of OpenAI's chat completions as we need, and fails on demand."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


def answering(text: Any, usage: Any = None) -> bytes:
    body: dict[str, Any] = {"choices": [{"message": {"role": "assistant", "content": text}}]}
    return json.dumps(body | ({"usage": usage} if usage is not None else {})).encode()


@dataclass
class LlmPeer:
    """What it was asked, and what it does next.

    Attributes:
        steps: one for each call: a body, a status, or what to do with the handler. The last one stays.
        asked: (path, headers, body) of each call.
    """

    url: str = ""
    steps: list[bytes | int | Callable[[BaseHTTPRequestHandler], None]] = field(
        default_factory=lambda: [answering("Fine.")]
    )
    asked: list[tuple[str, dict[str, str], Any]] = field(default_factory=list[tuple[str, dict[str, str], Any]])
    released: threading.Event = field(default_factory=threading.Event)

    def hang(self, handler: BaseHTTPRequestHandler) -> None:
        """Say nothing until the test ends."""
        self.released.wait(30)

    def drip(self, handler: BaseHTTPRequestHandler) -> None:
        """Send a byte now and then."""
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        while not self.released.wait(0.01):
            handler.wfile.write(b" ")
            handler.wfile.flush()

    @staticmethod
    def cut(handler: BaseHTTPRequestHandler) -> None:
        """Reset the connection within the answer."""
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b'{"choices": [')
        handler.wfile.flush()
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()


@contextmanager
def llm_peer() -> Iterator[LlmPeer]:
    peer = LlmPeer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.body = body  # for a step: others may be asked at the same time
            peer.asked.append((self.path, dict(self.headers), body))
            step = peer.steps.pop(0) if len(peer.steps) > 1 else peer.steps[0]
            if callable(step):
                step(self)
                return
            status, answer = (step, b'{"error": "secret words"}') if isinstance(step, int) else (200, step)
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # the client has gone, which is what some tests want

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    peer.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield peer
    finally:
        peer.released.set()
        server.shutdown()
        server.server_close()
