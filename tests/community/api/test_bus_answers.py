"""An action that has committed stands, however the bus answers when the relay is to be woken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from msgspec.structs import replace

from kernel import event_bridge
from kernel.database import Connection
from kernel.events import waking
from tests.support.api import CallApi

ALICE = {"platform": "twitch", "platform_id": "1", "username": "alice"}


@contextmanager
def bus(status: int, content: object) -> Iterator[str]:
    """The address of a bus that always gives the same answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """The test's output is quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("status", "content"), [(200, {}), (200, []), (200, {"Entries": []}), (503, ["busy"]), (503, None)]
)
def test_a_strange_answer_of_the_bus_does_not_fail_a_committed_action(
    call: CallApi, environment: Connection, monkeypatch: pytest.MonkeyPatch, status: int, content: object
):
    with bus(status, content) as url:
        settings = replace(event_bridge.settings, events_url=url)
        monkeypatch.setattr(event_bridge, "settings", settings)
        monkeypatch.setattr(waking, "settings", settings)
        environment.execute("UPDATE relay_lease SET wanted_at = '-infinity', awake_until = '-infinity'")

        answer = call("POST", "/api/v1/progression/vote", ALICE | {"option_index": 1})

    assert answer.status == 200, answer.text
    assert environment.execute("SELECT count(*) AS ballots FROM ballots").fetchone() == {"ballots": 1}
