"""The outer function that answers requests, with the desk that claims and stores them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

import functions.shared.clock.app
import functions.shared.outside.app
from doors import desk
from doors.llm.service import Failure
from doors.mails import service as mails
from kernel.database import Connection, Tx, transaction
from kernel.outside import desk as outside_desk
from kernel.outside import service
from kernel.outside.models import Kind, Mail, Prompt, Reply, Request
from tests.support.inner_ring import InnerRing, inner_ring
from tests.support.llm_peer import llm_peer
from tests.support.outer_ring import Time, use_settings
from tests.support.people import make_account

KIND = "accounts.chain"  # answered by the desk of accounts, which this installation of the test knows
ANN = Mail("ann@example.org", "A new password", "Follow this link: …")


@dataclass
class Chain:
    """Each request asks for the next one, up to the third.

    Attributes:
        broken: steps that raise a bug.
        seconds: that its answers are worth waiting for.
    """

    stored: list[int] = field(default_factory=list[int])
    failed: list[str] = field(default_factory=list[str])
    broken: set[str] = field(default_factory=set[str])
    seconds: float | None = None

    def prepare(self, tx: Tx, request: Request) -> Prompt:
        if "prepare" in self.broken:
            raise ZeroDivisionError
        return Prompt("link", "Count.", str(request.input["number"]), 10, "One more.", seconds=self.seconds)

    def finish(self, tx: Tx, request: Request, reply: Reply) -> None:
        number = request.input["number"]
        if "finish" in self.broken:
            raise ZeroDivisionError
        if number < 3:
            service.ask(tx, KIND, {"number": number + 1}, dedupe_key=f"link:{number + 1}")
        self.stored.append(number)

    def fail(self, tx: Tx, request: Request, reason: str) -> None:
        if "fail" in self.broken:
            raise ZeroDivisionError
        self.failed.append(reason)

    @property
    def kind(self) -> Kind:
        return Kind(KIND, self.prepare, self.finish, self.fail, lambda request: f"link:{request.input['number'] + 1}")


@pytest.fixture
def chain() -> Chain:
    return Chain()


@pytest.fixture
def ring(environment: Connection, chain: Chain, monkeypatch: pytest.MonkeyPatch) -> Iterator[InnerRing]:
    use_settings(monkeypatch, desks={"accounts": "Desk"}, queue_url="queue")
    mail = Kind("accounts.mail", lambda tx, request: ANN, lambda tx, request, reply: None, chain.fail)
    handler = desk.create_handler([chain.kind, mail])
    with inner_ring(monkeypatch, environment, {"Desk": handler}) as ring:
        yield ring


def ask(conn: Connection, number: int = 1) -> int:
    with transaction(conn) as tx:
        service.ask(tx, KIND, {"number": number}, dedupe_key=f"link:{number}", trace_id="call-7")
    return last(conn)["request_id"]


def rows(conn: Connection) -> list[dict[str, Any]]:
    return conn.execute("SELECT * FROM kernel.outside_requests ORDER BY request_id").fetchall()


def last(conn: Connection) -> dict[str, Any]:
    return rows(conn)[-1]


def record(request_id: int, kind: str = KIND, **delivered: Any) -> dict[str, Any]:
    envelope = {"payload": {"kind": kind, "request_id": request_id, "inside": False}, "metadata": {}}
    return {"messageId": str(request_id), "body": json.dumps({"detail": envelope, **delivered})}


def deliver(*records: dict[str, Any], seconds: float = 120) -> list[str]:
    answer = functions.shared.outside.app.handler({"Records": list(records)}, Time(seconds))
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_what_follows_is_handed_over_to_the_same_invocation(environment: Connection, chain: Chain, ring: InnerRing):
    assert deliver(record(ask(environment))) == []

    assert chain.stored == [1, 2, 3]
    assert ring.operations == ["claim", "finish", "finish", "finish"]
    assert [row["status"] for row in rows(environment)] == ["done"] * 3


def test_without_time_what_follows_waits_for_its_message(environment: Connection, chain: Chain, ring: InnerRing):
    assert deliver(record(ask(environment)), seconds=60) == []

    assert chain.stored == [1]
    assert [row["status"] for row in rows(environment)] == ["done", "pending"]


def test_a_message_that_comes_three_times_is_answered_once(environment: Connection, chain: Chain, ring: InnerRing):
    message = record(ask(environment, number=3))

    assert [deliver(message, message), deliver(message)] == [[], []]
    assert chain.stored == [3]


def test_a_replayed_message_is_ignored(environment: Connection, chain: Chain, ring: InnerRing):
    assert deliver(record(ask(environment), **{"replay-name": "yesterday"})) == []

    assert ring.asked == []


def test_a_prompt_is_waited_for_no_longer_than_it_is_worth(
    environment: Connection, chain: Chain, ring: InnerRing, monkeypatch: pytest.MonkeyPatch
):
    """Worlds asks for 10 s (acceptance 24.4); here it is one, with a server that really hangs."""
    chain.seconds = 1.0
    with llm_peer() as peer:
        peer.steps = [peer.hang]
        use_settings(monkeypatch, provider="openai", openai_base_url=peer.url, retries=2)
        request_id = ask(environment, number=3)
        began = monotonic()
        assert deliver(record(request_id)) == []
        took = monotonic() - began
        peer.released.set()

    assert 0.9 < took < 2  # what remains of the second, not a second for each try
    assert last(environment)["error"] == "openai: no answer in time"


def test_a_message_comes_back_while_too_many_are_in_work(
    environment: Connection, chain: Chain, monkeypatch: pytest.MonkeyPatch
):
    use_settings(monkeypatch, desks={"accounts": "Desk"}, queue_url="queue")
    with inner_ring(monkeypatch, environment, {"Desk": desk.create_handler([chain.kind], most_at_once=0)}) as ring:
        request_id = ask(environment, number=3)
        assert deliver(record(request_id)) == []

    [message] = ring.sent
    assert json.loads(message["MessageBody"]) == {"kind": KIND, "request_id": request_id}
    assert message["DelaySeconds"] == 1
    assert (chain.stored, last(environment)["status"]) == ([], "pending")


def test_a_failed_attempt_comes_back_after_its_pause(
    environment: Connection, chain: Chain, ring: InnerRing, monkeypatch: pytest.MonkeyPatch
):
    with llm_peer() as peer:
        peer.steps = [500]
        use_settings(monkeypatch, provider="openai", openai_base_url=peer.url, retries=0)
        request_id = ask(environment, number=3)
        assert deliver(record(request_id)) == []

    [message] = ring.sent
    assert (message["QueueUrl"], 24 <= message["DelaySeconds"] <= 36) == ("queue", True)
    assert (last(environment)["status"], last(environment)["error"]) == ("pending", "openai: status 500")
    use_settings(monkeypatch, provider="offline")
    environment.execute("UPDATE kernel.outside_requests SET due_at = now()")
    assert deliver({"messageId": "1", "body": message["MessageBody"]}) == []
    assert chain.stored == [3]


def test_an_answer_is_stored_in_spite_of_a_desk_that_fails(
    environment: Connection, chain: Chain, ring: InnerRing, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(functions.shared.outside.app.time, "sleep", lambda seconds: None)
    ring.failing, ring.losing = {2}, {3}

    assert deliver(record(ask(environment, number=3))) == []

    assert ring.operations == ["claim", "finish", "finish", "finish"]
    assert chain.stored == [3]


def test_a_claim_that_gets_lost_comes_back_when_its_lease_is_over(
    environment: Connection, chain: Chain, ring: InnerRing
):
    ring.losing = {1}
    message = record(ask(environment, number=3))

    assert deliver(message) == [message["messageId"]]
    assert deliver(message) == []
    assert chain.stored == []
    environment.execute("UPDATE kernel.outside_requests SET leased_until = now(), send_at = now()")
    assert functions.shared.clock.app.handler({}, None)["outside"] == 1
    assert deliver(message) == []
    assert (chain.stored, last(environment)["attempts"]) == ([3], 2)


@pytest.mark.parametrize("step", ["prepare", "finish"])
def test_a_bug_counts_as_an_attempt_and_ends_the_request_at_last(
    environment: Connection, chain: Chain, ring: InnerRing, step: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO, "brandish")
    chain.broken = {step}
    message = record(ask(environment, number=3))
    for _ in range(5):
        environment.execute("UPDATE kernel.outside_requests SET due_at = now()")
        assert deliver(message) == []

    # An alarm adds up what the log says.
    ended = [(line.message, vars(line)["failed"]) for line in caplog.records if line.message.startswith("job_failed")]
    assert ended == [("job_failed_retrying", 0)] * 4 + [("job_failed_permanently", 1)]
    assert (last(environment)["status"], last(environment)["attempts"]) == ("failed", 5)
    assert (chain.failed, len(ring.sent)) == ([desk.BUG], 4)


def test_a_bug_counts_for_the_request_that_was_claimed_and_not_for_the_one_in_the_message(
    environment: Connection, chain: Chain, ring: InnerRing
):
    with transaction(environment) as tx:
        ann, bob = make_account(tx), make_account(tx)
        for number, account_id in enumerate((ann, ann, bob)):
            service.ask(tx, KIND, {"number": 3}, dedupe_key=f"link:{number}", account_id=account_id)
    working, waiting, _ = (row["request_id"] for row in rows(environment))
    with transaction(environment) as tx:
        outside_desk.claim(tx, {KIND: chain.kind}, working)
    chain.broken = {"prepare"}

    assert deliver(record(waiting)) == []

    assert [(row["status"], row["attempts"]) for row in rows(environment)] == [
        *(("claimed", 1), ("pending", 0), ("pending", 1))
    ]


def test_a_request_ends_even_if_its_failure_cannot_be_stored(environment: Connection, chain: Chain, ring: InnerRing):
    chain.broken = {"prepare", "fail"}
    message = record(ask(environment, number=3))
    for _ in range(5):
        environment.execute("UPDATE kernel.outside_requests SET due_at = now()")
        assert deliver(message) == []

    assert (last(environment)["status"], last(environment)["error"], chain.failed) == ("failed", desk.BUG, [])


def test_a_kind_without_a_desk_goes_to_the_dead_letters(ring: InnerRing):
    assert deliver(record(7, kind="worlds.talk")) == ["7"]


def test_the_log_names_the_call_that_asked_and_no_text(
    environment: Connection, chain: Chain, ring: InnerRing, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.INFO, "brandish"):
        deliver(record(ask(environment, number=3)))

    lines = [line for line in caplog.records if line.message.startswith("job_")]
    assert [line.message for line in lines] == ["job_started", "job_completed"]
    assert {(vars(line)["trace_id"], vars(line)["failed"]) for line in lines} == {("call-7", 0)}
    assert "One more" not in caplog.text


def test_a_mail_is_a_file_where_there_is_no_ses(
    environment: Connection, ring: InnerRing, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    use_settings(monkeypatch, folder=str(tmp_path / "mail"), sender="")
    with transaction(environment) as tx:
        service.ask(tx, "accounts.mail", {"account": "Ann's"}, dedupe_key="mail:1")

    deliver(record(last(environment)["request_id"], kind="accounts.mail"))

    [file] = (tmp_path / "mail").iterdir()
    mail = message_from_bytes(file.read_bytes())
    assert (mail["To"], mail["Subject"]) == ("ann@example.org", "A new password")
    assert (last(environment)["status"], last(environment)["input"]) == ("done", {})


def test_a_mail_that_no_one_can_send_has_failed_at_once(
    environment: Connection, ring: InnerRing, monkeypatch: pytest.MonkeyPatch
):
    """On AWS without `MailSender`. Otherwise, it would be tried for ever."""
    use_settings(monkeypatch, folder="", sender="")
    with transaction(environment) as tx:
        service.ask(tx, "accounts.mail", {"account": "Ann's"}, dedupe_key="mail:1")

    deliver(record(last(environment)["request_id"], kind="accounts.mail"))

    assert last(environment)["status"] == "failed"


def test_a_mail_with_a_line_break_in_its_address_is_not_sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    use_settings(monkeypatch, folder=str(tmp_path), sender="")

    with pytest.raises(Failure) as failed:
        mails.send(Mail("ann@example.org\nBcc: all@example.org", "A new password", ""))

    assert not failed.value.error.retryable
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("code", "retryable"), [("TooManyRequestsException", True), ("MessageRejected", False)])
def test_mails_by_ses(monkeypatch: pytest.MonkeyPatch, code: str, retryable: bool):
    import boto3
    from botocore.stub import Stubber

    from doors import aws
    from tests.support.outer_ring import played_by_moto

    use_settings(monkeypatch, folder="", sender="brandish@example.org")
    with played_by_moto(monkeypatch), Stubber(boto3.client("sesv2")) as stub:
        monkeypatch.setattr(boto3, "client", lambda service, config=None: stub.client)
        aws.client.cache_clear()
        content = {"Subject": {"Data": ANN.subject}, "Body": {"Text": {"Data": ANN.text}}}
        asked = {
            "FromEmailAddress": "brandish@example.org",
            "Destination": {"ToAddresses": [ANN.to]},
            "Content": {"Simple": content},
        }
        stub.add_response("send_email", {"MessageId": "1"}, asked)
        stub.add_client_error("send_email", code, http_status_code=400)

        assert mails.send(ANN)[0].provider == "ses"
        with pytest.raises(Failure) as failed:
            mails.send(ANN)

    assert failed.value.error.retryable is retryable


def test_work_is_done_by_the_desk_itself(environment: Connection, ring: InnerRing, chain: Chain):
    done: list[int] = []
    fail: Any = None

    def slice_done(tx: Tx, request: Request, total: int) -> None:
        done.append(total)
        if total < 6:
            service.ask(tx, "accounts.sum", {"total": total}, dedupe_key="sum", inside=True)

    work = Kind("accounts.sum", lambda tx, request: request.input["total"], slice_done, fail, compute=lambda n: n + 2)
    handler = desk.create_handler([work])
    with transaction(environment) as tx:
        service.ask(tx, "accounts.sum", {"total": 0}, dedupe_key="sum", inside=True)

    for _ in range(4):
        request = last(environment)["request_id"]
        assert handler({"Records": [record(request), record(request)]}, None) == {"batchItemFailures": []}

    assert done == [2, 4, 6]


def test_work_may_come_right_from_the_bus(environment: Connection, ring: InnerRing, chain: Chain):
    done: list[int] = []
    fail: Any = None
    work = Kind(
        "accounts.sum",
        lambda tx, request: request.input["total"],
        lambda tx, request, total: done.append(total),
        fail,
        compute=lambda n: n + 2,
    )
    handler = desk.create_handler([work])
    with transaction(environment) as tx:
        service.ask(tx, "accounts.sum", {"total": 1}, dedupe_key="sum", inside=True)
    delivered = json.loads(record(last(environment)["request_id"])["body"])
    replayed = {**delivered, "replay-name": "of yesterday"}

    for event in (replayed, delivered, delivered):
        handler(event, None)

    assert done == [3]


def test_work_whose_message_was_lost_while_too_much_was_in_work_is_done_when_that_ends(
    environment: Connection, ring: InnerRing, chain: Chain
):
    done: list[int] = []
    fail: Any = None

    def busy(n: int) -> int:
        handler(json.loads(record(ids[1])["body"]), None)  # comes while the first is computed, and finds no room
        return n

    work = Kind(
        "accounts.sum",
        lambda tx, request: request.input["total"],
        lambda tx, request, total: done.append(total),
        fail,
        compute=busy,
    )
    handler = desk.create_handler([work], most_at_once=1)
    with transaction(environment) as tx:
        for number in (1, 2):
            service.ask(tx, "accounts.sum", {"total": number}, dedupe_key=f"sum {number}", inside=True)
    found = environment.execute("SELECT request_id FROM kernel.outside_requests ORDER BY request_id").fetchall()
    ids = [row["request_id"] for row in found]

    handler(json.loads(record(ids[0])["body"]), None)

    assert done == [1, 2]


def test_the_clock_sends_what_is_due_later(environment: Connection, ring: InnerRing):
    with transaction(environment) as tx:
        service.ask(tx, KIND, {"number": 3}, dedupe_key="later", due_at=tx.now + timedelta(minutes=10))
    assert "outside" not in functions.shared.clock.app.handler({}, None)

    environment.execute("UPDATE kernel.outside_requests SET due_at = now(), send_at = now()")

    assert functions.shared.clock.app.handler({}, None)["outside"] == 1
    [event] = environment.execute("SELECT payload FROM events WHERE event_type = 'outside.requested'").fetchall()
    assert event["payload"] == {"kind": KIND, "request_id": last(environment)["request_id"], "inside": False}
