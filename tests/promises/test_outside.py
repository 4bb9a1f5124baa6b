"""Each request is answered once, no matter what happens to its messages and to the function that answers it."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from random import Random
from threading import Lock, local
from typing import Any

import boto3
import pytest

import functions.shared.outside.app
from doors import aws, desk
from kernel import connections
from kernel.database import Connection, Tx, connect, transaction
from kernel.outside import service
from kernel.outside.models import Kind, Prompt, Reply, Request
from tests.support.llm_peer import LlmPeer, answering, llm_peer
from tests.support.outer_ring import Time, use_settings

pytestmark = pytest.mark.slow

KIND = "accounts.toy"
REQUESTS = 500
DELIVERIES = 3
WORKERS = 6
KILLED_ONE_IN = 5
MOST_ROUNDS = 200


class Killed(BaseException):
    """The outer function's process has died."""


class Toys:
    """A kind whose consequences are rows that nothing keeps from being written twice."""

    @staticmethod
    def prepare(tx: Tx, request: Request) -> Prompt:
        return Prompt("toy", "", str(request.input["number"]), 10, "")

    @staticmethod
    def finish(tx: Tx, request: Request, reply: Reply) -> None:
        tx.execute("INSERT INTO toys (number, outcome) VALUES (%s, 'finished')", (request.input["number"],))

    @staticmethod
    def fail(tx: Tx, request: Request, reason: str) -> None:
        tx.execute("INSERT INTO toys (number, outcome) VALUES (%s, 'failed')", (request.input["number"],))


class DangerousRing:
    """Invokes the desk, and kills the invoking function before or after it at random."""

    def __init__(self, url: str, stack: ExitStack, rng: Random) -> None:
        self._desk = desk.create_handler([Kind(KIND, Toys.prepare, Toys.finish, Toys.fail)])
        self._url = url
        self._stack = stack
        self._rng = rng
        self._mine = local()
        self._lock = Lock()
        self.kills = Counter[int]()

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803, boto3's names
        if not hasattr(self._mine, "conn"):
            with self._lock:
                self._mine.conn = self._stack.enter_context(closing(connect(self._url)))
        connections._environment.connection = self._mine.conn
        payload = json.loads(Payload)
        self._may_kill(payload["request_id"])
        answer = self._desk(payload, None)
        self._may_kill(payload["request_id"])
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}

    def send_message(self, **message: Any) -> None:
        """Lose the message: the clock makes up for it."""

    def _may_kill(self, request_id: int) -> None:
        with self._lock:
            if self._rng.randrange(KILLED_ONE_IN) == 0:
                self.kills[request_id] += 1
                raise Killed


@pytest.fixture
def peer(monkeypatch: pytest.MonkeyPatch) -> Iterator[LlmPeer]:
    with llm_peer() as peer:
        use_settings(monkeypatch, provider="openai", openai_base_url=peer.url, retries=0)
        yield peer


def test_every_request_ends_once_and_no_call_is_made_in_vain(
    database_url: str, conn: Connection, peer: LlmPeer, monkeypatch: pytest.MonkeyPatch
):
    use_settings(monkeypatch, desks={"accounts": "Desk"}, queue_url="queue")
    conn.execute("CREATE TABLE toys (number integer, outcome text)")
    failures = Counter[str]()
    calls = Counter[str]()

    one_at_a_time = Lock()

    def third_time_unlucky(handler: Any) -> None:
        number = handler.body["messages"][1]["content"]
        with one_at_a_time:
            calls[number] += 1
            unlucky = calls.total() % 3 == 0
            failures[number] += unlucky
        body = b"" if unlucky else answering("Fine.")
        handler.send_response(500 if unlucky else 200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    peer.steps = [third_time_unlucky]
    with transaction(conn) as tx:
        service.ask_all(tx, KIND, [service.Asked(f"toy:{number}", {"number": number}) for number in range(REQUESTS)])
    numbers = {
        row["request_id"]: row["input"]["number"]
        for row in conn.execute("SELECT request_id, input FROM kernel.outside_requests").fetchall()
    }
    with ExitStack() as stack:
        ring = DangerousRing(database_url, stack, Random(5))
        monkeypatch.setattr(boto3, "client", lambda service, config=None: ring)
        aws.client.cache_clear()
        pool = stack.enter_context(ThreadPoolExecutor(WORKERS))
        for _ in range(MOST_ROUNDS):
            # Time passes: pauses are over, and the leases of what was killed.
            conn.execute("UPDATE kernel.outside_requests SET due_at = now(), leased_until = now()")
            open_ones = conn.execute(
                "SELECT request_id FROM kernel.outside_requests WHERE status IN ('pending', 'claimed')"
            ).fetchall()
            if not open_ones:
                break
            messages = [row["request_id"] for row in open_ones] * DELIVERIES
            Random(len(messages)).shuffle(messages)
            list(pool.map(deliver, messages))
    aws.client.cache_clear()

    ended = conn.execute("SELECT request_id, status, attempts FROM kernel.outside_requests").fetchall()
    outcomes = Counter(
        (row["number"], row["outcome"]) for row in conn.execute("SELECT number, outcome FROM toys").fetchall()
    )
    words = {"done": "finished", "failed": "failed"}
    assert outcomes == {(numbers[row["request_id"]], words[row["status"]]): 1 for row in ended}
    assert max(row["attempts"] for row in ended) <= 5
    for request_id, number in numbers.items():
        assert calls[f"{number}"] <= 1 + ring.kills[request_id] + failures[f"{number}"]
    assert sum(ring.kills.values()) > REQUESTS / 5
    assert sum(failures.values()) > REQUESTS / 5
    assert sum(outcome == "finished" for _, outcome in outcomes) > REQUESTS / 2


def deliver(request_id: int) -> None:
    with suppress(Killed):
        functions.shared.outside.app.answer({"kind": KIND, "request_id": request_id}, Time(120))
