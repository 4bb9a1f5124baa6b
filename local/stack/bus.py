"""EventBridge, locally: the template's rules, and the delivery to their targets."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from local.stack.cloudformation import ACCOUNT, REGION, TemplateError
from local.stack.fifo import FifoQueue
from local.stack.messages import MessageStore
from local.stack.one_shots import OneShots
from local.stack.patterns import check, matches
from local.stack.queues import POLLERS, Queue, feed
from local.stack.resources import Function, QueueSpec, Rule, Target, Template
from local.stack.runtime import FunctionError, Runtime

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
        """Publish each entry separately; returns PutEvents' result entries, with an EventId or an ErrorCode."""
        return [self._put_one(entry) for entry in entries]

    def invoke_later(self, function: str, event: Any, dead_letters: str | None = None) -> None:
        """Invoke asynchronously with retries; a final failure goes to the dead-letter queue, if any."""
        task = asyncio.get_running_loop().create_task(self._invoke(function, event, dead_letters))
        self._deliveries.add(task)
        task.add_done_callback(self._deliveries.discard)

    def close(self) -> None:
        """Close the stores. No events may arrive after this."""
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
            # AWS drops such an event silently; here an error is more helpful.
            return {"ErrorCode": "InvalidArgument", "ErrorMessage": f"No event bus {bus} in the template."}
        event = _envelope(entry, detail)
        for rule in self._template.rules:
            if rule.bus == bus and matches(rule.pattern, event):
                for target in rule.targets:
                    self.deliver(target, event)
        return {"EventId": event["id"]}

    def deliver(self, target: Target, event: Any) -> None:
        """Deliver an event, or the target's own input, to a queue or a function."""
        body = target.input or json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        if target.kind == "queue":
            self.queues[target.name].send(body, target.group)
        else:
            self.invoke_later(target.name, json.loads(body), target.dead_letters)


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
