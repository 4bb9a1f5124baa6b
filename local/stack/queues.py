"""SQS queues, and the pollers that feed them to functions."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from uuid import uuid4

from local.stack.cloudformation import REGION
from local.stack.messages import MessageStore, StorageError
from local.stack.resources import QueueSource, QueueSpec
from local.stack.runtime import FunctionError, Runtime, Throttled
from local.stack.supervision import keep_running

log = logging.getLogger("local.stack.queues")

POLLERS: Final = 5  # Lambda begins with five


@dataclass(eq=False, slots=True)
class Message:
    body: str
    message_id: str = field(default_factory=lambda: str(uuid4()))
    sent_ms: int = field(default_factory=lambda: int(time.time() * 1000))
    first_received_ms: int = 0
    receives: int = 0
    receipt: str = ""
    source: str = ""  # the queue that has given up on it
    attributes: Mapping[str, str] = field(default_factory=dict)  # what only some queues have to say
    said: Mapping[str, Any] = field(default_factory=dict)  # MessageAttributes, which the sender has chosen
    reappearance: asyncio.TimerHandle | None = None


class Queue:
    """One queue. Belongs to an event loop; only `depth` and `bodies` may be called from elsewhere."""

    def __init__(self, spec: QueueSpec, store: MessageStore) -> None:
        """Messages that an earlier process left in the store become visible again."""
        self.spec = spec
        self.dead_letters: Queue | None = None
        self._store = store
        self._visible = deque[Message]()
        self._hidden: dict[str, Message] = {}  # by message id
        self._delayed = 0
        self._arrived = asyncio.Event()
        for message_id, body, group, from_queue, said in store.read(spec.name):
            message = self._restored(body, message_id, group)
            message.source = from_queue
            message.said = json.loads(said or "{}")
            self._add(message)

    def _restored(self, body: str, message_id: str, group: str) -> Message:
        return Message(body, message_id)

    def send(
        self,
        body: str,
        group: str | None = None,
        deduplication_id: str | None = None,
        delay_seconds: float | None = None,
        said: Mapping[str, Any] | None = None,
    ) -> Message:
        """Add a message; group and deduplication id are ignored by a standard queue.

        Args:
            delay_seconds: before it becomes visible; the queue's own delay if None.
            said: its MessageAttributes, which a FIFO queue of ours never gets.
        """
        message = Message(body, said=said or {})
        self._store.add(self.spec.name, message.message_id, body, said=json.dumps(message.said))
        self._add_new(message, delay_seconds)
        return message

    def take_over(self, body: str, message_id: str, group: str = "", source: str = "") -> None:
        """Add a message that the store has already, in another queue. It keeps its id.

        Args:
            source: the queue that has given up on it, if one has.
        """
        self._store.move(message_id, self.spec.name, source)
        message = self._restored(body, message_id, group)
        message.source = source
        self._add(message)

    async def receive(self, limit: int, window_seconds: float = 0) -> list[Message]:
        """Wait for 1 to `limit` messages, which are then hidden for the visibility timeout.

        Messages received too often go to the dead-letter queue instead.
        """
        while True:
            while not self._has_some():
                self._arrived.clear()
                await self._arrived.wait()
            if window_seconds and len(self._visible) < limit:
                await asyncio.sleep(window_seconds)
            batch = [self._hide(message) for message in self._take(limit) if not self._move_to_dead_letters(message)]
            if batch:
                return batch

    def receive_now(self, limit: int, hidden_seconds: float) -> list[Message]:
        """Receive up to `limit` messages, without waiting and without giving up on any."""
        return [self._hide(message, hidden_seconds) for message in self._take(limit)]

    def find_hidden(self, receipt: str) -> Message | None:
        """Return the message that was received with this receipt, while it is hidden."""
        return next((message for message in self._hidden.values() if message.receipt == receipt), None)

    def give_back(self, message: Message) -> None:
        """Make a received message visible again."""
        if message.reappearance:
            message.reappearance.cancel()
        self._reappear(message)

    def count(self) -> tuple[int, int]:
        """Return how many messages are visible, and how many are hidden."""
        return len(self.bodies()), len(self._hidden)

    def delete(self, message: Message) -> None:
        """Remove a received message. If the store fails, it stays hidden until its timeout and is received again."""
        if message.message_id in self._hidden:
            self._store.remove(message.message_id)
            del self._hidden[message.message_id]
            if message.reappearance:
                message.reappearance.cancel()

    def redrive(self, queues: Mapping[str, Queue], destination: Queue | None = None) -> int:
        """Send the visible messages to the queues that gave up on them, or all to one; return how many.

        Without a destination, what came from no queue stays: no one knows where it belongs.
        """
        moved = 0
        for message in self._take(self.depth()):
            try:
                if target := destination or queues.get(message.source):
                    target.take_over(message.body, message.message_id, message.attributes.get("MessageGroupId", ""))
                    moved += 1
                    continue
            except StorageError as error:
                log.warning("%s keeps a message: %s", self.spec.name, error)
            self._add(message)
        return moved

    def depth(self) -> int:
        """The number of messages, hidden and delayed ones included."""
        return len(self.bodies()) + len(self._hidden) + self._delayed

    def bodies(self) -> list[str]:
        """The visible messages, oldest first."""
        return [message.body for message in self._visible]

    def _has_some(self) -> bool:
        return bool(self._visible)

    def _take(self, limit: int) -> list[Message]:
        return [self._visible.popleft() for _ in range(min(limit, len(self._visible)))]

    def _add_new(self, message: Message, delay_seconds: float | None = None) -> None:
        """Make a message visible after its own delay, or the queue's."""
        seconds = self.spec.delay_seconds if delay_seconds is None else delay_seconds
        if not seconds:
            self._add(message)
            return
        self._delayed += 1
        asyncio.get_running_loop().call_later(seconds, self._add_delayed, message)

    def _add_delayed(self, message: Message) -> None:
        self._delayed -= 1
        self._add(message)

    def _add(self, message: Message) -> None:
        self._visible.append(message)
        self._arrived.set()

    def _hide(self, message: Message, seconds: float | None = None) -> Message:
        message.receives += 1
        message.receipt = str(uuid4())
        message.first_received_ms = message.first_received_ms or int(time.time() * 1000)
        self._hidden[message.message_id] = message
        loop = asyncio.get_running_loop()
        seconds = self.spec.visibility_seconds if seconds is None else seconds
        message.reappearance = loop.call_later(seconds, self._reappear, message)
        return message

    def _reappear(self, message: Message) -> None:
        if self._hidden.pop(message.message_id, None):
            self._add(message)

    def _move_to_dead_letters(self, message: Message) -> bool:
        if self.dead_letters is None or not self.spec.max_receives or message.receives < self.spec.max_receives:
            return False
        try:
            group = message.attributes.get("MessageGroupId", "")
            self.dead_letters.take_over(message.body, message.message_id, group, self.spec.name)
        except StorageError as error:
            log.warning("%s cannot give up on a message yet: %s", self.spec.name, error)
            return False
        log.warning("%s gave up on a message; it is in %s", self.spec.name, self.dead_letters.spec.name)
        return True


async def feed(queue: Queue, source: QueueSource, runtime: Runtime) -> None:
    """Feed a queue's batches to a function until cancelled. Failed messages stay hidden until their timeout ends."""
    while True:
        batch = await queue.receive(source.batch_size, source.window_seconds)
        event = {"Records": [_record(message, queue.spec) for message in batch]}
        try:
            answer = await runtime.invoke(source.function, event)
        except FunctionError as error:
            log.warning("%s failed a batch of %d: %s", source.function, len(batch), error)
            continue
        except Throttled:
            continue
        failed = _failed(answer, batch) if source.report_failures else set[str]()
        for message in batch:
            if message.message_id not in failed:
                await keep_running(f"Deleting from {queue.spec.name}", partial(_delete, queue, message))


async def _delete(queue: Queue, message: Message) -> None:
    queue.delete(message)


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _failed(answer: Any, batch: list[Message]) -> set[str]:
    """The ids that the function reports. A report that Lambda cannot read fails the whole batch."""
    everything = {message.message_id for message in batch}
    failures = answer.get("batchItemFailures") if isinstance(answer, dict) else None
    if not failures:
        return set()
    try:
        reported = {failure["itemIdentifier"] for failure in failures}
    except (KeyError, TypeError):
        return everything
    return reported if reported <= everything else everything


def _record(message: Message, spec: QueueSpec) -> dict[str, Any]:
    return {
        "messageId": message.message_id,
        "receiptHandle": message.receipt,
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.receives),
            "SentTimestamp": str(message.sent_ms),
            "SenderId": "local",
            "ApproximateFirstReceiveTimestamp": str(message.first_received_ms),
            **message.attributes,
        },
        "messageAttributes": {},
        "md5OfBody": md5(message.body),
        "eventSource": "aws:sqs",
        "eventSourceARN": spec.arn,
        "awsRegion": REGION,
    }
