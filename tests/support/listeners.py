"""WebSocket listeners without a network: the functions are real, moto simulates DynamoDB and SQS, and this module
simulates API Gateway's connections and the log behind the Lambda API, at the HTTP level of boto3."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote
from uuid import UUID, uuid4

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import MockRawResponse

from doors.aws import client
from functions.shared.sockets.app import handler
from kernel.events.frames import Frame
from tests.support.outer_ring import outer_ring, use_settings

TABLE = "listeners"


class Crash(Exception):
    """The function crashes."""


@dataclass
class Log:
    """
    Attributes:
        settled: how many of the frames can be read; the others' transactions are still at work.
        down: reads fail.
        meanwhile: types of events that happen one by one, each right after a read.
        readings: what was asked for.
    """

    frames: list[Frame] = field(default_factory=list[Frame])
    settled: int = 0
    down: bool = False
    meanwhile: list[str] = field(default_factory=list[str])
    readings: list[str | None] = field(default_factory=list)

    def happen(self, type: str, payload: Any = None, *, settled: bool = True) -> Frame:
        frame = Frame(uuid4(), type, 1_772_366_400, {"number": len(self.frames)} if payload is None else payload)
        self.frames.append(frame)
        if settled:
            self.settle()
        return frame

    def settle(self) -> None:
        self.settled = len(self.frames)

    def position(self, number: int) -> UUID:
        """Return the position after a number of frames."""
        return UUID(int=number << 80 | 8 << 76 | 2 << 62)

    def find(self, id: UUID) -> int | None:
        if id.version == 8:
            return id.int >> 80
        return next((number for number, frame in enumerate(self.frames, 1) if frame.id == id), None)

    def read(self, after: str | None, limit: int) -> dict[str, Any]:
        self.readings.append(after)
        start = self.find(UUID(after)) if after else None
        known = after is None or start is not None
        start = self.settled if start is None else start
        end = min(start + limit, max(start, self.settled))
        frames = self.frames[start:end]
        if self.meanwhile:
            self.happen(self.meanwhile.pop())
        return {
            "frames": [frame.as_json() for frame in frames],
            "place": str(self.position(end)),
            "full": end - start == limit,
            "known": known,
        }


@dataclass
class ListenerEnd:
    """The listener's end of a connection.

    Attributes:
        open: False until $connect has answered, and after it has gone.
        taken, failures: so many posts to it succeed from now on, and then so many fail.
        closed: by us.
        then: what happens after each message, before the function learns that it has arrived.
    """

    open: bool = True
    taken: int = 0
    failures: int = 0
    closed: bool = False
    messages: list[str] = field(default_factory=list[str])
    then: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])

    @property
    def frames(self) -> list[Frame]:
        return [frame for message in self.messages if message[0] != "{" for frame in read_frames(message)]

    @property
    def farewell(self) -> str | None:
        """The code of the last message, if that says why the connection was closed."""
        last = self.messages[-1] if self.messages else ""
        return json.loads(last)["code"] if self.closed and last.startswith("{") else None

    def names(self) -> list[str]:
        return [frame.type for frame in self.frames]


@dataclass
class FakeSockets:
    log: Log
    ends: dict[str, ListenerEnd]
    sqs: Any
    dynamodb: Any
    queue_url: str
    revoked: set[str] = field(default_factory=set[str])  # names of keys
    authorizers: dict[str, dict[str, str]] = field(default_factory=dict)  # what it said of each connection
    calls_left: int | None = None  # until the function dies
    before_call: Callable[[], None] | None = None

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text("here")

    def connect(
        self,
        connection_id: str = "c1=",
        *,
        opened: bool = True,
        age: float = 0,
        authorizer: dict[str, str] | None = None,
        **query: str,
    ) -> ListenerEnd:
        self.ends[connection_id] = ListenerEnd(open=opened)
        self.authorizers[connection_id] = authorizer or {"role": "viewer", "principalId": "overlay"}
        event = {"requestContext": self.about(connection_id, "CONNECT", age), "queryStringParameters": query or None}
        assert handler(event, None)["statusCode"] == 200
        return self.ends[connection_id]

    def say(self, connection_id: str, body: str) -> None:
        assert (
            handler({"requestContext": self.about(connection_id, "MESSAGE"), "body": body}, None)["statusCode"] == 200
        )

    def leave(self, connection_id: str) -> None:
        self.ends[connection_id].open = False
        handler({"requestContext": self.about(connection_id, "DISCONNECT")}, None)

    def about(self, connection_id: str, kind: str, age: float = 0) -> dict[str, Any]:
        return {
            "eventType": kind,
            "connectionId": connection_id,
            "connectedAt": int((time.time() - age) * 1000),
            "authorizer": self.authorizers.get(connection_id),
        }

    def items(self) -> dict[str, dict[str, Any]]:
        """The connections in the table, by id."""
        found = self.dynamodb.scan(TableName=TABLE)["Items"]
        return {item["sk"]["S"]: item for item in found if item["pk"]["S"] == "connection"}

    def wake_ups(self) -> list[dict[str, Any]]:
        """Receive and return the messages in the queue."""
        found: list[dict[str, Any]] = []
        while messages := self.sqs.receive_message(
            QueueUrl=self.queue_url, MaxNumberOfMessages=10, AttributeNames=["All"]
        ).get("Messages", []):
            for message in messages:
                self.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
            found += [{"body": each["Body"], "attributes": each["Attributes"]} for each in messages]
        return found

    def count_call(self, **_: Any) -> None:
        if self.before_call is not None:
            self.before_call()
        if self.calls_left is not None:
            if self.calls_left <= 0:
                raise Crash
            self.calls_left -= 1

    def answer_invoke(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        self.count_call()
        if self.log.down:
            return _response(request, 200, {"errorMessage": "no database"}, {"X-Amz-Function-Error": "Unhandled"})
        question = json.loads(_body(request))
        if "holders" in question:
            return _response(request, 200, {"revoked": sorted(self.revoked & {*question["holders"]})})
        return _response(request, 200, self.log.read(question["after"], question["limit"]))

    def answer_post(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        self.count_call()
        end = self._end(request)
        if end is None or not end.open:
            return _response(request, 410, {}, {"x-amzn-errortype": "GoneException"})
        if end.taken:
            end.taken -= 1
        elif end.failures:
            end.failures -= 1
            return _response(request, 403, {"message": "no"}, {"x-amzn-errortype": "ForbiddenException"})
        data = _body(request)
        if len(data) > 128 * 1024:
            return _response(request, 413, {"message": "large"}, {"x-amzn-errortype": "PayloadTooLargeException"})
        end.messages.append(data.decode())
        if end.then:
            end.then.pop(0)()
        return _response(request, 200, {})

    def answer_delete(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        self.count_call()
        if end := self._end(request):
            end.open, end.closed = False, True
        return _response(request, 204, {})

    def _end(self, request: AWSPreparedRequest) -> ListenerEnd | None:
        return self.ends.get(unquote(request.url.rpartition("/")[2]))


@contextmanager
def fake_sockets(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSockets]:
    with outer_ring(monkeypatch) as aws:
        aws.dynamodb.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        )
        fifo = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        url = aws.sqs.create_queue(QueueName="frames.fifo", Attributes=fifo)["QueueUrl"]
        use_settings(monkeypatch, connections_table=TABLE, frames_queue_url=url, feed_function="feed")
        made = FakeSockets(Log(), {}, aws.sqs, aws.dynamodb, url)
        gateway = "before-send.apigatewaymanagementapi"
        with (
            _asked("lambda", "before-send.lambda.Invoke", made.answer_invoke),
            _asked("apigatewaymanagementapi", f"{gateway}.PostToConnection", made.answer_post),
            _asked("apigatewaymanagementapi", f"{gateway}.DeleteConnection", made.answer_delete),
            _asked("dynamodb", "before-send.dynamodb", made.count_call),
        ):
            yield made


def read_frames(text: str) -> list[Frame]:
    """Parse a message as a listener does."""
    frames: list[Frame] = []
    for part in text.split("\n\n")[:-1]:
        id, type, data = part.split("\n")
        frame = Frame.from_json(json.loads(data.removeprefix("data: ")))
        assert (id, type) == (f"id: {frame.id}", f"event: {frame.type}")
        frames.append(frame)
    assert text.endswith("\n\n")
    return frames


@contextmanager
def _asked(service: str, event: str, answer: Callable[..., Any]) -> Iterator[None]:
    """Let a function answer in place of a service."""
    made: Any = client(service)
    made.meta.events.register(event, answer)
    yield
    made.meta.events.unregister(event, answer)


def _body(request: AWSPreparedRequest) -> bytes:
    body: Any = request.body
    return body if isinstance(body, bytes) else body.read()


def _response(
    request: AWSPreparedRequest, status: int, body: Any, headers: dict[str, str] | None = None
) -> AWSResponse:
    raw: Any = MockRawResponse(json.dumps(body))
    return AWSResponse(request.url, status, headers or {}, raw)
