"""Events are delivered at least once and take effect exactly once, though consumers race and processes are killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from functools import partial
from random import Random
from typing import Any
from uuid import uuid4

import pytest

from community.economy.events import ItemSold
from kernel.database import Connection, transaction
from kernel.events import service as events
from tests.promises.environment_pool import environments
from tests.support.fakes import fake_event_bridge


def message(quantity: int = 1) -> dict[str, Any]:
    """One of SQS's records, with a sale in it."""
    sale = {"item_name": "item_spade", "quantity": quantity, "money_gained": 40 * quantity}
    detail = {"id": str(uuid4()), "type": "item.sold", "payload": sale, "metadata": {}}
    return {"messageId": detail["id"], "eventSource": "aws:sqs", "body": json.dumps({"detail": detail})}


def deliver(*messages: dict[str, Any]) -> dict[str, Any]:
    from functions.community.tally.app import handler

    return handler({"Records": list(messages)}, None)


def sold(conn: Connection) -> int:
    rows = conn.execute("SELECT total FROM business_counters WHERE metric = 'items_sold_total'").fetchall()
    return rows[0]["total"] if rows else 0


def run(script: str, url: str, *arguments: str, **env: str) -> int:
    """The script's exit status, in a process of its own that is connected to the database."""
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env=os.environ | {"DATABASE_URL": url, "PYTHONPATH": os.pathsep.join(sys.path)} | env,
        check=False,
    ).returncode


def test_eight_concurrent_tallies_count_the_same_message_once(conn: Connection, database_url: str):
    """Defect 21: what had succeeded was done again when an event came again."""
    with environments(database_url, 8) as together:
        for _ in range(10):
            answers = together([partial(deliver, message(quantity=3))] * 8)
            assert answers == [{"batchItemFailures": []}] * 8

    assert sold(conn) == 30


def test_tallies_with_the_same_messages_in_different_orders_neither_block_nor_miscount(
    conn: Connection, database_url: str
):
    messages = [message(quantity) for quantity in range(1, 41)]
    orders = [Random(seed).sample(messages, len(messages)) for seed in range(4)]

    with environments(database_url, 4) as together:
        answers = together([partial(deliver, *order) for order in orders])

    assert answers == [{"batchItemFailures": []}] * 4
    assert sold(conn) == sum(range(1, 41))


DIES_AFTER_ITS_COMMIT = """
import json, os, signal, sys
from functions.community.tally.app import handler
assert handler({"Records": [json.loads(sys.argv[1])]}, None) == {"batchItemFailures": []}
os.kill(os.getpid(), signal.SIGKILL)
"""

DIES_BEFORE_ITS_COMMIT = """
import json, os, signal, sys
from uuid import UUID
from community.counters import COUNT_RULES
from kernel.events.tallying import tally
from kernel.database import transaction
from kernel.connections import connection
detail = json.loads(json.loads(sys.argv[1])["body"])["detail"]
with transaction(connection()) as tx:
    assert tally(tx, UUID(detail["id"]), detail["type"], detail["payload"], COUNT_RULES)
    tx.execute("SELECT 1").fetchone()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(
    ("script", "counted_by_the_dead"),
    [(DIES_AFTER_ITS_COMMIT, 5), (DIES_BEFORE_ITS_COMMIT, 0)],
    ids=["after", "before"],
)
def test_a_tally_that_dies_around_its_commit_counts_a_redelivered_message_once(
    conn: Connection, database_url: str, script: str, counted_by_the_dead: int
):
    undeleted = message(quantity=5)
    assert run(script, database_url, json.dumps(undeleted)) == -signal.SIGKILL
    assert sold(conn) == counted_by_the_dead

    with environments(database_url, 1) as together:
        assert together([partial(deliver, undeleted)]) == [{"batchItemFailures": []}]

    assert sold(conn) == 5


RELAY = """
from functions.shared.relay.app import publish_batch
publish_batch()
"""

RELAY_THAT_DIES_AFTER_SENDING = """
import os, signal
from kernel.database import transaction
from kernel.events import service as events
from doors.bus import put
from kernel.connections import connection
with transaction(connection()) as tx:
    events.publish_due(tx, lambda envelopes: put(envelopes) and os.kill(os.getpid(), signal.SIGKILL))
"""


def test_events_that_a_relay_sent_before_it_died_are_sent_again_and_counted_once(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        for quantity in (1, 2, 4):
            events.announce(
                tx,
                ItemSold(user_id=uuid4(), item_name="item_spade", quantity=quantity, money_gained=40, timestamp=0),
            )
    with fake_event_bridge() as bridge:
        aws = {
            "AWS_ENDPOINT_URL_EVENTBRIDGE": bridge.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "eu-central-1",
            "AWS_DEFAULT_REGION": "eu-central-1",
        }
        assert run(RELAY_THAT_DIES_AFTER_SENDING, database_url, **aws) == -signal.SIGKILL
        assert run(RELAY, database_url, **aws) == 0

    assert set(Counter(detail["id"] for detail in bridge.details).values()) == {2}
    with environments(database_url, 1) as together:
        records = [message() | {"body": json.dumps({"detail": detail})} for detail in bridge.details]
        together([partial(deliver, *records)])
    assert sold(conn) == 7
    assert conn.execute("SELECT count(*) AS n FROM events WHERE published_at IS NULL").fetchall() == [{"n": 0}]
