from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from kernel.database import Connection
from tests.support.api import CallApi, call, environment, event_bridge  # noqa: F401


@pytest.mark.parametrize("status,content", [(200, {}), (200, []), (200, {"Entries": []}), (503, ["busy"]), (503, None)])
def test_a_strange_answer_of_the_bus_does_not_fail_a_committed_action(
    call: CallApi, environment: Connection, event_bridge, monkeypatch, status: int, content: object
):
    from dataclasses import replace

    import kernel.settings
    from kernel import event_bridge as put
    from kernel.events import waking

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        changed = replace(put.settings, events_url=f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setattr(put, "settings", changed)
        monkeypatch.setattr(waking, "settings", changed)
        environment.execute("UPDATE relay_lease SET wanted_at = '-infinity', awake_until = '-infinity'")
        caller = {"platform": "twitch", "platform_id": "1", "username": "alice"}
        call("POST", "/api/v1/user/register", caller)
        answer = call("POST", "/api/v1/user/item/add", {**caller, "item_name": "money", "quantity": 5})
        environment.execute("UPDATE relay_lease SET wanted_at = '-infinity', awake_until = '-infinity'")
        answer = call("POST", "/api/v1/progression/vote", {**caller, "option_index": 1})
        server.shutdown()
    stored = environment.execute("SELECT count(*) AS n FROM ballots").fetchone()
    assert stored["n"] == 1
    assert answer.status == 200, (answer.status, answer.text)
