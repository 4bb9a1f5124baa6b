"""The loops in the README, as a browser runs them: they renew their ticket in time, and back off."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import Any

import pytest

from tests.support.api import ROOT

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="needs node")

SCRIPTS = re.findall(r"^```js\n(.*?)^```", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE)

BROWSER = """
const opened = [], pauses = [], celebrated = [], timers = []
let now = 0, tickets = 0, refused = 0
Date.now = () => now
Math.random = () => 0
const base = "https://game.example"
async function newTicket() {
  if (refused-- > 0) throw new Error("the bot is away")
  tickets += 1
  const expires_at = new Date(now + 3600_000).toISOString()
  return { expires_at, websocket_url: `wss://game/?ticket=${tickets}`, events_path: `/events?ticket=${tickets}` }
}
const celebrate = (payload) => celebrated.push(payload)
const setTimeout = (run, milliseconds) => { pauses.push(milliseconds); timers.push(run) }
console.warn = () => {}
class WebSocket { constructor(url) { opened.push(this); this.url = url } }
class EventSource {
  static CLOSED = 2
  constructor(url) { opened.push(this); this.url = url; this.listeners = {} }
  addEventListener(type, listener) { this.listeners[type] = listener }
}
const settled = () => new Promise((resolve) => setImmediate(resolve))
const levelUp = (id) => JSON.stringify({ id, type: "job.level_up", payload: id })
const frame = (id) => `id: ${id}\\nevent: job.level_up\\ndata: ${levelUp(id)}\\n\\n`
async function later() { timers.shift()(); await settled() }
"""


def play(script: str, scenario: str) -> dict[str, Any]:
    """Run a script of the README, then a scenario; return what the browser has noted."""
    assert NODE is not None
    noted = "console.log(JSON.stringify({ urls: opened.map((each) => each.url), pauses, celebrated, tickets }))"
    program = f"{BROWSER}\n{script}\n;(async () => {{ await settled()\n{scenario}\n{noted} }})()"
    done = subprocess.run([NODE, "-e", program], capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_websocket_loop_resumes_with_its_ticket_and_renews_it_before_it_expires():
    noted = play(
        SCRIPTS[0],
        """
        opened[0].onmessage({ data: frame("a") + frame("b") })
        opened[0].onclose()
        await later()
        opened[1].onmessage({ data: frame("c") })
        now = 3550_000  // less than a minute before the ticket's end
        opened[1].onclose()
        await later()
        """,
    )

    assert noted == {
        "urls": [
            "wss://game/?ticket=1&types=job.level_up",
            "wss://game/?ticket=1&types=job.level_up&last_event_id=b",
            "wss://game/?ticket=2&types=job.level_up&last_event_id=c",
        ],
        "pauses": [1000, 1000],
        "celebrated": ["a", "b", "c"],
        "tickets": 2,
    }


def test_the_websocket_loop_takes_another_ticket_after_a_refusal_and_backs_off():
    noted = play(
        SCRIPTS[0],
        """
        opened[0].onmessage({ data: '{"error": "The ticket has expired.", "code": "ticket_expired"}' })
        opened[0].onclose()
        await later()
        opened[1].onclose()  // the handshake was refused
        refused = 4          // nor does the bot answer
        for (let n = 0; n < 5; n += 1) await later()
        opened[2].onmessage({ data: frame("a") })
        opened[2].onclose()
        """,
    )

    assert noted["pauses"] == [1000, 2000, 4000, 8000, 16000, 16000, 1000]
    assert [url[:20] for url in noted["urls"]] == [
        "wss://game/?ticket=1",
        "wss://game/?ticket=2",
        "wss://game/?ticket=3",
    ]


def test_the_stream_gets_a_new_ticket_when_the_browser_has_given_up_and_backs_off():
    noted = play(
        SCRIPTS[1],
        """
        const message = { data: JSON.stringify({ payload: "a" }), lastEventId: "a" }
        opened[0].onopen()
        opened[0].listeners["job.level_up"](message)
        opened[0].readyState = 0
        opened[0].onerror()  // the browser reconnects by itself
        for (let n = 0; n < 3; n += 1) {
          opened[n].readyState = EventSource.CLOSED
          opened[n].onerror()
          await later()
        }
        """,
    )

    assert noted["pauses"] == [1000, 2000, 4000]
    assert noted["urls"][1] == "https://game.example/events?ticket=2&last_event_id=a"
    assert noted["celebrated"] == ["a"]
