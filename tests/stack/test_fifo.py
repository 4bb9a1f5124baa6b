"""The local FIFO queues keep the order of a group and deduplicate messages, as SQS and Lambda do together."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.stack.cloudformation import TemplateError
from local.stack.fifo import FifoQueue
from local.stack.messages import MessageStore
from local.stack.queues import Queue
from local.stack.resources import QueueSpec
from local.stack.stack import Stack
from tests.stack.small_stack import HEAD, eventually, running

TEMPLATE = (
    HEAD
    + """
  News:
    Type: AWS::Events::Rule
    Properties:
      EventPattern:
        source: [brandish]
        detail-type: [{anything-but: {prefix: private.}}]
        detail: {metadata: {replay: [{exists: false}]}}
      Targets: [{Id: News, Arn: !GetAtt NewsQueue.Arn, SqsParameters: {MessageGroupId: news}}]
  NewsQueue:
    Type: AWS::SQS::Queue
    Properties:
      FifoQueue: true
      ContentBasedDeduplication: true
      VisibilityTimeout: 1
      RedrivePolicy: {deadLetterTargetArn: !GetAtt NewsDead.Arn, maxReceiveCount: 2}
  NewsDead: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}
  Told: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}
  Plain: {Type: AWS::SQS::Queue}
  Minute:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: rate(1 minute)
      Target: {Arn: !GetAtt NewsQueue.Arn, Input: '{"tick": 1}', SqsParameters: {MessageGroupId: clock}}
  Consumer:
    Type: AWS::Serverless::Function
    Properties:
      Handler: MODULE.consume
      Environment: {Variables: {TOLD_URL: !Ref Told, PLAIN_URL: !GetAtt Plain.QueueUrl, NAME: !GetAtt Plain.QueueName}}
      Events:
        News:
          Type: SQS
          Properties: {Queue: !GetAtt NewsQueue.Arn, BatchSize: 5, FunctionResponseTypes: [ReportBatchItemFailures]}
"""
)

_batches: list[list[dict[str, Any]]] = []
_working = 0
_together = 0


def consume(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    global _working, _together
    _working += 1
    _together = max(_together, _working)
    _batches.append(event["Records"])
    time.sleep(0.02)
    _working -= 1
    failures = [
        {"itemIdentifier": record["messageId"]}
        for record in event["Records"]
        if "hopeless" in record["body"]
        or ("shaky" in record["body"] and record["attributes"]["ApproximateReceiveCount"] == "1")
    ]
    return {"batchItemFailures": failures}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("fifo"), TEMPLATE, consume=consume) as started:
        yield started


def publish(*markers: str, kind: str = "news", metadata: dict[str, Any] | None = None) -> None:
    detail = {"metadata": metadata or {}}
    entries = [
        {"Source": "brandish", "DetailType": kind, "Detail": json.dumps({"marker": marker, **detail})}
        for marker in markers
    ]
    boto3.Session().client("events").put_events(Entries=entries)


def handled(prefix: str) -> list[str]:
    bodies = [json.loads(record["body"]) for batch in _batches for record in batch]
    return [marker for body in bodies if (marker := body.get("detail", {}).get("marker", "")).startswith(prefix)]


def test_a_group_is_handled_in_order_one_batch_at_a_time(stack: Stack):
    global _together
    _together = 0
    wanted = [f"order-{number:02}" for number in range(30)]
    for number in range(0, 30, 10):
        publish(*wanted[number : number + 10])

    eventually(lambda: len(handled("order")) == 30)
    assert handled("order") == wanted
    assert _together == 1
    attributes = [record["attributes"] for batch in _batches for record in batch if "order-" in record["body"]]
    assert {each["MessageGroupId"] for each in attributes} == {"news"}
    numbers = [each["SequenceNumber"] for each in attributes]
    assert numbers == sorted(set(numbers))


def test_a_queue_with_a_delay_shows_its_messages_later_and_in_order():
    async def scenario() -> tuple[int, list[str], list[str]]:
        with closing(MessageStore()) as store:
            queue = FifoQueue(QueueSpec("slow", 30, None, None, "arn", fifo=True, delay_seconds=0.01), store)
            for number in range(3):
                queue.send(str(number), "group", str(number))
            depth, visible = queue.depth(), queue.bodies()
            return depth, visible, [message.body for message in await queue.receive(10, window_seconds=0.01)]

    assert asyncio.run(scenario()) == (3, [], ["0", "1", "2"])


def test_a_failed_message_is_delivered_again_before_later_ones(stack: Stack):
    publish("again-1", "again-2-shaky", "again-3-shaky")
    eventually(lambda: len(handled("again")) >= 3)
    publish("again-4")

    eventually(lambda: len(handled("again")) == 6)
    assert handled("again")[3:] == ["again-2-shaky", "again-3-shaky", "again-4"]


def test_a_message_that_fails_too_often_no_longer_blocks_its_group(stack: Stack):
    publish("dead-1-hopeless", "dead-2")

    dead = stack.bus.queues["NewsDead"]
    eventually(lambda: dead.depth() == 1)
    publish("dead-3")
    eventually(lambda: "dead-3" in handled("dead"))
    assert json.loads(dead.bodies()[0])["detail"]["marker"] == "dead-1-hopeless"


def test_a_rule_leaves_out_what_its_pattern_excludes(stack: Stack):
    publish("pattern-1", kind="private.note")
    publish("pattern-2", metadata={"replay": True})
    publish("pattern-3", metadata={"source": "x"})

    eventually(lambda: bool(handled("pattern")))
    assert handled("pattern") == ["pattern-3"]


def test_a_schedule_sends_its_input_to_a_queue(stack: Stack):
    eventually(lambda: any(record["body"] == '{"tick": 1}' for batch in _batches for record in batch))

    tick, *_ = (record for batch in _batches for record in batch if "tick" in record["body"])
    assert tick["attributes"]["MessageGroupId"] == "clock"


def test_a_message_waits_for_its_own_delay(stack: Stack):
    queue = stack.bus.queues["Plain"]
    before = queue.bodies(), queue.depth()

    boto3.Session().client("sqs").send_message(QueueUrl=os.environ["PLAIN_URL"], MessageBody="later", DelaySeconds=900)

    assert (queue.bodies(), queue.depth()) == (before[0], before[1] + 1)


def test_a_function_sends_to_the_address_in_its_environment(stack: Stack):
    url = os.environ["TOLD_URL"]
    sqs = boto3.Session().client("sqs")
    plain = sqs.send_message(QueueUrl=os.environ["PLAIN_URL"], MessageBody="Grüße")
    told = [
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId="g", MessageDeduplicationId=number)
        for body, number in (("first", "1"), ("second", "2"), ("first again", "1"))
    ]

    assert os.environ["NAME"] == "Plain"
    assert stack.bus.queues["Plain"].bodies() == ["Grüße"]
    assert plain["MessageId"]
    assert stack.bus.queues["Told"].bodies() == ["first", "second"]
    assert told[0]["MessageId"] == told[2]["MessageId"] != told[1]["MessageId"]
    assert told[0]["SequenceNumber"] < told[1]["SequenceNumber"]


@pytest.mark.parametrize(
    ("queue", "message", "code"),
    [
        ("Nothing", {"MessageBody": "x"}, "QueueDoesNotExist"),
        ("Told", {"MessageBody": "x"}, "MissingParameter"),
        ("Told", {"MessageBody": "x", "MessageGroupId": "g"}, "MissingParameter"),
        ("Plain", {"MessageBody": "x" * 262_145}, "InvalidParameterValue"),
        ("Plain", {"MessageBody": "x", "DelaySeconds": 901}, "InvalidParameterValue"),
        ("Told", {"MessageBody": "x", "MessageGroupId": "g", "DelaySeconds": 5}, "MissingParameter"),
    ],
)
def test_an_invalid_message_is_refused(stack: Stack, queue: str, message: dict[str, Any], code: str):
    assert stack.bus_url
    url = f"https://sqs.us-east-1.amazonaws.com/000000000000/{queue}"

    with pytest.raises(ClientError) as refused:
        boto3.Session().client("sqs").send_message(QueueUrl=url, **message)

    assert code in refused.value.response["Error"]["Code"]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("NewsDead: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}", "NewsDead: {Type: AWS::SQS::Queue}"),
        (", SqsParameters: {MessageGroupId: news}", ""),
        ("ContentBasedDeduplication: true", "ContentBasedDeduplication: false"),
    ],
)
def test_a_template_that_sqs_would_refuse_does_not_start(tmp_path: Path, right: str, wrong: str):
    assert right in TEMPLATE

    with pytest.raises(TemplateError), running(tmp_path, TEMPLATE.replace(right, wrong), consume=consume):
        pytest.fail("it started")


SPEC = QueueSpec("Q", 30, None, None, "arn:aws:sqs:us-east-1:000000000000:Q", fifo=True, deduplicates=True)


def test_a_clock_that_was_ahead_deduplicates_no_longer_than_usual(monkeypatch: pytest.MonkeyPatch):
    now = time.time()
    with closing(MessageStore()) as store:
        queue = FifoQueue(SPEC, store)
        monkeypatch.setattr(time, "time", lambda: now + 86_400)
        queue.send("same", "a")
        monkeypatch.setattr(time, "time", lambda: now)
        queue.send("same", "a")
        queue.send("same", "a")

        assert queue.bodies() == ["same", "same"]


def test_groups_do_not_wait_for_each_other():
    async def work(queue: FifoQueue) -> list[list[str]]:
        for body, group in (("a1", "a"), ("b1", "b"), ("a2", "a"), ("b2", "b")):
            queue.send(body, group)
        first = await queue.receive(1)
        second = await queue.receive(10)
        queue.delete(first[0])
        third = await queue.receive(10)
        return [[message.body for message in batch] for batch in (first, second, third)]

    with closing(MessageStore()) as store:
        assert asyncio.run(work(FifoQueue(SPEC, store))) == [["a1"], ["b1", "b2"], ["a2"]]


def test_waiting_and_received_messages_survive_the_process(tmp_path: Path):
    async def work(queue: FifoQueue) -> None:
        for body in ("first", "second", "third"):
            queue.send(body, "g")
        [message] = await queue.receive(1)
        queue.delete(message)
        await queue.receive(1)

    with closing(MessageStore(tmp_path / "messages.db")) as store:
        asyncio.run(work(FifoQueue(SPEC, store)))

    with closing(MessageStore(tmp_path / "messages.db")) as store:
        queue = FifoQueue(SPEC, store)
        queue.send("first", "g")
        queue.send("fourth", "g")
        assert queue.bodies() == ["second", "third", "fourth"]


def test_the_messages_of_an_earlier_version_are_found(tmp_path: Path):
    with closing(sqlite3.connect(tmp_path / "messages.db")) as db:
        db.execute("CREATE TABLE messages (message_id TEXT PRIMARY KEY, queue TEXT NOT NULL, body TEXT NOT NULL)")
        db.execute("INSERT INTO messages VALUES ('1', 'Q', 'old')")
        db.commit()

    with closing(MessageStore(tmp_path / "messages.db")) as store:
        assert list(store.read("Q")) == [("1", "old", "", "", "")]


@pytest.mark.parametrize("fifo", [True, False])
def test_dead_letters_go_back_to_the_queue_that_gave_up_on_them(tmp_path: Path, fifo: bool):
    arn = "arn:aws:sqs:us-east-1:000000000000:"
    alive = QueueSpec("Alive", 0.01, 1, "Dead", f"{arn}Alive", fifo=fifo, deduplicates=True)
    dead = QueueSpec("Dead", 30, None, None, f"{arn}Dead", fifo=fifo, deduplicates=True)
    kind = FifoQueue if fifo else Queue

    async def fail(queue: Queue, dead_letters: Queue) -> None:
        queue.dead_letters = dead_letters
        queue.send("poison", "g")
        dead_letters.send("from a rule", "g")
        await queue.receive(1)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(queue.receive(1), 0.1)

    with closing(MessageStore(tmp_path / "messages.db")) as store:
        asyncio.run(fail(kind(alive, store), kind(dead, store)))

    with closing(MessageStore(tmp_path / "messages.db")) as store:
        queue, dead_letters = kind(alive, store), kind(dead, store)
        assert dead_letters.redrive({"Alive": queue}) == 1
        assert (queue.bodies(), dead_letters.bodies()) == (["poison"], ["from a rule"])
        assert dead_letters.redrive({}, queue) == 1
        assert queue.bodies() == ["poison", "from a rule"]


def test_sending_takes_no_longer_after_thousands_of_messages():
    steps: list[None] = []
    with closing(MessageStore()) as store:
        queue = FifoQueue(SPEC, store)
        for number in range(2000):
            queue.send(f"{number}", "g")
        store._db.set_progress_handler(lambda: steps.append(None), 1000)
        queue.send("one more", "g")

    assert len(steps) < 2  # thousand steps of the store's


@pytest.mark.parametrize("fifo", [True, False])
def test_who_only_looks_at_messages_gives_them_back_and_may_delete_one(tmp_path: Path, fifo: bool):
    spec = QueueSpec("Dead", 30, None, None, "arn:aws:sqs:us-east-1:000000000000:Dead", fifo=fifo, deduplicates=True)

    async def look(queue: Queue) -> None:
        for body in ("one", "two"):
            queue.send(body, "g")
        seen = queue.receive_now(10, 30)
        assert queue.count() == (0, 2)
        for message in seen:
            found = queue.find_hidden(message.receipt)
            assert found
            queue.give_back(found)
        assert queue.count() == (2, 0)
        first, second = queue.receive_now(10, 30)
        queue.delete(first)
        queue.give_back(second)
        assert queue.find_hidden(second.receipt) is None
        assert queue.bodies() == ["two"]

    with closing(MessageStore(tmp_path / "messages.db")) as store:
        asyncio.run(look(FifoQueue(spec, store) if fifo else Queue(spec, store)))


def test_what_a_sender_says_beside_a_message_survives_the_process(tmp_path: Path):
    spec = QueueSpec("Dead", 30, None, None, "arn:aws:sqs:us-east-1:000000000000:Dead")
    said = {"TARGET_ARN": {"DataType": "String", "StringValue": "arn"}}

    for _ in range(2):
        with closing(MessageStore(tmp_path / "messages.db")) as store:
            queue = Queue(spec, store)
            if not queue.depth():
                asyncio.run(send(queue, said))
            [message] = queue._take(1)
            assert message.said == said


async def send(queue: Queue, said: dict[str, Any]) -> None:
    queue.send("body", said=said)
