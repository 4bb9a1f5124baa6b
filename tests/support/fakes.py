"""A fake of EventBridge, as far as we use it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class FakeEventBridge:
    """
    Attributes:
        entries: the events that were accepted, in order.
        wake_ups: how often the relay was woken.
        on_wake_up: called each time.
        refused: event types that are answered with an error entry.
        down: every call fails, as one with too much in it does.
    """

    entries: list[dict[str, Any]] = field(default_factory=list)
    wake_ups: int = 0
    on_wake_up: Callable[[], object] = lambda: None
    refused: set[str] = field(default_factory=set)
    down: bool = False
    url: str = ""

    @property
    def types(self) -> list[str]:
        return [entry["DetailType"] for entry in self.entries]

    @property
    def details(self) -> list[dict[str, Any]]:
        return [json.loads(entry["Detail"]) for entry in self.entries]

    def put(self, entries: list[dict[str, Any]]) -> dict[str, Any]:
        results: list[dict[str, str]] = []
        for number, entry in enumerate(entries):
            if entry["DetailType"] in self.refused:
                results.append({"ErrorCode": "InternalFailure", "ErrorMessage": "not today"})
            elif (entry["Source"], entry["DetailType"]) == ("brandish.relay", "relay.wanted"):
                self.wake_ups += 1
                self.on_wake_up()
                results.append({"EventId": str(number)})
            else:
                self.entries.append(entry)
                results.append({"EventId": str(number)})
        return {"FailedEntryCount": sum("ErrorCode" in result for result in results), "Entries": results}


@contextmanager
def fake_event_bridge() -> Iterator[FakeEventBridge]:
    bridge = FakeEventBridge()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fails = bridge.down or sum(len(entry["Detail"]) for entry in body["Entries"]) > 256 * 1024
            status = 400 if fails else 200
            answer = {"__type": "InternalException"} if fails else bridge.put(body["Entries"])
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        bridge.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield bridge
        server.shutdown()
