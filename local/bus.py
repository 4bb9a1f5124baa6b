"""EventBridge, locally: PutEvents over HTTP, the template's rules, and the delivery to their targets; and the way in to
its scheduler."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs
from uuid import uuid4

from local.cloudformation import ACCOUNT, REGION
from local.gateway import Receive, Send
from local.messages import MessageStore
from local.one_shots import PATH, OneShots, Refused
from local.patterns import check, matches
from local.queues import POLLERS, Queue, feed
from local.runtime import FunctionError, Runtime
from local.template import Function, Target, Template

log = logging.getLogger("local.bus")

MAX_ENTRIES: Final = 10
MAX_BYTES: Final = 256 * 1024  # of all entries together
RETRY_DELAYS: Final = (
    60.0,
    120.0,
)  # seconds, as Lambda waits between the attempts of an asynchronous invocation


class Bus:
    """Rules, queues and their consumers. Belongs to the event loop that calls `run`."""

    def __init__(
        self,
        template: Template,
        runtime: Runtime,
        retry_delays: tuple[float, ...] = RETRY_DELAYS,
        messages: Path | None = None,
    ) -> None:
        for rule in template.rules:
            check(rule.pattern)
        self._messages = MessageStore(messages)
        self.queues = {name: Queue(spec, self._messages) for name, spec in template.queues.items()}
        for queue in self.queues.values():
            queue.dead_letters = self.queues[queue.spec.dead_letters] if queue.spec.dead_letters else None
        self._template = template
        self._runtime = runtime
        self._retry_delays = retry_delays
        self._deliveries: set[asyncio.Task[None]] = set()
        self.one_shots = OneShots(template, self.invoke_later, messages)

    async def run(self) -> None:
        """Feed every queue's consumers until cancelled."""
        async with asyncio.TaskGroup() as group:
            for source in self._template.sources:
                function = self._template.functions[source.function]
                for _ in range(_pollers(source.concurrency, function)):
                    group.create_task(feed(self.queues[source.queue], source, self._runtime))

    def put(self, entries: list[Mapping[str, Any]]) -> list[dict[str, str]]:
        """Publish, each entry on its own: PutEvents' result entries, with an EventId or an ErrorCode."""
        return [self._put_one(entry) for entry in entries]

    def invoke_later(self, function: str, event: Any, dead_letters: str | None = None) -> None:
        """An asynchronous invocation, retried; what fails for good goes to the dead-letter queue, if any."""
        task = asyncio.get_running_loop().create_task(self._invoke(function, event, dead_letters))
        self._deliveries.add(task)
        task.add_done_callback(self._deliveries.discard)

    def close(self) -> None:
        """Nothing may arrive any more."""
        self.one_shots.close()
        self._messages.close()

    async def _invoke(self, function: str, event: Any, dead_letters: str | None) -> None:
        try:
            await self._runtime.invoke_until_done(function, event, self._retry_delays)
        except FunctionError as error:
            log.error("%s failed for good: %s", function, error)
            queue = dead_letters or self._template.functions[function].dead_letters
            if queue is not None:
                self.queues[queue].send(json.dumps(event))

    def _put_one(self, entry: Mapping[str, Any]) -> dict[str, str]:
        bus = str(entry.get("EventBusName", "default")).rpartition("/")[2]
        detail = _detail(entry)
        if detail is None:
            return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
        for name in ("Source", "DetailType"):
            if not entry.get(name):
                return {"ErrorCode": "InvalidArgument", "ErrorMessage": f"Parameter {name} is not valid."}
        if bus not in self._template.buses:
            # AWS swallows such an event without a word, which helps nobody here.
            return {"ErrorCode": "InvalidArgument", "ErrorMessage": f"No event bus {bus} in the template."}
        event = _envelope(entry, detail)
        for rule in self._template.rules:
            if rule.bus == bus and matches(rule.pattern, event):
                for target in rule.targets:
                    self._deliver(target, event)
        return {"EventId": event["id"]}

    def _deliver(self, target: Target, event: dict[str, Any]) -> None:
        body = target.input or json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        if target.kind == "queue":
            self.queues[target.name].send(body)
        else:
            self.invoke_later(target.name, json.loads(body), target.dead_letters)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """The HTTP side, as an ASGI application: what boto3 sends to AWS_ENDPOINT_URL."""
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = [
            (b"content-type", b"application/x-amz-json-1.1"),
            (b"x-amzn-requestid", str(uuid4()).encode()),
        ]
        if scope["path"].startswith(PATH):
            status, answer = self._schedule(scope, body)
            if kind := answer.pop("__type", None):
                headers.append((b"x-amzn-errortype", kind.encode()))
        else:
            target = dict(scope["headers"]).get(b"x-amz-target", b"").decode("ascii", "replace")
            status, answer = self._answer(target, body)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    def _schedule(self, scope: Mapping[str, Any], body: bytes) -> tuple[int, dict[str, Any]]:
        group = parse_qs(scope["query_string"].decode("ascii", "replace")).get("groupName", [None])[0]
        try:
            return 200, self.one_shots.answer(scope["method"], scope["path"], group, body)
        except Refused as refusal:
            return refusal.status, {"__type": refusal.kind, "Message": str(refusal)}

    def _answer(self, target: str, body: bytes) -> tuple[int, dict[str, Any]]:
        if target != "AWSEvents.PutEvents":
            return 400, _refusal("UnknownOperationException", f"The local bus takes PutEvents, not {target!r}.")
        try:
            entries = json.loads(body)["Entries"]
        except (ValueError, KeyError, TypeError):
            return 400, _refusal("SerializationException", "The body is not what PutEvents takes.")
        if not 1 <= len(entries) <= MAX_ENTRIES:
            constraint = "less than or equal to 10" if entries else "greater than or equal to 1"
            return 400, _refusal(
                "ValidationException",
                "1 validation error detected: Value at 'entries' failed to satisfy constraint: "
                f"Member must have length {constraint}",
            )
        if sum(map(_size, entries)) > MAX_BYTES:
            return 400, _refusal("ValidationException", "Total size of the entries in the request is over the limit.")
        results = self.put(entries)
        return 200, {"FailedEntryCount": sum("ErrorCode" in result for result in results), "Entries": results}


def _pollers(concurrency: int | None, function: Function) -> int:
    limits = [limit for limit in (concurrency, function.reserved_concurrency) if limit]
    return min([POLLERS, *limits])


def _detail(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    try:
        detail = json.loads(entry.get("Detail", ""))
    except (TypeError, ValueError):
        return None
    return detail if isinstance(detail, dict) else None


def _envelope(entry: Mapping[str, Any], detail: dict[str, Any]) -> dict[str, Any]:
    given = entry.get("Time")
    moment = datetime.fromtimestamp(given, UTC) if isinstance(given, int | float) else datetime.now(UTC)
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": ACCOUNT,
        "time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": list(entry.get("Resources", [])),
        "detail": detail,
    }


def _size(entry: Mapping[str, Any]) -> int:
    """An entry's size in bytes as EventBridge counts it."""
    texts = [entry.get("Source"), entry.get("DetailType"), entry.get("Detail"), *entry.get("Resources", [])]
    return sum(len(str(text).encode()) for text in texts if text) + (14 if "Time" in entry else 0)


def _refusal(kind: str, message: str) -> dict[str, str]:
    return {"__type": kind, "message": message}
