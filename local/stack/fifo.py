"""SQS FIFO queues: messages of a group are delivered in order, and deduplicated within five minutes.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
"""

from __future__ import annotations

import bisect
import hashlib
import itertools
from collections import Counter, deque
from collections.abc import Mapping
from typing import Any, Final

from local.stack.messages import MessageStore
from local.stack.queues import Message, Queue
from local.stack.resources import QueueSpec

DEDUPLICATION_SECONDS: Final = 300


class MessageRejected(Exception):
    """SQS would reject this message."""


class FifoQueue(Queue):
    """A queue in which hidden messages of a group block the rest of the group."""

    def __init__(self, spec: QueueSpec, store: MessageStore) -> None:
        self._groups: dict[str, deque[Message]] = {}
        self._busy = Counter[str]()  # hidden messages of each group
        self._sequence = itertools.count(1)
        super().__init__(spec, store)

    def _restored(self, body: str, message_id: str, group: str) -> Message:
        return self._message(body, group, message_id, message_id)

    def send(
        self,
        body: str,
        group: str | None = None,
        deduplication_id: str | None = None,
        delay_seconds: float | None = None,
        said: Mapping[str, Any] | None = None,
    ) -> Message:
        """Add a message, unless it repeats one of the last five minutes.

        Raises:
            MessageRejected: no group, no way to deduplicate, or a delay of its own.
        """
        if delay_seconds is not None:
            raise MessageRejected("DelaySeconds is not valid for this queue type.")
        if not group:
            raise MessageRejected("The request must contain the parameter MessageGroupId.")
        if not deduplication_id and not self.spec.deduplicates:
            raise MessageRejected(
                "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId."
            )
        told_by = deduplication_id or hashlib.sha256(body.encode()).hexdigest()
        message = self._message(body, group, told_by)
        earlier = self._store.find_sent(self.spec.name, told_by, DEDUPLICATION_SECONDS)
        if earlier is not None:
            message.message_id = earlier
            return message
        self._store.add(self.spec.name, message.message_id, body, group, told_by)
        self._add_new(message)
        return message

    def bodies(self) -> list[str]:
        waiting = sorted((message for group in self._groups.values() for message in group), key=_order)
        return [message.body for message in waiting]

    def delete(self, message: Message) -> None:
        if message.message_id in self._hidden:
            super().delete(message)  # fails where the store does; the message then blocks its group until it reappears
            self._free(message)

    def _message(self, body: str, group: str, told_by: str, message_id: str | None = None) -> Message:
        message = Message(body) if message_id is None else Message(body, message_id)
        message.attributes = {
            "MessageGroupId": group,
            "MessageDeduplicationId": told_by,
            "SequenceNumber": f"{next(self._sequence):020d}",
        }
        return message

    def _has_some(self) -> bool:
        return any(group not in self._busy for group in self._groups)

    def _take(self, limit: int) -> list[Message]:
        free = sorted((self._groups[group] for group in self._groups if group not in self._busy), key=_head)
        taken: list[Message] = []
        for waiting in free:
            while waiting and len(taken) < limit:
                taken.append(waiting.popleft())
        self._groups = {group: waiting for group, waiting in self._groups.items() if waiting}
        return taken

    def _add(self, message: Message) -> None:
        # What comes again goes back to its place: before all that was sent after it.
        bisect.insort(self._groups.setdefault(_group(message), deque()), message, key=_order)
        self._arrived.set()

    def _hide(self, message: Message, seconds: float | None = None) -> Message:
        self._busy[_group(message)] += 1
        return super()._hide(message, seconds)

    def _reappear(self, message: Message) -> None:
        if message.message_id in self._hidden:
            super()._reappear(message)
            self._free(message)

    def _free(self, message: Message) -> None:
        group = _group(message)
        self._busy[group] -= 1
        if not self._busy[group]:
            del self._busy[group]
            self._arrived.set()


def _group(message: Message) -> str:
    return message.attributes["MessageGroupId"]


def _order(message: Message) -> str:
    return message.attributes["SequenceNumber"]


def _head(waiting: deque[Message]) -> str:
    return _order(waiting[0])
