"""Inner functions and queues, as an outer function sees them through boto3."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError

from doors import aws
from kernel import connections
from kernel.database import Connection

Handler = Callable[[dict[str, Any], Any], Any]


@dataclass
class InnerRing:
    """Inner functions by name, on one connection.

    Attributes:
        asked: (function, payload) of each invocation.
        losing: the numbers of the invocations, from 1, whose answer gets lost: they have done their work.
        failing: those that fail before they do anything.
        sent: the messages that were sent to queues.
    """

    conn: Connection
    functions: Mapping[str, Handler]
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list[tuple[str, dict[str, Any]]])
    losing: set[int] = field(default_factory=set[int])
    failing: set[int] = field(default_factory=set[int])
    sent: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803, boto3's names
        payload = json.loads(Payload)
        with self._lock:
            self.asked.append((FunctionName, payload))
            number = len(self.asked)
            if number in self.failing:
                return {"FunctionError": "Unhandled", "Payload": io.BytesIO(b'{"errorType": "Timeout"}')}
            connections._environment.connection = self.conn  # in any thread
            try:
                answer = self.functions[FunctionName](payload, None)
            except Exception as error:
                text = json.dumps({"errorMessage": str(error)}).encode()
                return {"FunctionError": "Unhandled", "Payload": io.BytesIO(text)}
            if number in self.losing:
                raise ReadTimeoutError(endpoint_url="lambda")
            return {"Payload": io.BytesIO(json.dumps(answer).encode())}

    def send_message(self, **message: Any) -> None:
        self.sent.append(message)

    @property
    def operations(self) -> list[str]:
        return [payload["op"] for _, payload in self.asked]


@contextmanager
def inner_ring(
    monkeypatch: pytest.MonkeyPatch, conn: Connection, functions: Mapping[str, Handler]
) -> Iterator[InnerRing]:
    ring = InnerRing(conn, functions)
    monkeypatch.setattr(boto3, "client", lambda service, config=None: ring)
    aws.client.cache_clear()
    yield ring
    aws.client.cache_clear()
