"""The surroundings of a function of the outer ring, for tests: settings, tables and queues in moto, a clock."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws
from msgspec import Struct
from msgspec.structs import replace

from doors import aws, outbound

TABLE: Final = "destinations"
PRODUCT: Final = {"kernel", "doors", "community", "functions", "local"}
"""The packages whose modules have settings."""


@dataclass
class Time:
    """A function's remaining time, which passes only while it waits.

    Attributes:
        left: seconds.
        waits: the seconds of each wait, in order.
    """

    left: float = 60.0
    waits: list[float] = field(default_factory=list[float])

    function_name = "notifier"

    def get_remaining_time_in_millis(self) -> int:
        return int(self.left * 1000)

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.left -= seconds


@dataclass
class Aws:
    """AWS, simulated by moto.

    Attributes:
        dynamodb, sqs: clients.
    """

    dynamodb: Any
    sqs: Any
    dead_letters_url: str

    def dead_letters(self) -> list[dict[str, Any]]:
        """The envelopes in the dead letters."""
        found = self.sqs.receive_message(QueueUrl=self.dead_letters_url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"])["detail"] for message in found]

    def items(self) -> list[dict[str, Any]]:
        return self.dynamodb.scan(TableName=TABLE)["Items"]


@contextmanager
def played_by_moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Simulate AWS for a new environment."""
    with mock_aws():
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", _session())
        aws.client.cache_clear()
        yield
    aws.client.cache_clear()


@contextmanager
def outer_ring(monkeypatch: pytest.MonkeyPatch, **settings: Any) -> Iterator[Aws]:
    """Simulate what surrounds a function of the outer ring.

    Args:
        settings: override those of the test process.
    """
    with played_by_moto(monkeypatch):
        clear_caches()
        made = Aws(boto3.client("dynamodb"), boto3.client("sqs"), "")
        made.dynamodb.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        )
        queue = made.sqs.create_queue(QueueName="dead-letters")
        made.dead_letters_url = queue["QueueUrl"]
        here = {"destinations_table": TABLE, "dead_letters_url": made.dead_letters_url}
        use_settings(monkeypatch, **here, **settings)
        yield made
    clear_caches()


class _Session(boto3.Session):
    """Makes one client for each service and configuration: that takes longer than most calls to moto."""

    def __init__(self) -> None:
        super().__init__("nobody", "nothing", region_name="eu-central-1")
        self._made: dict[tuple[str, str], Any] = {}

    def client(self, service_name: str, *, config: Config | None = None) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        key = service_name, f"{vars(config)}" if config else ""
        if key not in self._made:
            self._made[key] = super().client(service_name, config=config)
        return self._made[key]


@cache
def _session() -> _Session:
    """Return a session that all tests share, because it caches megabytes of API descriptions."""
    return _Session()


def use_settings(monkeypatch: pytest.MonkeyPatch, **settings: Any) -> None:
    """Change settings in every module that has imported them.

    Args:
        settings: new values by field name, in any settings object.
    """
    unknown = set(settings)
    for module in [module for name, module in sys.modules.items() if name.partition(".")[0] in PRODUCT]:
        for name, before in list(vars(module).items()):
            if _are_settings(before):
                here = {each: settings[each] for each in before.__struct_fields__ if each in settings}
                monkeypatch.setattr(module, name, replace(before, **here))
                unknown -= here.keys()
    assert not unknown, f"nothing that has been imported reads {unknown}"


def _are_settings(held: Any) -> bool:
    return isinstance(held, Struct) and type(held).__module__.endswith(".settings")


def clear_caches() -> None:
    """Clear what an environment caches between invocations."""
    aws.client.cache_clear()
    outbound.circuit_breaker_of.cache_clear()
    outbound._idempotency_store.cache_clear()
    if api := sys.modules.get("doors.discord.api"):
        api.api.cache_clear()


def envelope(type: str, payload: Any, *, timestamp: int = 1_772_366_400, **metadata: Any) -> dict[str, Any]:
    return {
        "version": "1.0",
        "id": str(uuid4()),
        "type": type,
        "timestamp": timestamp,
        "payload": payload,
        "metadata": metadata,
    }


def batch(*envelopes: Mapping[str, Any], **delivered: Any) -> dict[str, Any]:
    """Return an SQS batch; the message ids are "0", "1", ..."""
    return {
        "Records": [
            {
                "messageId": str(number),
                "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:for-notifier.fifo",
                "attributes": {"MessageGroupId": "notifier"},
                "body": json.dumps({"detail": each, "detail-type": each["type"], **delivered}),
            }
            for number, each in enumerate(envelopes)
        ]
    }


def waiting(answer: Mapping[str, Any]) -> list[str]:
    """Return the ids of the messages that will be delivered again."""
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
