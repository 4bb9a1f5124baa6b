"""A batch of a queue: each message by itself, and only what is new."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from doors.consumer import consume


def record(number: int, **delivered: Any) -> dict[str, Any]:
    body = {"detail": {"id": str(number), "metadata": {}}} | delivered
    return {"messageId": f"m{number}", "body": json.dumps(body), "eventSource": "aws:sqs"}


def test_a_message_that_fails_comes_again_and_the_others_are_done():
    handled: list[str] = []

    def handle(envelope: Mapping[str, Any]) -> None:
        if envelope["id"] == "2":
            raise ValueError
        handled.append(envelope["id"])

    answer = consume({"Records": [record(1), record(2), record(3)]}, handle)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "m2"}]}
    assert handled == ["1", "3"]


def test_a_batch_knows_nothing_of_the_one_before():
    def fail(envelope: Mapping[str, Any]) -> None:
        raise ValueError

    consume({"Records": [record(1)]}, fail)

    assert consume({"Records": [record(2)]}, lambda envelope: None) == {"batchItemFailures": []}


@pytest.mark.parametrize(
    "old",
    [
        {"replay-name": "archive"},
        {"detail": {"id": "1", "metadata": {"replay": True}}},
        {"detail": {"id": "1", "metadata": {"broadcast": True}}},
    ],
)
def test_what_has_happened_before_or_not_at_all_is_passed_over(old: dict[str, Any]):
    handled: list[Mapping[str, Any]] = []

    assert consume({"Records": [record(1, **old)]}, handled.append) == {"batchItemFailures": []}
    assert not handled


def test_environments_that_are_threads_report_all_of_their_own_failures():
    batches = [[record(100 * thread + number) for number in range(80)] for thread in range(3)]
    together = Barrier(3)

    def fail(envelope: Mapping[str, Any]) -> None:
        if int(envelope["id"]) % 100 == 0:
            together.wait(60)  # all have begun
        raise ValueError

    with ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(lambda batch: consume({"Records": batch}, fail), batches))

    reported = [{failure["itemIdentifier"] for failure in answer["batchItemFailures"]} for answer in answers]
    assert reported == [{each["messageId"] for each in batch} for batch in batches]
    assert sum(map(len, reported)) == 240


def test_a_failure_is_logged_with_its_cause(caplog: pytest.LogCaptureFixture):
    def fail(envelope: Mapping[str, Any]) -> None:
        raise ValueError("a bug")

    consume({"Records": [record(1)]}, fail)

    (logged,) = caplog.records
    assert logged.__dict__["message_id"] == "m1"
    assert "a bug" in caplog.text
