"""From the outbox to EventBridge and on to a consumer: nothing lost, nothing counted twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace

from community.economy.events import ItemSold
from doors.discord.events import DiscordInteractionDeferred
from functions.community.tally.app import handler as tally_handler
from functions.shared.relay.app import handler, publish_batch
from kernel import connections as database
from kernel.counters import service as counters
from kernel.database import Connection, connect, transaction
from kernel.events import service as events
from tests.support.fakes import FakeEventBridge


class _Context:
    """A minute that is over after `calls` looks at the clock."""

    def __init__(self, calls: int = 4) -> None:
        self._left: Iterator[int] = iter([60_000] * calls)

    def get_remaining_time_in_millis(self) -> int:
        return next(self._left, 0)


def sold(quantity: int = 1) -> ItemSold:
    return ItemSold(user_id=uuid4(), item_name="item_spade", quantity=quantity, money_gained=40 * quantity, timestamp=0)


def announce(conn: Connection, *sales: ItemSold) -> None:
    with transaction(conn) as tx:
        for sale in sales:
            events.announce(tx, sale)


def in_seconds(conn: Connection, seconds: float) -> None:
    """Let time pass: what is due then is due now."""
    conn.execute("UPDATE events SET next_attempt_at = next_attempt_at - %s", (timedelta(seconds=seconds),))


def row(conn: Connection) -> dict[str, Any]:
    found = conn.execute("SELECT * FROM events ORDER BY position").fetchone()
    assert found is not None
    return found


def test_the_backlog_counts_what_has_not_been_tried_yet(environment: Connection):
    announce(environment, sold(), sold())

    with transaction(environment) as tx:
        assert events.backlog(tx) == events.Backlog(waiting=2, dead=0)


def test_events_that_are_too_much_for_one_call_go_out_in_several(
    environment: Connection, event_bridge: FakeEventBridge
):
    with transaction(environment) as tx:
        for number in range(9):
            events.broadcast(tx, f"said.{number}", "x" * 60_000)
        events.broadcast(tx, "said.too.much", "x" * 300_000)

    handler({}, _Context())

    assert event_bridge.types == [f"said.{number}" for number in range(9)]


def test_what_was_committed_is_published_once_and_in_order(environment: Connection, event_bridge: FakeEventBridge):
    announce(environment, *(sold(quantity) for quantity in range(1, 26)))

    assert [publish_batch() for _ in range(4)] == [10, 10, 5, 0]

    assert [detail["payload"]["quantity"] for detail in event_bridge.details] == list(range(1, 26))
    assert {entry["Source"] for entry in event_bridge.entries} == {"brandish"}
    detail = event_bridge.details[0]
    assert detail["version"] == "1.0"
    assert detail["type"] == "item.sold"
    assert detail["id"] == str(row(environment)["event_id"])


def test_what_was_asked_on_discord_leaves_the_log_with_the_event(
    environment: Connection, event_bridge: FakeEventBridge
):
    with transaction(environment) as tx:
        events.announce(tx, DiscordInteractionDeferred(application_id="1", token="secret", interaction={"id": "7"}))

    publish_batch()

    assert event_bridge.details[0]["payload"]["token"] == "secret"
    assert row(environment)["payload"] == {}


def test_a_transaction_that_rolls_back_announces_nothing(environment: Connection, event_bridge: FakeEventBridge):
    with pytest.raises(ZeroDivisionError), transaction(environment) as tx:
        events.announce(tx, sold())
        raise ZeroDivisionError

    assert publish_batch() == 0
    assert event_bridge.entries == []


def test_an_event_of_a_process_that_died_after_the_commit_is_delivered(
    environment: Connection, event_bridge: FakeEventBridge, database_url: str
):
    dies_after_commit = f"""
import os, signal
from tests.kernel.api.test_relay import announce, sold
from kernel.database import connect
announce(connect({database_url!r}), sold())
os.kill(os.getpid(), signal.SIGKILL)
"""
    died = subprocess.run(
        [sys.executable, "-c", dies_after_commit], env=os.environ | {"PYTHONPATH": ":".join(sys.path)}
    )
    assert died.returncode == -signal.SIGKILL

    publish_batch()

    assert event_bridge.types == ["item.sold"]


def test_a_refused_event_is_tried_after_2_4_8_16_and_32_seconds_and_is_dead_then(
    environment: Connection, event_bridge: FakeEventBridge
):
    event_bridge.refused = {"item.sold"}
    announce(environment, sold())

    for attempt, seconds in enumerate((2, 4, 8, 16, 32), start=1):
        before = datetime.now(UTC)
        assert publish_batch() == 1
        wait = timedelta(seconds=seconds)
        assert before + wait <= row(environment)["next_attempt_at"] <= datetime.now(UTC) + wait
        assert row(environment)["attempts"] == attempt
        in_seconds(environment, -60)  # far from due, however slow the machine is
        assert publish_batch() == 0
        in_seconds(environment, 60 + seconds)
    assert publish_batch() == 1

    assert row(environment)["next_attempt_at"] is None
    assert row(environment)["last_error"] == "InternalFailure: not today"
    with transaction(environment) as tx:
        assert events.backlog(tx) == events.Backlog(waiting=0, dead=1)


def test_one_refused_event_holds_up_none_of_the_others(environment: Connection, event_bridge: FakeEventBridge):
    event_bridge.refused = {"item.sold"}
    announce(environment, sold())
    with transaction(environment) as tx:
        counters.add(tx, {("nothing", ""): 1})
    environment.execute(
        "INSERT INTO events (event_id, event_type, payload, created_at)"
        " VALUES (gen_random_uuid(), 'other', '{}', now())"
    )

    publish_batch()

    assert event_bridge.types == ["other"]


def test_an_outage_loses_nothing(environment: Connection, event_bridge: FakeEventBridge):
    announce(environment, sold())
    event_bridge.down = True
    publish_batch()
    event_bridge.down = False
    in_seconds(environment, 2)

    publish_batch()

    assert event_bridge.types == ["item.sold"]


def test_a_connection_lost_in_the_middle_of_the_minute_is_replaced(
    environment: Connection, event_bridge: FakeEventBridge, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(database, "settings", replace(database.settings, database_url=database_url))
    announce(environment, sold())
    with closing(connect(database_url)) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (environment.info.backend_pid,))

        assert handler({}, _Context(calls=2))["published"] == 1

        database.connection().close()


def test_two_relays_at_once_share_the_work(environment: Connection, event_bridge: FakeEventBridge, database_url: str):
    announce(environment, *(sold() for _ in range(20)))
    with closing(connect(database_url)) as other, transaction(other) as tx:
        first: list[events.Envelope] = []

        def send(envelopes: list[events.Envelope]) -> list[str | None]:
            first.extend(envelopes)
            assert publish_batch() == 10  # the other relay, while these rows are held
            return [None] * len(envelopes)

        events.publish_due(tx, send)

    taken = {str(envelope.event_id) for envelope in first}
    assert len(taken) == 10
    assert not taken & {detail["id"] for detail in event_bridge.details}


def test_the_relay_works_until_its_minute_is_over_and_reports_the_backlog(
    environment: Connection,
    event_bridge: FakeEventBridge,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "brandish-dev")  # the alarm listens to its own stack
    announce(environment, *(sold() for _ in range(12)))

    assert handler({}, _Context(calls=2)) == {"published": 12, "waiting": 0, "dead": 0}

    metric = json.loads(capsys.readouterr().out)
    assert metric["DeadEvents"] == [0.0]
    assert metric["service"] == "brandish-dev"
    assert metric["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Brandish"


def queue_event(*details: dict[str, Any], **envelope: Any) -> dict[str, Any]:
    """What SQS hands to a function for events that a rule put there."""
    return {
        "Records": [
            {
                "messageId": f"message-{number}",
                "receiptHandle": "handle",
                "body": json.dumps(
                    {"source": "brandish", "detail-type": detail.get("type"), "detail": detail} | envelope
                ),
                "attributes": {},
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-central-1:000000000000:tally",
                "awsRegion": "eu-central-1",
            }
            for number, detail in enumerate(details)
        ]
    }


def delivered(sale: ItemSold, **metadata: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "type": sale.type,
        "payload": sale.model_dump(mode="json"),
        "metadata": metadata,
        "version": "1.0",
        "timestamp": 0,
    }


def counted(conn: Connection) -> dict[str, int]:
    with transaction(conn) as tx:
        return {metric: total for metric, _, total in counters.read(tx)}


NOTHING_FAILED = {"batchItemFailures": []}


def test_an_event_delivered_again_is_counted_once(environment: Connection):
    sale = delivered(sold(quantity=3))

    assert tally_handler(queue_event(sale, sale), None) == NOTHING_FAILED
    assert tally_handler(queue_event(sale), None) == NOTHING_FAILED

    assert counted(environment) == {"events_received_total": 1, "items_sold_total": 3, "money_earned_total": 120}


def test_the_order_of_delivery_does_not_matter(environment: Connection):
    sales = [delivered(sold(quantity)) for quantity in (1, 2, 4)]

    for order in permutations(sales):
        tally_handler(queue_event(*order), None)

    assert counted(environment)["items_sold_total"] == 7


def test_a_replayed_or_broadcast_event_is_not_counted(environment: Connection):
    tally_handler(queue_event(delivered(sold(), replay=True, replay_to="discord")), None)
    tally_handler(queue_event(delivered(sold(), broadcast=True)), None)
    tally_handler(queue_event(delivered(sold()), **{"replay-name": "yesterday"}), None)

    assert counted(environment) == {}


def test_a_message_that_cannot_be_counted_comes_again_alone(environment: Connection):
    broken = delivered(sold()) | {"payload": {"item_name": "item_spade"}}

    answer = tally_handler(queue_event(delivered(sold()), broken, delivered(sold())), None)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}
    assert counted(environment)["items_sold_total"] == 2
