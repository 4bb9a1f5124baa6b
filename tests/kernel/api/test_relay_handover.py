"""A relay whose time is over looks a last time without the lock; the next one, which has it, overtakes."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from msgspec.structs import replace

from functions.shared.relay import app as relay
from kernel import connections as database
from kernel.database import Connection, connect, transaction
from kernel.events import service as events
from tests.support.fakes import FakeEventBridge
from tests.support.races import PATIENCE


class Minute:
    def __init__(self, looks: int) -> None:
        self._left = looks

    def get_remaining_time_in_millis(self) -> int:
        self._left -= 1
        return 60_000 if self._left >= 0 else 0


def test_the_next_relay_does_not_overtake_the_last_batch_of_one_whose_time_is_over(
    environment: Connection, database_url: str, event_bridge: FakeEventBridge, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(relay, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(relay, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(database, "settings", replace(database.settings, database_url=database_url))
    with closing(connect(database_url)) as conn, transaction(conn) as tx:
        for number in range(30):
            events.broadcast(tx, f"news.{number}", {})
    put = event_bridge.put
    slow, begun, calls = threading.Event(), threading.Event(), iter(range(1000))

    def put_slowly(entries: list[dict[str, Any]]) -> dict[str, Any]:
        if entries[0]["DetailType"].startswith("news") and next(calls) == 0:
            begun.set()
            slow.wait(1)
        return put(entries)

    monkeypatch.setattr(event_bridge, "put", put_slowly)

    def run(minute: Minute) -> Any:
        try:
            return relay.handler({}, minute)
        finally:
            database.close()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(run, Minute(0))  # its time is over
        begun.wait(1)
        second = pool.submit(run, Minute(4))  # a writer, or the first one, has woken it
        second.result(PATIENCE)
        slow.set()
        first.result(PATIENCE)

    assert event_bridge.types == [f"news.{number}" for number in range(30)]
