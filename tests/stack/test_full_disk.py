"""A disk that is full for a while loses no message, and stops nothing for good."""

from __future__ import annotations

import asyncio
import errno
import io
import json
import resource
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local.stack import schedules, supervision, tables
from local.stack.bus import Bus
from local.stack.console import Console, Output
from local.stack.fifo import FifoQueue
from local.stack.messages import MessageStore, StorageError
from local.stack.one_shots import OneShots
from local.stack.queues import POLLERS, Queue
from local.stack.resources import QueueSpec, Schedule, Target
from local.stack.runtime import Runtime
from local.stack.stack import Stack
from local.stack.template import load
from tests.stack.small_stack import HEAD, PATIENCE, eventually, running

TEMPLATE = (
    HEAD
    + """
  News:
    Type: AWS::Events::Rule
    Properties: {EventPattern: {source: [test]}, Targets: [{Id: News, Arn: !GetAtt Waiting.Arn}]}
  Waiting: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 1}}
  Dead: {Type: AWS::SQS::Queue}
  Group: {Type: AWS::Scheduler::ScheduleGroup}
  Role: {Type: AWS::IAM::Role}
  Consumer:
    Type: AWS::Serverless::Function
    Properties:
      Handler: MODULE.consume
      DeadLetterQueue: {TargetArn: !GetAtt Dead.Arn}
      Events: {News: {Type: SQS, Properties: {Queue: !GetAtt Waiting.Arn, BatchSize: 1}}}
"""
)


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "FIRST_PAUSE", 0.01)


@contextmanager
def without_room(db: sqlite3.Connection) -> Iterator[None]:
    """Every write fails."""
    db.execute("PRAGMA query_only = ON")
    try:
        yield
    finally:
        db.execute("PRAGMA query_only = OFF")


def fifo(name: str = "fifo", *, max_receives: int | None = None, visibility: float = 0.01) -> QueueSpec:
    return QueueSpec(name, visibility, max_receives, None, "arn", fifo=True, deduplicates=True)


def test_a_message_is_stored_with_the_record_that_it_was_sent_or_not_at_all():
    async def scenario() -> tuple[list[Any], list[str]]:
        with closing(MessageStore()) as store:
            queue = FifoQueue(fifo(), store)
            (pages,) = store._db.execute("PRAGMA page_count").fetchone()
            store._db.execute(f"PRAGMA max_page_count = {pages}")  # from here on, the disk is full

            with pytest.raises(StorageError, match="full"):
                queue.send("small", "group", "large" * 10_000)

            store._db.execute("PRAGMA max_page_count = 1000000")
            kept = list(store.read("fifo"))
            queue.send("small", "group", "large" * 10_000)
            return kept, queue.bodies()

    assert asyncio.run(scenario()) == ([], ["small"])


def test_a_message_that_cannot_be_deleted_is_received_again_and_its_group_goes_on():
    async def scenario() -> list[str]:
        with closing(MessageStore()) as store:
            queue = FifoQueue(fifo(), store)
            queue.send("first", "group")
            queue.send("second", "group")
            (first,) = await queue.receive(1)
            with without_room(store._db), pytest.raises(StorageError):
                queue.delete(first)
            seen: list[str] = []
            async with asyncio.timeout(5):
                while len(seen) < 2:
                    (message,) = await queue.receive(1)
                    seen.append(message.body)
                    queue.delete(message)
            return seen

    assert asyncio.run(scenario()) == ["first", "second"]


@pytest.mark.parametrize("kind", [Queue, FifoQueue])
def test_a_message_that_cannot_be_moved_to_the_dead_letters_stays_and_is_moved_later(kind: type[Queue]):
    async def scenario() -> tuple[list[str], list[tuple[str, str]]]:
        with closing(MessageStore()) as store:
            queue, dead = kind(fifo("queue", max_receives=1), store), kind(fifo("dead"), store)
            queue.dead_letters = dead
            poison = queue.send("poison", "group")
            async with asyncio.timeout(5):
                await queue.receive(1)
                with without_room(store._db):
                    (again,) = await queue.receive(1)
                assert again.message_id == poison.message_id
                queue.send("good", "other")
                while "good" not in [message.body for message in await queue.receive(1)]:
                    pass
                while not dead.bodies():
                    with suppress(TimeoutError):
                        async with asyncio.timeout(0.02):
                            await queue.receive(1)
            assert [message_id for message_id, *_ in store.read("dead")][:1] == [poison.message_id]
            return dead.bodies()[:1], [(name, body) for name in ("queue", "dead") for _, body, *_ in store.read(name)]

    dead, stored = asyncio.run(scenario())

    assert dead == ["poison"]
    assert ("dead", "poison") in stored
    assert ("queue", "poison") not in stored


def test_the_bus_refuses_what_it_cannot_store_and_its_consumers_go_on(tmp_path: Path):
    handled: list[str] = []
    go_on = threading.Event()

    def consume(event: dict[str, Any], _context: Any) -> None:
        handled.extend(json.loads(record["body"])["detail"]["marker"] for record in event["Records"])
        assert go_on.wait(PATIENCE)

    def put(*markers: str) -> list[dict[str, Any]]:
        details = [json.dumps({"marker": marker}) for marker in markers]
        entries = [{"Source": "test", "DetailType": "x", "Detail": detail} for detail in details]
        return boto3.Session().client("events").put_events(Entries=entries)["Entries"]

    with running(tmp_path, TEMPLATE, consume=consume) as stack:
        first = {f"{number}" for number in range(POLLERS)}
        put(*first)
        eventually(lambda: first == set(handled))
        write(stack, "PRAGMA query_only = ON")
        go_on.set()  # now no consumer can delete its message
        assert put("refused")[0]["ErrorCode"] == "InternalFailure"
        with pytest.raises(ClientError, match="InternalFailure"):
            one_attempt = Config(retries={"total_max_attempts": 1})
            boto3.Session().client("lambda", config=one_attempt).invoke(FunctionName="Consumer", InvocationType="Event")
        write(stack, "PRAGMA query_only = OFF")
        put("afterwards")

        eventually(lambda: "afterwards" in handled)
        eventually(lambda: stack.bus.queues["Waiting"].depth() == 0)
        assert "refused" not in handled


def write(stack: Stack, statement: str) -> None:
    """On the store's own connection, in its own thread."""
    done = threading.Event()
    stack._loop.call_soon_threadsafe(lambda: (stack.bus._messages._db.execute(statement), done.set()))
    assert done.wait(PATIENCE)


class Invoked:
    """A runtime that notes invocations, and answers them or not."""

    def __init__(self, *, answers: bool = True) -> None:
        self.events: list[Any] = []
        self._answers = answers

    def start(self, name: str, event: Any) -> Future[Any]:
        self.events.append(event)
        answer: Future[Any] = Future()
        if self._answers:
            answer.set_result(None)
        return answer


def bus_of(tmp_path: Path, invoked: Invoked) -> Bus:
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE, encoding="utf-8")
    template = load(path)
    runtime = Runtime(template.functions, lambda _: False, invoked)
    return Bus(template, runtime, (0.01,), tmp_path / "kept.db")


def test_an_asynchronous_invocation_that_a_killed_stack_had_begun_is_begun_again(tmp_path: Path):
    killed, next_one, last = Invoked(answers=False), Invoked(), Invoked()

    async def scenario(invoked: Invoked, event: Any = None) -> None:
        bus = bus_of(tmp_path, invoked)
        await bus.resume()
        if event is not None:
            bus.invoke_later("Consumer", event)
        async with asyncio.timeout(5):
            while not (invoked.events if invoked is killed else not bus._invocations):
                await asyncio.sleep(0.001)
        bus.close()

    asyncio.run(scenario(killed, {"n": 1}))
    asyncio.run(scenario(next_one))
    asyncio.run(scenario(last))

    assert (killed.events, next_one.events, last.events) == ([{"n": 1}], [{"n": 1}], [])


def test_a_schedule_fires_once_there_is_room_again(caplog: pytest.LogCaptureFixture):
    delivered: list[Any] = []

    class Shaky:
        attempts = 0

        def deliver(self, target: Target, event: Mapping[str, Any]) -> None:
            self.attempts += 1
            if self.attempts < 3:
                raise sqlite3.OperationalError("database or disk is full")
            delivered.append(event)

    schedule = Schedule("Minute", "rate(1 minute)", "UTC", Target("queue", "Waiting", None, None))

    async def scenario() -> None:
        work = asyncio.create_task(schedules.run((schedule,), Shaky()))  # pyright: ignore[reportArgumentType]
        async with asyncio.timeout(5):
            while not delivered:
                await asyncio.sleep(0.001)
        work.cancel()

    asyncio.run(scenario())

    assert len(delivered) == 1
    assert [message.partition(" crashed")[0] for message in caplog.messages] == ["The schedule Minute"] * 2


def test_a_one_shot_that_cannot_be_forgotten_fires_once_and_is_forgotten_later(tmp_path: Path):
    fired: list[str] = []
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE, encoding="utf-8")
    template = load(path)

    async def scenario() -> None:
        with closing(OneShots(template, lambda function, _: fired.append(function), None)) as shots:
            work = asyncio.create_task(shots.run())
            request = {
                "GroupName": "Group",
                "FlexibleTimeWindow": {"Mode": "OFF"},
                "ActionAfterCompletion": "DELETE",
                "ScheduleExpression": f"at({datetime.now(UTC) + timedelta(seconds=1):%Y-%m-%dT%H:%M:%S})",
                "Target": {
                    "Arn": "arn:aws:lambda:us-east-1:000000000000:function:Consumer",
                    "RoleArn": next(iter(template.roles)),
                    "Input": "{}",
                },
            }
            shots.answer("POST", "/schedules/once", "Group", json.dumps(request).encode())
            async with asyncio.timeout(5):
                with without_room(shots._db):
                    while not fired:
                        await asyncio.sleep(0.001)
                    await asyncio.sleep(0.02)
                while shots._find(("Group", "once")):
                    await asyncio.sleep(0.001)
            work.cancel()

    asyncio.run(scenario())

    assert fired == ["Consumer"]


def test_what_functions_print_to_a_full_disk_fails_no_function():
    with open("/dev/full", "ab", buffering=0) as full:
        output = Output(full)

        print("a line", file=output, flush=True)
        print("and another", file=output, flush=True)


def test_a_request_succeeds_though_its_line_cannot_be_printed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    class Full(io.StringIO):
        def write(self, text: str, /) -> int:
            raise OSError(errno.ENOSPC, text)

    monkeypatch.setattr("sys.stdout", Full())

    Console(tmp_path / "functions.log").access("GET", "/api/v1/prices", 200, 1.5)


def test_the_tables_log_holds_whole_lines_only(tmp_path: Path):
    file = tmp_path / "tables"
    log = tables.os.open(file, tables.os.O_WRONLY | tables.os.O_CREAT | tables.os.O_APPEND)
    tables._append(log, "PutItem", "first")
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size + 5, hard))
    try:
        with pytest.raises(OSError, match="No space left"):
            tables._append(log, "PutItem", "second")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    tables._append(log, "PutItem", "third")
    tables.os.close(log)

    assert list(tables._read(file)) == [("PutItem", "first"), ("PutItem", "third")]
