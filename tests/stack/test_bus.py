"""The local bus delivers as EventBridge, SQS and Lambda do together."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
import pytest

from local.stack.messages import MessageStore
from local.stack.patterns import PatternError, check, matches
from local.stack.queues import Queue
from local.stack.resources import QueueSpec
from local.stack.stack import Stack
from tests.stack.small_stack import HEAD, eventually, running

TEMPLATE = (
    HEAD
    + """
  Bus:
    Type: AWS::Events::EventBus
    Properties: {Name: !Sub "${AWS::StackName}-events"}
  Sales:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: {source: [brandish], detail-type: [{prefix: item.}]}
      Targets: [{Id: Sales, Arn: !GetAtt SalesQueue.Arn}]
  SalesQueue:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 1
      RedrivePolicy: {deadLetterTargetArn: !GetAtt SalesDead.Arn, maxReceiveCount: 2}
  SalesDead: {Type: AWS::SQS::Queue}
  DirectDead: {Type: AWS::SQS::Queue}
  Unread: {Type: AWS::SQS::Queue}
  UnreadRule:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !GetAtt Bus.Arn
      EventPattern: {detail-type: [unread]}
      Targets: [{Id: Unread, Arn: !GetAtt Unread.Arn}]
  Consumer:
    Type: AWS::Serverless::Function
    Properties:
      Handler: MODULE.consume
      Events:
        Sales:
          Type: SQS
          Properties:
            Queue: !GetAtt SalesQueue.Arn
            BatchSize: 5
            FunctionResponseTypes: [ReportBatchItemFailures]
  Direct:
    Type: AWS::Serverless::Function
    Properties:
      Handler: MODULE.direct
      DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt DirectDead.Arn}
      Events:
        Rule:
          Type: EventBridgeRule
          Properties: {EventBusName: !Ref Bus, Pattern: {detail-type: [direct]}}
"""
)
BUS = "brandish-local-events"

_records: list[dict[str, Any]] = []
_batches: list[int] = []
_direct: list[dict[str, Any]] = []


def consume(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    _records.extend(event["Records"])
    _batches.append(len(event["Records"]))
    failures = [
        {"itemIdentifier": record["messageId"]}
        for record in event["Records"]
        if _is_hopeless(record) or _is_shaky(record)
    ]
    return {"batchItemFailures": failures}


def _is_hopeless(record: dict[str, Any]) -> bool:
    return "hopeless" in record["body"]


def _is_shaky(record: dict[str, Any]) -> bool:
    return "shaky" in record["body"] and record["attributes"]["ApproximateReceiveCount"] == "1"


def direct(event: dict[str, Any], _context: Any) -> None:
    _direct.append(event)
    if event["detail"].get("fails", 0) >= sum(seen["id"] == event["id"] for seen in _direct):
        raise RuntimeError("not this time")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("bus"), TEMPLATE, consume=consume, direct=direct) as started:
        yield started


@pytest.fixture
def events(stack: Stack) -> Any:
    """The client that the product makes: no address, no keys, only the environment."""
    assert stack.bus_url
    return boto3.Session().client("events")


def entry(detail_type: str, detail: Any = None, **more: Any) -> dict[str, Any]:
    return {
        "EventBusName": BUS,
        "Source": "brandish",
        "DetailType": detail_type,
        "Detail": json.dumps(detail or {}),
        **more,
    }


def received(marker: str) -> list[dict[str, Any]]:
    return [record for record in _records if marker in record["body"]]


def test_an_event_travels_by_rule_and_queue_to_its_consumer(stack: Stack, events: Any):
    answer = events.put_events(Entries=[entry("item.sold", {"marker": "plain", "name": "Ä"}, Resources=["arn:x"])])

    eventually(lambda: bool(received("plain")))
    (record,) = received("plain")
    envelope = json.loads(record["body"])
    assert envelope["id"] == answer["Entries"][0]["EventId"]
    assert envelope["detail"] == {"marker": "plain", "name": "Ä"}
    assert (envelope["version"], envelope["source"], envelope["detail-type"]) == (
        "0",
        "brandish",
        "item.sold",
    )
    assert (envelope["resources"], envelope["region"]) == (["arn:x"], "us-east-1")
    assert envelope["time"].endswith("Z")
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"].endswith(":SalesQueue")
    eventually(lambda: stack.bus.queues["SalesQueue"].depth() == 0)


def test_an_event_that_no_rule_matches_goes_nowhere(events: Any):
    answer = events.put_events(Entries=[entry("user.registered", {"marker": "unwanted"})])
    events.put_events(Entries=[entry("item.sold", {"marker": "after-unwanted"})])

    eventually(lambda: bool(received("after-unwanted")))
    assert answer["FailedEntryCount"] == 0
    assert not received('"unwanted"')


def test_waiting_messages_can_be_inspected(stack: Stack, events: Any):
    events.put_events(Entries=[entry("unread", {"n": 1}), entry("unread", {"n": 2})])

    bodies = [json.loads(body)["detail"]["n"] for body in stack.bus.queues["Unread"].bodies()]
    assert bodies == [1, 2]
    assert stack.bus.queues["Unread"].depth() == 2


def test_a_batch_is_no_larger_than_the_template_says(events: Any):
    events.put_events(Entries=[entry("item.sold", {"marker": "many"}) for _ in range(10)])

    eventually(lambda: len(received("many")) == 10)
    assert max(_batches) <= 5


def test_only_the_failed_part_of_a_batch_is_delivered_again(stack: Stack, events: Any):
    events.put_events(Entries=[entry("item.sold", {"marker": marker}) for marker in ("shaky", "steady-1", "steady-2")])

    eventually(lambda: len(received("shaky")) == 2)
    assert [record["attributes"]["ApproximateReceiveCount"] for record in received("shaky")] == ["1", "2"]
    assert len({record["messageId"] for record in received("shaky")}) == 1
    assert len(received("steady")) == 2
    eventually(lambda: stack.bus.queues["SalesQueue"].depth() == 0)


def test_a_message_that_fails_too_often_ends_in_the_dead_letter_queue(stack: Stack, events: Any):
    events.put_events(Entries=[entry("item.sold", {"marker": "hopeless"})])

    dead = stack.bus.queues["SalesDead"]
    eventually(lambda: dead.depth() == 1)
    assert len(received("hopeless")) == 2
    assert json.loads(dead.bodies()[0])["detail"] == {"marker": "hopeless"}
    assert stack.bus.queues["SalesQueue"].depth() == 0


def test_a_direct_target_is_tried_three_times(stack: Stack, events: Any):
    events.put_events(Entries=[entry("direct", {"marker": "recovers", "fails": 2}), entry("direct", {"fails": 3})])

    eventually(lambda: stack.bus.queues["DirectDead"].depth() == 1 and len(_direct) == 6)
    attempts = Counter(event["id"] for event in _direct)
    assert sorted(attempts.values()) == [3, 3]
    assert json.loads(stack.bus.queues["DirectDead"].bodies()[0])["detail"] == {"fails": 3}


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"Detail": "not json"}, "MalformedDetail"),
        ({"Detail": "[1]"}, "MalformedDetail"),
        ({"Source": ""}, "InvalidArgument"),
        ({"DetailType": ""}, "InvalidArgument"),
        ({"EventBusName": "someone-elses"}, "InvalidArgument"),
    ],
)
def test_a_bad_entry_fails_alone(events: Any, bad: dict[str, str], code: str):
    answer = events.put_events(Entries=[entry("other", **bad), entry("other")])

    assert answer["FailedEntryCount"] == 1
    assert answer["Entries"][0]["ErrorCode"] == code
    assert "EventId" in answer["Entries"][1]


@pytest.mark.parametrize(
    "entries",
    [
        [entry("other")] * 11,
        [entry("other", {"text": "x" * 131_100})] * 2,
    ],
)
def test_a_request_with_too_many_entries_is_refused_entirely(events: Any, entries: list[dict[str, Any]]):
    with pytest.raises(events.exceptions.ClientError, match="ValidationException"):
        events.put_events(Entries=entries)


def test_a_missing_service_is_named(stack: Stack):
    with pytest.raises(Exception, match="The local bus takes PutEvents"):
        boto3.Session().client("dynamodb").list_tables()


def test_many_publishers_lose_nothing(events: Any):
    def publish() -> None:
        for _ in range(20):
            events.put_events(Entries=[entry("item.bought", {"marker": "crowd"})])

    threads = [threading.Thread(target=publish) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    eventually(lambda: len(received("crowd")) == 80)
    assert len({json.loads(record["body"])["id"] for record in received("crowd")}) == 80


EVENT = {
    "source": "brandish",
    "detail-type": "item.sold",
    "detail": {
        "money": 250,
        "name": "Lootbox.PNG",
        "free": False,
        "none": None,
        "tags": ["rare", "old"],
        "empty": [],
        "address": "10.1.2.3",
        "user": {"platform": "twitch"},
    },
}


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ({"money": [250]}, True),
        ({"money": [1, 250]}, True),
        ({"money": ["250"]}, False),
        ({"free": [False]}, True),
        ({"free": [0]}, False),
        ({"none": [None]}, True),
        ({"absent": [None]}, False),
        ({"name": [{"prefix": "Loot"}]}, True),
        ({"name": [{"prefix": "loot"}]}, False),
        ({"name": [{"prefix": {"equals-ignore-case": "loot"}}]}, True),
        ({"name": [{"suffix": ".PNG"}]}, True),
        ({"name": [{"suffix": {"equals-ignore-case": ".png"}}]}, True),
        ({"name": [{"equals-ignore-case": "lootbox.png"}]}, True),
        ({"name": [{"wildcard": "L*box.*"}]}, True),
        ({"name": [{"wildcard": "L*box"}]}, False),
        ({"name": [{"wildcard": "L\\*"}]}, False),
        ({"name": [{"anything-but": "Lootbox.PNG"}]}, False),
        ({"name": [{"anything-but": ["a", "b"]}]}, True),
        ({"name": [{"anything-but": {"prefix": "Loot"}}]}, False),
        ({"name": [{"anything-but": {"suffix": [".jpg", ".gif"]}}]}, True),
        ({"name": [{"anything-but": {"wildcard": "*.PNG"}}]}, False),
        ({"absent": [{"anything-but": "x"}]}, False),
        ({"money": [{"numeric": [">", 100, "<=", 250]}]}, True),
        ({"money": [{"numeric": ["<", 250]}]}, False),
        ({"money": [{"numeric": ["=", 250.0]}]}, True),
        ({"name": [{"numeric": [">", 0]}]}, False),
        ({"money": [{"exists": True}]}, True),
        ({"absent": [{"exists": False}]}, True),
        ({"money": [{"exists": False}]}, False),
        ({"user": [{"exists": True}]}, False),
        ({"tags": ["old"]}, True),
        ({"tags": ["new"]}, False),
        ({"empty": [{"exists": False}]}, True),
        ({"address": [{"cidr": "10.0.0.0/8"}]}, True),
        ({"name": [{"cidr": "10.0.0.0/8"}]}, False),
        ({"user": {"platform": ["twitch"]}}, True),
        ({"user": {"platform": ["discord"]}}, False),
        ({"money": {"deeper": [1]}}, False),
        ({"$or": [{"money": [1]}, {"name": [{"prefix": "Loot"}]}]}, True),
        ({"$or": [{"money": [1]}, {"name": ["x"]}], "free": [False]}, False),
        ({"money": [250], "free": [True]}, False),
    ],
)
def test_a_pattern_matches_as_eventbridge_documents(detail: dict[str, Any], expected: bool):
    assert matches({"source": ["brandish"], "detail": detail}, EVENT) is expected


@pytest.mark.parametrize(
    "pattern",
    [
        {"source": "brandish"},
        {"source": []},
        {"source": [{"starts-with": "b"}]},
        {"source": [{"prefix": "a", "suffix": "b"}]},
        {"detail": {"money": [{"numeric": [">"]}]}},
        {"detail": {"money": [{"anything-but": {"numeric": [">", 1]}}]}},
        {"$or": [{"source": "x"}]},
    ],
)
def test_a_pattern_that_eventbridge_would_refuse_is_refused_at_start(pattern: dict[str, Any]):
    with pytest.raises(PatternError):
        check(pattern)


def test_a_bad_pattern_stops_the_start(tmp_path: Path):
    template = TEMPLATE.replace("{prefix: item.}", "{begins: item.}")

    with (
        pytest.raises(PatternError, match="begins"),
        running(tmp_path, template, consume=consume, direct=direct),
    ):
        pytest.fail("it started")


SPEC = QueueSpec("Q", 30, None, None, "arn:aws:sqs:eu-central-1:000000000000:Q")


def test_waiting_messages_survive_the_process(tmp_path: Path) -> None:
    with closing(MessageStore(tmp_path / "messages.db")) as store:
        before = Queue(SPEC, store)
        before.send("first")
        before.send("second")

    with closing(MessageStore(tmp_path / "messages.db")) as store:
        assert Queue(SPEC, store).bodies() == ["first", "second"]


def test_a_deleted_message_does_not_come_back(tmp_path: Path) -> None:
    async def work(queue: Queue) -> None:
        queue.send("done")
        [message] = await queue.receive(1)
        queue.delete(message)

    with closing(MessageStore(tmp_path / "messages.db")) as store:
        asyncio.run(work(Queue(SPEC, store)))

    with closing(MessageStore(tmp_path / "messages.db")) as store:
        assert Queue(SPEC, store).bodies() == []
