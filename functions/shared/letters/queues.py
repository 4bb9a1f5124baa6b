"""The dead letters in AWS's queues: a look at them, and what becomes of them.

SQS knows no way to look at a message but to receive it. So a look hides what it finds for some seconds, and then gives
it back. Of a group of a FIFO queue, it hands out no more than the first ten at a time; the others follow once those
are sent or dropped.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from typing import Any, Final

from doors.aws import client
from functions.shared.letters.settings import settings

HIDDEN_SECONDS: Final = 30
WAIT_SECONDS: Final = 1
"""With any, SQS asks every server that holds a part of the queue."""
SECONDS: Final = 15.0
"""For one request; the rest stays for the next one."""
PREFIX: Final = "message:"

Message = Mapping[str, Any]


def carry_out(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Do what the inner function has planned.

    Args:
        plan: `op` (list, redrive, drop), and `limit` or `ids`, where null stands for all.

    Returns:
        `letters` and `total` of a list; else `done`, how many messages were sent or dropped, and `stuck`, how many
        there is no queue for to send them to.
    """
    if plan["op"] == "list":
        return _list(plan["limit"], plan.get("ids"))
    return _settle(plan["ids"], _send_again if plan["op"] == "redrive" else lambda message: True)


def _list(limit: int, ids: Collection[str] | None) -> dict[str, Any]:
    letters: list[dict[str, Any]] = []
    total = 0
    for url in settings.urls:
        total += _count(url)
        with closing(_received(url, None if ids else limit)) as messages:
            found = map(_letter_of, messages)
            letters += [letter for letter in found if ids is None or letter["id"] in ids]
    return {"letters": sorted(letters, key=lambda each: each["at"], reverse=True)[:limit], "total": total}


def _settle(ids: Sequence[str] | None, act: Callable[[Message], bool]) -> dict[str, Any]:
    """Take messages out of the queues once `act` has done its part; False from it leaves them there."""
    wanted = None if ids is None else set(ids)
    started = time.time()  # what fails again at once must not be sent again and again
    deleted: set[str] = set()
    stuck = 0
    for url in settings.urls:
        with closing(_received(url, None, deleted)) as messages:
            for message in messages:
                if (wanted is not None and PREFIX + message["MessageId"] not in wanted) or _sent_at(message) > started:
                    continue
                if act(message):
                    _sqs().delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                    deleted.add(message["MessageId"])
                else:
                    stuck += 1
    return {"done": len(deleted), "stuck": stuck}


def _received(url: str, limit: int | None, deleted: Collection[str] = ()) -> Generator[Message]:
    """Yield the messages of a queue, each once, and give back at the end those that were not deleted meanwhile."""
    ends_at = time.monotonic() + SECONDS / len(settings.urls)
    seen: dict[str, str] = {}
    try:
        while time.monotonic() < ends_at and (limit is None or len(seen) < limit):
            answer = _sqs().receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=10,
                VisibilityTimeout=HIDDEN_SECONDS,
                WaitTimeSeconds=WAIT_SECONDS,
                MessageSystemAttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
            batch = [each for each in answer.get("Messages", []) if each["MessageId"] not in seen]
            if not batch:
                return
            seen |= {each["MessageId"]: each["ReceiptHandle"] for each in batch}
            yield from batch
    finally:
        for message_id in seen.keys() - set(deleted):
            with suppress(_sqs().exceptions.ClientError):  # it comes back by itself, only later
                _sqs().change_message_visibility(QueueUrl=url, ReceiptHandle=seen[message_id], VisibilityTimeout=0)


def _send_again(message: Message) -> bool:
    """Send a message to the queue that it was meant for; return whether there is one."""
    target = _target(message)
    if not target:
        return False
    queue: dict[str, Any] = {}
    if target.endswith(".fifo"):
        # Not by its content: the original may have been sent within the last five minutes.
        group = message["Attributes"].get("MessageGroupId") or _said(message, "group") or "redriven"
        queue = {"MessageGroupId": group, "MessageDeduplicationId": f"redriven-{message['MessageId']}"}
    url = f"{settings.urls[0].rpartition('/')[0]}/{target}"
    try:
        _sqs().send_message(QueueUrl=url, MessageBody=message["Body"], **queue)
    except _sqs().exceptions.QueueDoesNotExist:  # any more
        return False
    return True


def _target(message: Message) -> str:
    """Return the name of the queue that a message was meant for; "" where it was a function.

    The queue that gave up on it says so by itself, EventBridge and our notifiers (`doors.outbound`) by an attribute.
    """
    said = message.get("Attributes", {}).get("DeadLetterQueueSourceArn") or _said(message, "TARGET_ARN")
    return said.rpartition(":")[2] if ":sqs:" in said else ""


def _said(message: Message, name: str) -> str:
    return message.get("MessageAttributes", {}).get(name, {}).get("StringValue", "")


def _sent_at(message: Message) -> float:
    """Return when a message was sent, in Unix seconds."""
    return int(message["Attributes"]["SentTimestamp"]) / 1000


def _letter_of(message: Message) -> dict[str, Any]:
    """Return a message as it is listed. Without its attempts: what SQS counts grows with each look at it."""
    body = _read(message["Body"])
    said = _said(message, "ERROR_MESSAGE") or _said(message, "ErrorMessage")
    return {
        "id": PREFIX + message["MessageId"],
        "name": _name_of(body),
        "stopped_in": _target(message) or "an invocation",
        "reason": said or "The function failed each time: its log says why.",
        "at": datetime.fromtimestamp(_sent_at(message), UTC).isoformat(),
        "body": body,
    }


def _name_of(body: Any) -> str:
    if isinstance(body, dict):
        for name in ("detail-type", "kind"):
            if isinstance(body.get(name), str):
                return body[name]
    return ""


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _count(url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = _sqs().get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


def _sqs() -> Any:
    return client("sqs")
