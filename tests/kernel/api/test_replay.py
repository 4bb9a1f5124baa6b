"""Part of the log on the bus once more: in order, for one destination, and the game stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import functions.shared.relay.app
from doors.discord.events import DiscordAnnouncementRequested
from functions.community.tally.app import handler as tally_handler
from functions.shared.replay.app import handler
from kernel.database import Connection, reading, transaction
from kernel.events import replaying
from kernel.events import service as events
from kernel.events.following import LogPosition, end, read_after
from kernel.events.replaying import ReplayRequested
from tests.kernel.api.test_relay import NOTHING_FAILED, counted, queue_event, sold
from tests.support.fakes import FakeEventBridge


class _Context:
    """Time for `parts` parts."""

    def __init__(self, parts: int = 1000) -> None:
        self._left: Iterator[int] = iter([60_000] * (parts - 1))

    def get_remaining_time_in_millis(self) -> int:
        return next(self._left, 0)


def asked(conn: Connection, to: str = "streamerbot", **more: Any) -> dict[str, Any]:
    """The delivery of a request for the whole log."""
    with transaction(conn) as tx:
        replaying.request_replay(tx, to, tx.now - timedelta(days=1), tx.now + timedelta(seconds=1), **more)
    return delivery_of(newest(conn))


def newest(conn: Connection) -> dict[str, Any]:
    row = conn.execute("SELECT event_id, event_type, payload FROM events ORDER BY position DESC LIMIT 1").fetchone()
    assert row is not None
    return row


def delivery_of(row: dict[str, Any]) -> dict[str, Any]:
    return {"id": str(row["event_id"]), "type": row["event_type"], "payload": row["payload"], "metadata": {}}


def count(conn: Connection, event_type: str) -> int:
    row = conn.execute("SELECT count(*) AS events FROM events WHERE event_type = %s", (event_type,)).fetchone()
    assert row is not None
    return row["events"]


def say(conn: Connection, *numbers: int) -> None:
    with transaction(conn) as tx:
        for number in numbers:
            events.broadcast(tx, "said", number)


def test_everything_goes_out_in_the_logs_order_as_it_was_and_marked(
    environment: Connection, event_bridge: FakeEventBridge
):
    say(environment, *range(25))
    with transaction(environment) as tx:
        events.announce(tx, sold())
        events.announce(tx, DiscordAnnouncementRequested(title="a", description="b", color=1))
    while functions.shared.relay.app.publish_batch():
        pass
    first = [detail for detail in event_bridge.details if not detail["type"].startswith("discord.")]
    event_bridge.entries.clear()
    request = asked(environment)

    assert handler(queue_event(request), _Context()) == NOTHING_FAILED

    marks = {"replay": True, "replay_to": "streamerbot", "replay_id": request["payload"]["replay_id"]}
    assert event_bridge.details == [detail | {"metadata": detail["metadata"] | marks} for detail in first]


def test_the_game_and_the_listeners_notice_nothing(environment: Connection, event_bridge: FakeEventBridge):
    with transaction(environment) as tx:
        events.announce(tx, sold(quantity=3))
    functions.shared.relay.app.publish_batch()
    tally_handler(queue_event(*event_bridge.details), None)
    before = counted(environment)
    event_bridge.entries.clear()
    request = asked(environment)
    with reading(environment) as tx:
        position = end(tx)

    handler(queue_event(request), _Context())
    tally_handler(queue_event(*event_bridge.details), None)

    assert [detail["type"] for detail in event_bridge.details] == ["item.sold"]
    assert counted(environment) == before
    with reading(environment) as tx:
        assert read_after(tx, position).frames == ()


def test_only_what_was_asked_for(environment: Connection, event_bridge: FakeEventBridge):
    mine = sold()
    with transaction(environment, now=datetime.now(UTC) - timedelta(days=2)) as tx:
        events.announce(tx, mine)  # before
    with transaction(environment) as tx:
        events.announce(tx, sold())
        events.announce(tx, mine)
        events.broadcast(tx, "said", 1)

    handler(queue_event(asked(environment, event_type="item.sold", player_id=mine.user_id)), _Context())

    assert [detail["payload"]["user_id"] for detail in event_bridge.details] == [str(mine.user_id)]


def test_what_there_is_no_time_for_is_asked_for_and_goes_on_where_it_stopped(
    environment: Connection, event_bridge: FakeEventBridge, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(replaying, "BATCH", 4)
    say(environment, *range(10))
    requests = [asked(environment)]

    while True:
        handler(queue_event(requests[-1], requests[-1]), _Context(parts=1))  # and delivered twice
        latest = delivery_of(newest(environment))
        if latest["id"] == requests[-1]["id"]:
            break
        requests.append(latest)

    said = [detail["payload"] for detail in event_bridge.details]
    assert len(requests) == 4  # the last finds nothing more
    assert count(environment, ReplayRequested.type) == 4
    assert list(dict.fromkeys(said)) == list(range(10))
    replays = {detail["metadata"]["replay_id"] for detail in event_bridge.details}
    assert replays == {request["payload"]["replay_id"] for request in requests}


def test_what_has_not_happened_yet_is_not_asked_for(environment: Connection):
    """It reaches everybody anyway, and would be told twice."""
    with transaction(environment) as tx:
        request, _ = replaying.request_replay(tx, "streamerbot", tx.now, tx.now + timedelta(hours=1))

        assert request.until == tx.now


def test_what_the_bus_does_not_take_comes_again(environment: Connection, event_bridge: FakeEventBridge):
    say(environment, 1)
    request = asked(environment)
    event_bridge.down = True

    failed = handler(queue_event(request), _Context())

    event_bridge.down = False
    assert failed["batchItemFailures"] == [{"itemIdentifier": "message-0"}]
    assert handler(queue_event(request), _Context()) == NOTHING_FAILED
    assert [detail["payload"] for detail in event_bridge.details] == [1]


@pytest.mark.parametrize("mark", [{"replay": True}, {"broadcast": True}])
def test_a_request_that_is_itself_replayed_or_made_up_is_not_obeyed(
    environment: Connection, event_bridge: FakeEventBridge, mark: dict[str, Any]
):
    say(environment, 1)

    handler(queue_event(asked(environment) | {"metadata": mark}), _Context())

    assert event_bridge.entries == []


def test_requests_are_not_replayed(environment: Connection, event_bridge: FakeEventBridge):
    asked(environment)

    handler(queue_event(asked(environment)), _Context())

    assert event_bridge.entries == []
    assert ReplayRequested.type not in [frame.type for frame in _all(environment)]


def _all(conn: Connection) -> Any:
    with reading(conn) as tx:
        return read_after(tx, LogPosition(0, 0)).frames
