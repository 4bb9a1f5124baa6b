"""What administrators see of requests to the outside, and do with them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel.database import Connection, Tx, transaction
from kernel.outside import service
from kernel.outside.models import DROPPED, Kind, Prompt, ProviderFailed, Reply, Request
from tests.support.api import CallApi
from tests.support.outside import offline, run_due

KIND = "toys.ball"
PATH = "/api/v1/admin/outside"


class Toys:
    def __init__(self) -> None:
        self.failed: list[str] = []

    def prepare(self, tx: Tx, request: Request) -> Prompt:
        return Prompt("play", "You are a toy.", "Ball?", 100, "Boing.")

    def finish(self, tx: Tx, request: Request, reply: Reply) -> None:
        pass

    def fail(self, tx: Tx, request: Request, reason: str) -> None:
        self.failed.append(reason)

    @property
    def kinds(self) -> list[Kind]:
        return [Kind(KIND, self.prepare, self.finish, self.fail)]


@pytest.fixture
def toys() -> Toys:
    return Toys()


def ask(conn: Connection, key: str) -> int:
    with transaction(conn) as tx:
        service.ask(tx, KIND, {"secret": "words"}, dedupe_key=key, trace_id="call-7")
    found = conn.execute("SELECT max(request_id) AS number FROM kernel.outside_requests").fetchone()
    assert found
    return found["number"]


def failing(*, retryable: bool) -> Any:
    def fail(task: Any) -> Reply:
        raise ProviderFailed("openai: status 503", retryable=retryable)

    return fail


def listed(call: CallApi, **query: str) -> list[tuple[int, str]]:
    return [(each["id"], each["status"]) for each in call("GET", PATH, query=query).json["requests"]]


def announced(conn: Connection) -> int:
    return len(conn.execute("SELECT FROM events WHERE event_type = 'outside.requested'").fetchall())


def test_what_is_open_is_listed_without_what_it_is_about(call: CallApi, environment: Connection, toys: Toys):
    ask(environment, "done")
    run_due(environment, toys.kinds)
    failed = ask(environment, "failed")
    run_due(environment, toys.kinds, failing(retryable=False))
    waiting = ask(environment, "waiting")

    answer = call("GET", PATH)

    newest, oldest = answer.json["requests"]
    assert (newest["id"], newest["status"], newest["trace_id"]) == (waiting, "pending", "call-7")
    assert (oldest["id"], oldest["status"], oldest["error"]) == (failed, "failed", "openai: status 503")
    assert "secret" not in answer.text
    assert answer.json["usage"] == [
        {"operation": "play", "calls": 2, "input_tokens": 10, "output_tokens": 5, "dollars": 0.0}
    ]
    assert listed(call, status="failed") == [(failed, "failed")]
    assert call("GET", PATH, query={"status": "done"}).status == 400


def test_a_failed_request_is_retried_with_all_its_attempts(call: CallApi, environment: Connection, toys: Toys):
    request = ask(environment, "ball")
    run_due(environment, toys.kinds, failing(retryable=False))

    assert call("POST", f"{PATH}/retry", {"id": request}).status == 200

    assert announced(environment) == 2
    assert listed(call) == [(request, "pending")]
    [outcome] = run_due(environment, toys.kinds)
    assert outcome.request
    assert (outcome.status, outcome.request.attempts, outcome.request.input) == (
        "completed",
        1,
        {"secret": "words"},
    )
    assert call("POST", f"{PATH}/retry", {"id": request}).status == 404


def test_a_request_that_waits_is_tried_at_once(call: CallApi, environment: Connection, toys: Toys):
    request = ask(environment, "ball")
    run_due(environment, toys.kinds, failing(retryable=True))
    assert run_due(environment, toys.kinds) == []

    assert call("POST", f"{PATH}/retry", {"id": request}).status == 200

    assert [outcome.status for outcome in run_due(environment, toys.kinds)] == ["completed"]


def test_what_was_asked_again_since_is_not_retried(call: CallApi, environment: Connection, toys: Toys):
    request = ask(environment, "ball")
    run_due(environment, toys.kinds, failing(retryable=False))
    ask(environment, "ball")

    assert call("POST", f"{PATH}/retry", {"id": request}).status == 409


def test_a_dropped_request_fails_with_its_consequences(call: CallApi, environment: Connection, toys: Toys):
    request = ask(environment, "ball")

    assert call("POST", f"{PATH}/drop", {"id": request}).status == 200

    run_due(environment, toys.kinds, offline)
    assert (toys.failed, listed(call)) == ([DROPPED], [(request, "failed")])
    assert call("POST", f"{PATH}/drop", {"id": request}).status == 200
    assert listed(call) == []


@pytest.mark.parametrize("change", ["retry", "drop"])
def test_a_request_that_is_being_answered_is_left_alone(
    call: CallApi, environment: Connection, toys: Toys, change: str
):
    from kernel.outside import desk

    request = ask(environment, "ball")
    with transaction(environment) as tx:
        desk.claim(tx, {KIND: toys.kinds[0]}, request)

    assert call("POST", f"{PATH}/{change}", {"id": request}).status == 409
    assert call("POST", f"{PATH}/{change}", {"id": request + 1}).status == 404


def test_the_depth_of_the_queue_is_a_metric(call: CallApi, environment: Connection):
    ask(environment, "ball")
    with transaction(environment) as tx:
        service.ask(tx, KIND, {}, dedupe_key="later", due_at=tx.now + timedelta(days=1))

    assert f'queue_depth{{type="{KIND}"}} 2\n' in call("GET", "/metrics", role=None).text
