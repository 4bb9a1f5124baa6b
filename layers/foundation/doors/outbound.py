"""Delivering events to an external destination: in order, once, with retries.

A destination has a FIFO queue with one message group, so one environment at a time works on it. A message that
cannot be delivered now stays in the queue, with all messages after it.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from doors.aws import client
from doors.settings import settings
from doors.unavailable import Unavailable as Unavailable
from kernel.backoff import pauses
from kernel.per_environment import per_environment

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.idempotency import IdempotencyConfig
    from aws_lambda_powertools.utilities.idempotency.persistence.dynamodb import DynamoDBPersistenceLayer

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

Envelope = Mapping[str, Any]
"""An event on the bus: {version, id, type, timestamp, payload, metadata}. Source: rules 16."""

Send = Callable[[Envelope], None]

FAILURES_TO_OPEN = 5
OPEN_SECONDS = 60
BACKOFF_SECONDS = 0.5
"""The pause before the second attempt; it doubles with each further one."""

IDEMPOTENCY_SECONDS = 14 * 24 * 3600
IN_PROGRESS_RETRY_SECONDS = 2.0
LONGEST_REASON = 500
ATTEMPT_SECONDS = 8.0
"""No attempt begins with less time left."""


class Rejected(Exception):
    """The destination refuses this message for good."""


class CircuitBreaker(Struct):
    """A circuit breaker: it opens for a minute after five failures in a row; then one attempt decides.

    It is kept in memory: only one environment at a time calls the destination, and a new environment learns of the
    failures with its first attempt. Source: rules 16.
    """

    failures: int = 0
    open_until: float = 0.0  # time.monotonic()

    def is_open(self) -> bool:
        """Tell whether the destination must not be called now."""
        return time.monotonic() < self.open_until

    def succeeded(self) -> None:
        """Note a success."""
        self.failures = 0

    def failed(self) -> None:
        """Note a failure."""
        self.failures += 1
        if self.failures >= FAILURES_TO_OPEN:
            self.open_until = time.monotonic() + OPEN_SECONDS


@per_environment
def circuit_breaker_of(destination: str) -> CircuitBreaker:
    """Return the destination's circuit breaker in this environment."""
    return CircuitBreaker()


def deliver(
    event: Mapping[str, Any],
    context: Any,
    destination: str,
    send: Send,
    *,
    wait: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """Pass the messages of a FIFO queue to `send`, one after the other.

    Args:
        event: an SQS batch whose bodies are EventBridge events.
        send: raises Unavailable or Rejected. Any other exception is a bug; the message goes to the dead letters.

    Returns:
        The partial-batch answer, with all messages from the first one that has to wait.
    """
    records = event["Records"]
    for done, record in enumerate(records):
        try:
            _deliver(record, context, destination, send, wait)
        except Unavailable as error:
            log.warning("%s has to wait: %s", destination, error, extra={"messages": len(records) - done})
            return {"batchItemFailures": [{"itemIdentifier": each["messageId"]} for each in records[done:]]}
    return {"batchItemFailures": []}


def is_addressed_to(delivered: Mapping[str, Any], destination: str) -> bool:
    """Tell whether an EventBridge event is meant for the destination: a replay is for one destination only."""
    if "replay-name" in delivered:
        return False  # from the bus's archive: already delivered
    metadata = delivered["detail"]["metadata"]
    return not metadata.get("replay") or metadata.get("replay_to") == destination


def _deliver(
    record: Mapping[str, Any], context: Any, destination: str, send: Send, wait: Callable[[float], None]
) -> None:
    delivered = json.loads(record["body"])
    if not is_addressed_to(delivered, destination):
        return
    envelope: Envelope = delivered["detail"]
    breaker = circuit_breaker_of(destination)
    backoff = pauses(BACKOFF_SECONDS)
    while True:
        if breaker.is_open():
            raise Unavailable("left alone after five failures in a row")
        if not _has_time_for(0, context):
            raise Unavailable("there is no time left")
        try:
            _send_once(envelope, context, destination, send)
        except Unavailable as error:
            if error.retry_after is None:
                breaker.failed()
            backoff_seconds = next(backoff)
            pause = backoff_seconds if error.retry_after is None else error.retry_after
            if breaker.is_open() or not _has_time_for(pause, context):
                raise
            wait(pause)
        except Exception as error:
            breaker.succeeded()  # it answered, or was not called at all
            set_aside(record, envelope, destination, error)
            return
        else:
            breaker.succeeded()
            return


def _has_time_for(pause: float, context: Any) -> bool:
    return pause + ATTEMPT_SECONDS < context.get_remaining_time_in_millis() / 1000


def _send_once(envelope: Envelope, context: Any, destination: str, send: Send) -> None:
    """Send an event that the destination has not received yet.

    The attempt is recorded before and after sending, so one that was interrupted is retried once its function cannot
    be running any more. A destination may recognise a repetition by the event's id.
    """
    from aws_lambda_powertools.utilities.idempotency import idempotent_function
    from aws_lambda_powertools.utilities.idempotency.exceptions import (
        IdempotencyAlreadyInProgressError,
        IdempotencyInconsistentStateError,
        IdempotencyPersistenceLayerError,
    )

    store, config = _idempotency_store(destination)
    config.register_lambda_context(context)

    def act(key: dict[str, str]) -> None:
        send(envelope)

    guarded = idempotent_function(act, data_keyword_argument="key", persistence_store=store, config=config)
    replay = envelope["metadata"].get("replay_id", "")
    try:
        guarded(key={"id": envelope["id"], "replay": replay})
    except (IdempotencyAlreadyInProgressError, IdempotencyInconsistentStateError) as error:
        raise Unavailable("another attempt is under way", retry_after=IN_PROGRESS_RETRY_SECONDS) from error
    except IdempotencyPersistenceLayerError as error:
        raise Unavailable(f"DynamoDB: {error}") from error


@per_environment
def _idempotency_store(destination: str) -> tuple[DynamoDBPersistenceLayer, IdempotencyConfig]:
    from aws_lambda_powertools.utilities.idempotency import IdempotencyConfig
    from aws_lambda_powertools.utilities.idempotency.persistence.dynamodb import DynamoDBPersistenceLayer

    store = DynamoDBPersistenceLayer(
        table_name=settings.destinations_table,
        key_attr="pk",
        sort_key_attr="sk",
        static_pk_value=f"had#{destination}",
        expiry_attr="expires_at",
        boto3_client=client("dynamodb"),  # the default client would wait for a minute
    )
    return store, IdempotencyConfig(expires_after_seconds=IDEMPOTENCY_SECONDS)


def set_aside(record: Mapping[str, Any], envelope: Envelope, destination: str, error: Exception) -> None:
    """Move a message to the dead letters, which raise an alarm, so that the messages after it need not wait."""
    log.error(
        "%s does not take an event",
        destination,
        exc_info=None if isinstance(error, Rejected) else error,
        extra={"event_id": envelope["id"], "event_type": envelope["type"], "reason": str(error)},
    )
    # As EventBridge says it with what it gives up: for an administrator who sends it again (functions.shared.letters).
    said = {
        "TARGET_ARN": record["eventSourceARN"],
        "group": record.get("attributes", {}).get("MessageGroupId"),
        "ERROR_MESSAGE": str(error)[:LONGEST_REASON],
    }
    queue: Any = client("sqs")
    queue.send_message(
        QueueUrl=settings.dead_letters_url,
        MessageBody=record["body"],
        MessageAttributes={name: {"DataType": "String", "StringValue": value} for name, value in said.items() if value},
    )
