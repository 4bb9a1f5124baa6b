"""The output of `make replay`; the test stands in for the game."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import pytest


@contextmanager
def game(events: int) -> Iterator[str]:
    """Its address. Its log has so many events."""
    row = {"event_type": "said", "created_at": "2026-03-01T12:00:00Z", "payload": None}
    rows = [{"id": number, "event_id": str(uuid4()), **row} for number in range(events)]

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = json.dumps({"events": rows}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("events", "said"),
    [
        (0, "0 events. With --to NAME they are published once more, for that destination.\n"),
        (1, "1 event. With --to NAME it is published once more, for that destination.\n"),
        (2, "2 events. With --to NAME they are published once more, for that destination.\n"),
    ],
)
def test_events_are_counted_in_correct_english(events: int, said: str):
    with game(events) as url:
        shown = subprocess.run(
            [sys.executable, "-m", "local.tools.replay", "--since", "2026-03-01"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "BASE_URL": url},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    assert shown.returncode == 0, shown.stderr
    assert shown.stderr == said
    assert shown.stdout.count("\n\n") == events
