"""EventBridge, locally: the template's rules, and the delivery to their targets."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from local.stack.cloudformation import ACCOUNT, REGION, TemplateError
from local.stack.fifo import FifoQueue
from local.stack.messages import MessageStore, StorageError
from local.stack.one_shots import OneShots
from local.stack.patterns import check, matches
from local.stack.queues import POLLERS, Queue, feed
from local.stack.resources import Function, QueueSpec, Rule, Target, Template
from local.stack.runtime import FunctionError, Runtime
from local.stack.supervision import keep_running

log = logging.getLogger("local.stack.bus")


class Bus:
    """Rules, queues and their consumers. Used only on the event loop that calls `run`."""

    def __init__(
        self,
        template: Template,
        runtime: Runtime,
        retry_delays: tuple[float, ...],
        messages: Path | None,
    ) -> None:
        for rule in template.rules:
            check(rule.pattern)
        _check_groups(template)
        for spec in template.queues.values():
            if spec.dead_letters and template.queues[spec.dead_letters].fifo != spec.fifo:
                raise TemplateError(f"{spec.name}: its dead-letter queue must be of the same kind")
        self._messages = MessageStore(messages)
        self.queues = {name: _queue(spec, self._messages) for name, spec in template.queues.items()}
        for queue in self.queues.values():
            queue.dead_letters = self.queues[queue.spec.dead_letters] if queue.spec.dead_letters else None
        self._template = template
        self._runtime = runtime
        self._retry_delays = retry_delays
        self._invocations: dict[str, asyncio.Task[None]] = {}  # by message id: Lambda, too, keeps them in a queue
        self.one_shots = OneShots(template, self.invoke_later, messages)

    async def run(self) -> None:
        """Feed every queue's consumers until cancelled."""
        async with asyncio.TaskGroup() as group:
            for source in self._template.sources:
                function = self._template.functions[source.function]
                work = partial(feed, self.queues[source.queue], source, self._runtime)
                for _ in range(_pollers(source.concurrency, function)):
                    group.create_task(keep_running(f"A consumer of {source.queue}", work))

    async def resume(self) -> None:
        """Begin again the asynchronous invocations that an earlier process has not finished."""
        for function in self._template.functions:
            for message_id, event, dead_letters, _, _ in list(self._messages.read(_invocations(function))):
                if message_id not in self._invocations:
                    self._begin(message_id, function, json.loads(event), dead_letters)

    def put(self, entries: list[Mapping[str, Any]]) -> list[dict[str, str]]:
        """Publish each entry separately; returns PutEvents' result entries, with an EventId or an ErrorCode."""
        return [self._put_one(entry) for entry in entries]

    def invoke_later(self, function: str, event: Any, dead_letters: str | None = None) -> None:
        """Invoke asynchronously with retries; a final failure goes to the dead-letter queue, if any."""
        queue = dead_letters or self._template.functions[function].dead_letters or ""
        message_id = str(uuid4())
        self._messages.add(_invocations(function), message_id, json.dumps(event), queue)
        self._begin(message_id, function, event, queue)

    def _begin(self, message_id: str, function: str, event: Any, dead_letters: str) -> None:
        work = self._invoke(message_id, function, event, dead_letters)
        task = self._invocations[message_id] = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(lambda _: self._invocations.pop(message_id))

    def close(self) -> None:
        """Close the stores. No events may arrive after this."""
        self.one_shots.close()
        self._messages.close()

    async def _invoke(self, message_id: str, function: str, event: Any, dead_letters: str) -> None:
        name = f"An invocation of {function}"
        succeeded = await keep_running(name, partial(self._try, function, event))
        queue = None if succeeded else self.queues.get(dead_letters)
        await keep_running(name, partial(self._conclude, message_id, event, queue))

    async def _try(self, function: str, event: Any) -> bool:
        """Invoke with retries; returns whether it succeeded."""
        try:
            await self._runtime.invoke_until_done(function, event, self._retry_delays)
        except FunctionError as error:
            log.error("%s failed for good: %s", function, error)
            return False
        return True

    async def _conclude(self, message_id: str, event: Any, dead_letters: Queue | None) -> None:
        if dead_letters:
            dead_letters.take_over(json.dumps(event), message_id)
        else:
            self._messages.remove(message_id)

    def _put_one(self, entry: Mapping[str, Any]) -> dict[str, str]:
        bus = str(entry.get("EventBusName", "default")).rpartition("/")[2]
        detail = _detail(entry)
        if detail is None:
            return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
        for name in ("Source", "DetailType"):
            if not entry.get(name):
                return {"ErrorCode": "InvalidArgument", "ErrorMessage": f"Parameter {name} is not valid."}
        if bus not in self._template.buses:
            # AWS drops such an event silently; here an error is more helpful.
            return {"ErrorCode": "InvalidArgument", "ErrorMessage": f"No event bus {bus} in the template."}
        event = _envelope(entry, detail)
        try:
            for rule in self._template.rules:
                if rule.bus == bus and matches(rule.pattern, event):
                    for target in rule.targets:
                        self.deliver(target, event)
        except StorageError as error:
            log.warning("an event cannot be delivered now: %s", error)
            return {"ErrorCode": "InternalFailure", "ErrorMessage": str(error)}
        return {"EventId": event["id"]}

    def deliver(self, target: Target, event: Any) -> None:
        """Deliver an event, or the target's own input, to a queue or a function."""
        body = target.input or json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        if target.kind == "queue":
            self.queues[target.name].send(body, target.group)
        else:
            self.invoke_later(target.name, json.loads(body), target.dead_letters)


def _invocations(function: str) -> str:
    """The name under which the store keeps the asynchronous invocations of a function."""
    return f"invocations of {function}"


def _queue(spec: QueueSpec, messages: MessageStore) -> Queue:
    return FifoQueue(spec, messages) if spec.fifo else Queue(spec, messages)


def _check_groups(template: Template) -> None:
    for source in (*template.rules, *template.schedules):
        targets = source.targets if isinstance(source, Rule) else [source.target]
        for target in targets:
            queue = template.queues.get(target.name) if target.kind == "queue" else None
            if queue and queue.fifo and not (target.group and queue.deduplicates):
                raise TemplateError(f"{source.name}: {queue.name} needs MessageGroupId and ContentBasedDeduplication")


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
