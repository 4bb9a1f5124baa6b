"""The stream of a running stack that is restarted during play."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from kernel.database import connect, reading
from kernel.events.following import find_position, read_after
from local.stack.process import StackProcess
from tests.stack.small_stack import PATIENCE, eventually
from tests.support.event_source import EventSource, Message, Refused

API_KEY = "test-api-key"
SECONDS_EACH = 1.5
PLAYERS = 8
THE_END = {"the": "end"}


@dataclass
class Listener:
    source: EventSource
    got: list[Message] = field(default_factory=list)

    def listen(self) -> None:
        for message in self.source:
            self.got.append(message)

    @property
    def over(self) -> bool:
        return any(message.type == "item.added" and message.json["payload"] == THE_END for message in self.got)

    @property
    def ids(self) -> list[str]:
        return [message.last_id for message in self.got if message.type not in ("connected", "keepalive")]


def ask(url: str, path: str, body: Any, api_key: str = API_KEY) -> Any:
    address = urlsplit(url)
    assert address.hostname
    with closing(http.client.HTTPConnection(address.hostname, address.port, timeout=PATIENCE)) as connection:
        headers = {"X-API-Key": api_key, "Content-Type": "application/json"}
        connection.request("POST", path, json.dumps(body), headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
        assert response.status < 300, answer
        return answer


@contextmanager
def listening(listeners: list[Listener]) -> Iterator[None]:
    threads = [threading.Thread(target=listener.listen) for listener in listeners]
    for thread in threads:
        thread.start()
    try:
        eventually(lambda: all(listener.got for listener in listeners))
        yield
    finally:
        for listener in listeners:
            listener.source.close()
        for thread in threads:
            thread.join(PATIENCE)


@contextmanager
def playing(stack: StackProcess) -> Iterator[None]:
    """Eight connections get an item, again and again; what the restart breaks off is tried no more."""
    over = threading.Event()

    def play(number: int) -> None:
        player = {"platform": "twitch", "platform_id": f"{number}", "username": f"viewer{number}"}
        while not over.is_set():
            with suppress(OSError, http.client.HTTPException, AssertionError, ValueError):
                ask(stack.url, "/api/v1/user/register", player)
                ask(stack.url, "/api/v1/user/item/add", player | {"item_name": "item_spade", "quantity": 1})
            over.wait(0.05)

    threads = [threading.Thread(target=play, args=(number,)) for number in range(PLAYERS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(PATIENCE)


def logged(url: str, after: str) -> list[tuple[str, str]]:
    """(type, id) of every event behind that id, in the log's order."""
    with closing(connect(url)) as conn, reading(conn) as tx:
        place = find_position(tx, UUID(after))
        assert place is not None
        page = read_after(tx, place, 1_000_000)
    return [(frame.type, str(frame.id)) for frame in page.frames]


def test_a_listener_without_permission_is_refused(shared: tuple[StackProcess, str]):
    stack, _ = shared
    ticket = ask(stack.url, "/api/v1/realtime/ticket", {})["ticket"]

    for query, headers in (
        ("", {}),
        ("?ticket=nonsense", {}),
        (f"?key={API_KEY}", {}),
        (f"?ticket={ticket}", {"X-API-Key": "wrong"}),
        ("", {"x-amzn-request-context": '{"authorizer": {"role": "admin"}}'}),
    ):
        with pytest.raises(Refused) as refused:
            next(iter(EventSource(f"{stack.url}/api/v1/events{query}", headers)))
        assert refused.value.args[0] == 401, query
    with pytest.raises(AssertionError, match="unauthorized"):
        ask(stack.url, f"/api/v1/user/item/add?ticket={ticket}", {}, api_key="")


@pytest.mark.slow
def test_all_listeners_get_every_event_once_and_in_order_through_a_stop_and_a_crash(
    shared: tuple[StackProcess, str],
):
    stack, url = shared
    ticket = ask(stack.url, "/api/v1/realtime/ticket", {"ttl_seconds": 600})
    key = {"X-API-Key": API_KEY}
    paths = {
        "/api/v1/events": key,
        "/api/v1/events?": key,
        "/api/v1/events?types=item.added": key,
        ticket["events_path"]: {},
    }
    listeners = {path: Listener(EventSource(f"{stack.url}{path}", headers)) for path, headers in paths.items()}
    with listening(list(listeners.values())):
        with playing(stack):
            for end in (stack.stop, stack.kill):
                time.sleep(SECONDS_EACH)
                end()
                stack.start()
                for path, listener in listeners.items():
                    listener.source.move(f"{stack.url}{path}")
            time.sleep(SECONDS_EACH)
        ask(stack.url, "/api/v1/admin/sse/broadcast", {"type": "item.added", "payload": THE_END})
        eventually(lambda: all(listener.over for listener in listeners.values()))
    said = stack.output()
    for path, listener in listeners.items():
        wanted = {"item.added"} if "types" in path else None
        everything = logged(url, listener.got[0].last_id)
        assert listener.source.connections >= 3
        assert len(listener.ids) > 20
        heard = [id for type_, id in everything if not wanted or type_ in wanted]
        # The log's own end need not be the listener's: something may have happened since.
        assert listener.ids == heard[: len(listener.ids)], (path, said)
