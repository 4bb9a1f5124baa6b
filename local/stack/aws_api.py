"""The AWS APIs that functions call, over HTTP at AWS_ENDPOINT_URL.

EventBridge and its scheduler, SQS, Lambda, and API Gateway's connections.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, unquote
from uuid import uuid4

from local.stack import fifo, one_shots
from local.stack.bus import Bus
from local.stack.cloudformation import queue_url
from local.stack.errors import AwsError
from local.stack.gateway import Receive, Send
from local.stack.messages import StorageError
from local.stack.queues import Message, Queue, md5
from local.stack.runtime import FunctionError, Runtime, Throttled
from local.stack.sockets import Connections, Gone, TooLarge

log = logging.getLogger("local.stack.aws_api")

MAX_ENTRIES: Final = 10
MAX_DELAY_SECONDS: Final = 900
MAX_BYTES: Final = 256 * 1024  # of all entries together, and of a message in a queue
INVOCATIONS: Final = re.compile(r"/2015-03-31/functions/(.+)/invocations")
CONNECTIONS: Final = "/@connections/"


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    path: str
    query: bytes
    headers: Mapping[bytes, bytes]
    body: bytes

    def header(self, name: bytes) -> str:
        return self.headers.get(name, b"").decode("ascii", "replace")


@dataclass(frozen=True, slots=True)
class Answer:
    content: Any  # JSON, or the bytes themselves
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class AwsApi:
    """An ASGI application, for the event loop of the bus."""

    def __init__(self, bus: Bus, runtime: Runtime, connections: Connections | None) -> None:
        self._bus = bus
        self._runtime = runtime
        self._connections = connections
        self._functions = frozenset(runtime.names)
        self._operations: dict[str, Callable[[Any], Any]] = {
            "AWSEvents.PutEvents": self._put_events,
            "AmazonSQS.SendMessage": self._send_message,
            "AmazonSQS.ReceiveMessage": self._receive_message,
            "AmazonSQS.DeleteMessage": self._delete_message,
            "AmazonSQS.ChangeMessageVisibility": self._change_message_visibility,
            "AmazonSQS.GetQueueAttributes": self._get_queue_attributes,
            "AmazonSQS.StartMessageMoveTask": self._start_message_move_task,
        }

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        call = await _read(scope, receive)
        try:
            answer = await self._answer_or_refuse(call)
        except AwsError as refusal:
            error = {"__type": refusal.kind, "message": str(refusal), "Message": str(refusal)}
            answer = Answer(error, refusal.status, {"x-amzn-errortype": refusal.kind})
        body = answer.content if isinstance(answer.content, bytes) else json.dumps(answer.content).encode()
        headers = {"content-type": "application/x-amz-json-1.1", "x-amzn-requestid": str(uuid4()), **answer.headers}
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        raw.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": body})

    async def _answer_or_refuse(self, call: Call) -> Answer:
        try:
            return await self._answer(call)
        except StorageError as error:
            log.warning("%s %s cannot be stored now: %s", call.method, call.path, error)
            raise AwsError(500, "InternalFailure", str(error)) from error  # which AWS's clients try again

    def _answer(self, call: Call) -> Awaitable[Answer]:
        if call.path.startswith(CONNECTIONS):
            return self._connection(call)
        if match := INVOCATIONS.fullmatch(call.path):
            return self._invoke(unquote(match[1]), call)
        if call.path.startswith(one_shots.PATH):
            return self._schedule(call)
        return self._operate(call)

    async def _operate(self, call: Call) -> Answer:
        operation = self._operations.get(call.header(b"x-amz-target"))
        if operation is None:
            known = ", ".join(name.partition(".")[2] for name in self._operations)
            wanted = call.header(b"x-amz-target") or f"{call.method} {call.path}"
            raise AwsError(400, "UnknownOperationException", f"The local bus takes {known}, not {wanted!r}.")
        try:
            return Answer(operation(json.loads(call.body)))
        except (ValueError, KeyError, TypeError) as error:
            raise AwsError(400, "SerializationException", f"The body is not what this takes: {error!r}") from None

    async def _schedule(self, call: Call) -> Answer:
        group = parse_qs(call.query.decode("ascii", "replace")).get("groupName", [None])[0]
        return Answer(self._bus.one_shots.answer(call.method, call.path, group, call.body))

    def _put_events(self, request: Mapping[str, Any]) -> dict[str, Any]:
        entries = request["Entries"]
        if not 1 <= len(entries) <= MAX_ENTRIES:
            constraint = "less than or equal to 10" if entries else "greater than or equal to 1"
            raise AwsError(
                400,
                "ValidationException",
                "1 validation error detected: Value at 'entries' failed to satisfy constraint: "
                f"Member must have length {constraint}",
            )
        if sum(map(_size, entries)) > MAX_BYTES:
            raise AwsError(400, "ValidationException", "Total size of the entries in the request is over the limit.")
        results = self._bus.put(entries)
        return {"FailedEntryCount": sum("ErrorCode" in result for result in results), "Entries": results}

    def _send_message(self, request: Mapping[str, Any]) -> dict[str, Any]:
        body = request["MessageBody"]
        queue = self._queue(request)
        if not body or len(body.encode()) > MAX_BYTES:
            raise AwsError(400, "InvalidParameterValue", f"A message has 1 to {MAX_BYTES} bytes.")
        said = request.get("MessageAttributes")
        if said and queue.spec.fifo:
            raise AwsError(400, "UnsupportedOperation", "The local FIFO queues have no MessageAttributes.")
        delay: int | None = request.get("DelaySeconds")
        if delay is not None and not 0 <= delay <= MAX_DELAY_SECONDS:
            raise AwsError(400, "InvalidParameterValue", f"DelaySeconds must be 0 to {MAX_DELAY_SECONDS}.")
        try:
            message = queue.send(
                body, request.get("MessageGroupId"), request.get("MessageDeduplicationId"), delay, said
            )
        except fifo.MessageRejected as refusal:
            raise AwsError(400, "MissingParameter", str(refusal)) from None
        sent = {"MessageId": message.message_id, "MD5OfMessageBody": md5(body)}
        number = message.attributes.get("SequenceNumber")
        return {**sent, "SequenceNumber": number} if number else sent

    def _receive_message(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Receive what is there, without waiting; in answer to clients only, since functions are fed."""
        queue = self._queue(request)
        seconds = request.get("VisibilityTimeout", queue.spec.visibility_seconds)
        received = queue.receive_now(request.get("MaxNumberOfMessages", 1), seconds)
        arns = {name: each.spec.arn for name, each in self._bus.queues.items()}
        return {"Messages": [_received(message, arns.get(message.source)) for message in received]}

    def _delete_message(self, request: Mapping[str, Any]) -> dict[str, Any]:
        queue = self._queue(request)
        message = queue.find_hidden(request["ReceiptHandle"])
        if message is not None:
            queue.delete(message)
        return {}

    def _change_message_visibility(self, request: Mapping[str, Any]) -> dict[str, Any]:
        queue = self._queue(request)
        message = queue.find_hidden(request["ReceiptHandle"])
        if message is None:
            raise AwsError(400, "MessageNotInflight", "The message is not in flight.")
        if request["VisibilityTimeout"]:
            raise AwsError(400, "UnsupportedOperation", "Here, a message can only become visible at once.")
        queue.give_back(message)
        return {}

    def _get_queue_attributes(self, request: Mapping[str, Any]) -> dict[str, Any]:
        visible, hidden = self._queue(request).count()
        known = {"ApproximateNumberOfMessages": visible, "ApproximateNumberOfMessagesNotVisible": hidden}
        return {"Attributes": {name: str(known[name]) for name in request["AttributeNames"]}}

    def _queue(self, request: Mapping[str, Any]) -> Queue:
        queue = self._bus.queues.get(request["QueueUrl"].rpartition("/")[2])
        if queue is None or request["QueueUrl"] != queue_url(queue.spec.name):
            raise AwsError(400, "QueueDoesNotExist", "The specified queue does not exist.")
        return queue

    def _start_message_move_task(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Move at once what AWS would move in the background."""
        by_arn = {queue.spec.arn: queue for queue in self._bus.queues.values()}
        for name in ("SourceArn", "DestinationArn"):
            if name in request and request[name] not in by_arn:
                raise AwsError(404, "ResourceNotFoundException", "The resource that you specified does not exist.")
        source = by_arn[request["SourceArn"]]
        source.redrive(self._bus.queues, by_arn.get(request.get("DestinationArn", "")))
        return {"TaskHandle": str(uuid4())}

    async def _invoke(self, address: str, call: Call) -> Answer:
        name = _function_name(address)
        if call.method != "POST" or name not in self._functions:
            raise AwsError(404, "ResourceNotFoundException", f"Function not found: {address}")
        try:
            event = json.loads(call.body or b"{}")
        except ValueError as error:
            raise AwsError(400, "InvalidRequestContentException", f"The payload is not JSON: {error}") from None
        if call.header(b"x-amz-invocation-type") == "Event":
            self._bus.invoke_later(name, event)
            return Answer(b"", 202)
        headers = {"x-amz-executed-version": "$LATEST", "content-type": "application/json"}
        try:
            return Answer(await self._runtime.invoke(name, event), headers=headers)
        except FunctionError as error:
            return Answer(error.payload, headers={**headers, "x-amz-function-error": "Unhandled"})
        except Throttled:
            raise AwsError(429, "TooManyRequestsException", "Rate Exceeded.") from None

    async def _connection(self, call: Call) -> Answer:
        if self._connections is None:
            raise AwsError(403, "ForbiddenException", "The template has no WebSocket API.")
        connection = call.path.removeprefix(CONNECTIONS)
        try:
            match call.method:
                case "POST":
                    await self._connections.post(connection, call.body)
                    return Answer(b"")
                case "DELETE":
                    await self._connections.close(connection)
                    return Answer(b"", 204)
                case _:
                    return Answer(self._connections.describe(connection))
        except Gone:
            raise AwsError(410, "GoneException", "") from None
        except TooLarge:
            raise AwsError(413, "PayloadTooLargeException", "Message too long") from None


async def _read(scope: Mapping[str, Any], receive: Receive) -> Call:
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return Call(scope["method"], scope["path"], scope["query_string"], dict(scope["headers"]), body)


def _received(message: Message, source_arn: str | None) -> dict[str, Any]:
    attributes = {
        "ApproximateReceiveCount": str(message.receives),
        "SentTimestamp": str(message.sent_ms),
        **message.attributes,
    }
    if source_arn:
        attributes["DeadLetterQueueSourceArn"] = source_arn
    return {
        "MessageId": message.message_id,
        "ReceiptHandle": message.receipt,
        "Body": message.body,
        "MD5OfBody": md5(message.body),
        "Attributes": attributes,
        "MessageAttributes": message.said,
    }


def _function_name(address: str) -> str:
    """From a name, an address or a part of one, each with or without an alias."""
    name = address.partition(":function:")[2] or address
    return name.partition(":")[0]


def _size(entry: Mapping[str, Any]) -> int:
    """An entry's size in bytes as EventBridge counts it."""
    texts = [entry.get("Source"), entry.get("DetailType"), entry.get("Detail"), *entry.get("Resources", [])]
    return sum(len(str(text).encode()) for text in texts if text) + (14 if "Time" in entry else 0)
