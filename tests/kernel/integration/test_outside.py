"""Requests to the outside: asked, claimed, finished, tried again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from kernel.database import Connection, Tx, connect, transaction
from kernel.errors import NotFound
from kernel.outside import clock, desk, retention, service
from kernel.outside.models import (
    CAPPED,
    UNFINISHED,
    Kind,
    Permanent,
    Prompt,
    ProviderFailed,
    Reply,
    Request,
    Skip,
)
from kernel.outside.rules import LEASE, Limits
from kernel.outside.service import Asked
from kernel.outside.settings import OutsideSettings
from tests.support.database_time import computed_milliseconds
from tests.support.outside import offline, run_due
from tests.support.races import race_of
from tests.support.round_trips import counted

KIND = "toys.ball"


class Gone(NotFound):
    code = "toy_gone"
    message = "The toy is gone."


@dataclass
class Toys:
    """A kind whose steps can be changed, and what it was told."""

    prepared: list[Request] = field(default_factory=list[Request])
    finished: list[tuple[Request, str]] = field(default_factory=list[tuple[Request, str]])
    failed: list[str] = field(default_factory=list[str])
    on_prepare: Any = None
    on_finish: Any = None

    def prepare(self, tx: Tx, request: Request) -> Prompt:
        self.prepared.append(request)
        if self.on_prepare:
            self.on_prepare(tx, request)
        return Prompt("play", "You are a toy.", "Ball?", 100, "Boing.")

    def finish(self, tx: Tx, request: Request, reply: Reply) -> Prompt | None:
        self.finished.append((request, reply.text))
        return self.on_finish(tx, request, reply) if self.on_finish else None

    def fail(self, tx: Tx, request: Request, reason: str) -> None:
        self.failed.append(reason)

    @property
    def kinds(self) -> list[Kind]:
        return [Kind(KIND, self.prepare, self.finish, self.fail)]

    @property
    def known(self) -> dict[str, Kind]:
        return {kind.name: kind for kind in self.kinds}


@pytest.fixture
def toys() -> Toys:
    return Toys()


def ask(tx: Tx, key: str = "ball:1", **more: Any) -> None:
    service.ask(tx, KIND, {"colour": "red"}, dedupe_key=key, **more)


def rows(tx: Tx) -> list[dict[str, Any]]:
    return tx.execute("SELECT * FROM kernel.outside_requests ORDER BY request_id").fetchall()


def row(tx: Tx) -> dict[str, Any]:
    [only] = rows(tx)
    return only


def announced(tx: Tx) -> list[dict[str, Any]]:
    found = tx.execute("SELECT payload FROM events WHERE event_type = 'outside.requested' ORDER BY position")
    return [each["payload"] for each in found.fetchall()]


def broken(task: Any) -> Reply:
    raise ProviderFailed("503", retryable=True)


def test_a_request_is_asked_answered_and_done(tx: Tx, toys: Toys):
    ask(tx, trace_id="call-7")

    [outcome] = run_due(tx, toys.kinds)

    assert outcome.status == "completed"
    [(request, text)] = toys.finished
    assert (request.input, request.trace_id, request.attempts, text) == ({"colour": "red"}, "call-7", 1, "Boing.")
    assert (row(tx)["status"], row(tx)["input"], row(tx)["finished_at"]) == ("done", {}, tx.now)


def test_one_that_is_due_is_announced_and_one_that_is_not_waits_for_the_clock(tx: Tx):
    later = tx.now + timedelta(minutes=10)
    ask(tx)
    ask(tx, "ball:2", due_at=later)

    first, second = rows(tx)
    assert announced(tx) == [{"kind": KIND, "request_id": first["request_id"], "inside": False}]
    assert clock.send_due(tx) == 0

    tx.now = later
    assert clock.send_due(tx) == 2  # the first one's message was never taken
    assert [each["request_id"] for each in announced(tx)[1:]] == [first["request_id"], second["request_id"]]
    assert clock.send_due(tx) == 0


def test_an_active_request_is_not_asked_twice(tx: Tx, toys: Toys):
    ask(tx)

    new = service.ask_all(tx, KIND, [Asked("ball:1"), Asked("ball:2"), Asked("ball:2")])

    assert [each["dedupe_key"] for each in new.fetchall()] == ["ball:2"]
    assert len(announced(tx)) == 2
    run_due(tx, toys.kinds)
    ask(tx)
    assert len(rows(tx)) == 3


def test_a_request_is_brought_forward(tx: Tx, toys: Toys):
    ask(tx, due_at=tx.now + timedelta(minutes=10))
    assert run_due(tx, toys.kinds) == []

    service.bring_forward(tx, ["ball:1"])

    assert len(announced(tx)) == 1
    assert [outcome.status for outcome in run_due(tx, toys.kinds)] == ["completed"]


def test_a_cancelled_request_is_not_answered_any_more(tx: Tx, toys: Toys):
    ask(tx)
    request = desk.claim(tx, toys.known, row(tx)["request_id"]).request
    assert request is not None

    service.cancel(tx, ["ball:1"])

    assert desk.finish(tx, toys.known, request.request_id, request.claim_id, Reply("late")) is desk.NOTHING
    assert toys.finished == []


def test_a_second_delivery_finds_nothing_to_claim(tx: Tx, toys: Toys):
    ask(tx)
    request_id = row(tx)["request_id"]

    assert desk.claim(tx, toys.known, request_id).status == "started"
    assert desk.claim(tx, toys.known, request_id) is desk.NOTHING


def test_a_second_finish_changes_nothing(tx: Tx, toys: Toys):
    ask(tx)
    request = desk.claim(tx, toys.known, row(tx)["request_id"]).request
    assert request is not None
    desk.finish(tx, toys.known, request.request_id, request.claim_id, Reply("first"))

    assert desk.finish(tx, toys.known, request.request_id, request.claim_id, Reply("again")) is desk.NOTHING
    assert [text for _, text in toys.finished] == ["first"]


def test_an_expired_lease_comes_back_and_its_late_answer_changes_nothing(tx: Tx, toys: Toys):
    ask(tx)
    request_id = row(tx)["request_id"]
    first = desk.claim(tx, toys.known, request_id).request
    tx.now += LEASE
    assert clock.send_due(tx) == 1
    second = desk.claim(tx, toys.known, request_id).request
    assert first is not None
    assert second is not None

    assert desk.finish(tx, toys.known, request_id, first.claim_id, Reply("late")) is desk.NOTHING
    assert desk.fail(tx, toys.known, request_id, first.claim_id, "late", retryable=False) is desk.NOTHING
    assert desk.finish(tx, toys.known, request_id, second.claim_id, Reply("in time")).status == "completed"
    assert [text for _, text in toys.finished] == ["in time"]
    assert row(tx)["attempts"] == 2


def test_an_answer_after_the_lease_counts_if_no_one_else_has_claimed(tx: Tx, toys: Toys):
    ask(tx)
    request = desk.claim(tx, toys.known, row(tx)["request_id"]).request
    assert request is not None
    tx.now += 2 * LEASE

    assert desk.finish(tx, toys.known, request.request_id, request.claim_id, Reply("late")).status == "completed"


def test_a_failing_provider_is_tried_five_times_with_growing_pauses(tx: Tx, toys: Toys):
    ask(tx)
    pauses: list[float] = []
    for _ in range(4):
        [outcome] = run_due(tx, toys.kinds, broken)
        assert outcome.status == "failed_retrying"
        pauses.append((row(tx)["due_at"] - tx.now).total_seconds())
        tx.now = row(tx)["due_at"]

    [outcome] = run_due(tx, toys.kinds, broken)

    assert [low <= pause <= 1.5 * low for low, pause in zip((24, 48, 96, 192), pauses, strict=True)] == [True] * 4
    assert (outcome.status, outcome.reason) == ("failed_permanently", "503")
    assert (row(tx)["status"], row(tx)["attempts"], row(tx)["error"]) == ("failed", 5, "503")
    assert toys.failed == ["503"]
    tx.now += timedelta(days=1)
    assert run_due(tx, toys.kinds) == [] == announced(tx)[1:]


def test_crashes_count_as_attempts(tx: Tx, toys: Toys):
    ask(tx)
    for _ in range(5):
        assert desk.claim(tx, toys.known, row(tx)["request_id"]).status == "started"
        tx.now += LEASE

    outcome = desk.claim(tx, toys.known, row(tx)["request_id"])

    assert (outcome.status, row(tx)["status"], row(tx)["attempts"]) == ("failed_permanently", "failed", 5)
    assert toys.failed == [UNFINISHED]


def test_a_kind_may_have_fewer_attempts(tx: Tx, toys: Toys):
    ask(tx)
    once = [replace(kind, attempts=1) for kind in toys.kinds]

    [outcome] = run_due(tx, once, broken)

    assert (outcome.status, row(tx)["attempts"]) == ("failed_permanently", 1)
    assert len(toys.failed) == 1


def test_the_most_urgent_kind_comes_first(tx: Tx, toys: Toys):
    ask(tx, "ball:1")
    tx.now += timedelta(seconds=1)
    service.ask(tx, "toys.urgent", {"number": 2}, dedupe_key="ball:2")
    known = {
        KIND: replace(toys.known[KIND], priority=1),
        "toys.urgent": Kind("toys.urgent", toys.prepare, toys.finish, toys.fail),
    }

    first = desk.claim(tx, known, rows(tx)[0]["request_id"])

    assert first.request is not None
    assert first.request.kind == "toys.urgent"


def test_no_more_are_in_work_than_may_be(tx: Tx, toys: Toys):
    for number in range(3):
        ask(tx, f"ball:{number}")
    ids = [each["request_id"] for each in rows(tx)]

    claimed = [desk.claim(tx, toys.known, each, most_at_once=2) for each in ids]

    assert [each.status for each in claimed] == ["started", "started", ""]
    assert (claimed[2].request, claimed[2].retry_after) == (None, timedelta(seconds=1))


def test_where_few_may_be_in_work_who_asks_again_with_each_end_keeps_no_one_out(tx: Tx, toys: Toys):
    ann, bob = make_account(tx), make_account(tx)
    turns: list[UUID | None] = []

    def next_one(tx: Tx, request: Request, reply: Reply) -> None:
        tx.now += timedelta(seconds=4)
        ask(tx, f"of {request.account_id}", account_id=request.account_id)

    toys.on_finish = next_one
    for account_id in (ann, bob):
        ask(tx, f"of {account_id}", account_id=account_id)
        tx.now += timedelta(seconds=1)
    named = rows(tx)[0]["request_id"]  # Bob's message was lost, because Ann's request was in work

    for _ in range(4):
        claimed = desk.claim(tx, toys.known, named, most_at_once=1)
        assert claimed.request is not None
        turns.append(claimed.request.account_id)
        desk.finish(tx, toys.known, claimed.request.request_id, claimed.request.claim_id, Reply("Boing."))
        named = rows(tx)[-1]["request_id"]

    assert turns == [ann, bob, ann, bob]


def test_how_requests_have_gone_lately_is_known(tx: Tx, toys: Toys):
    since = tx.now - timedelta(minutes=2)
    for number, seconds in enumerate((2, 4)):
        ask(tx, f"ball:{number}")
        claimed = desk.claim(tx, toys.known, rows(tx)[-1]["request_id"])
        assert claimed.request is not None
        tx.now += timedelta(seconds=seconds)
        if number:
            desk.fail(tx, toys.known, claimed.request.request_id, claimed.request.claim_id, "no", retryable=False)
        else:
            desk.finish(tx, toys.known, claimed.request.request_id, claimed.request.claim_id, Reply("Boing."))

    def skip(tx: Tx, request: Request) -> None:
        raise Skip

    toys.on_prepare = skip
    ask(tx, "ball:3")
    run_due(tx, toys.kinds)  # takes no time: no call
    ask(tx, "ball:4")

    assert service.ask_health(tx, [KIND], since).fetchone() == {"calls": 2, "seconds": 3.0, "failed": 1, "waiting": 1}
    assert service.ask_health(tx, [KIND], tx.now).fetchone() == {"calls": 0, "seconds": 0.0, "failed": 0, "waiting": 1}
    assert service.ask_health(tx, ["other"], since).fetchone() == {
        "calls": 0,
        "seconds": 0.0,
        "failed": 0,
        "waiting": 0,
    }


def test_what_is_not_retryable_fails_at_once(tx: Tx, toys: Toys):
    def refuse(task: Any) -> Reply:
        raise ProviderFailed("400", retryable=False)

    ask(tx)

    [outcome] = run_due(tx, toys.kinds, refuse)

    assert (outcome.status, row(tx)["attempts"], toys.failed) == ("failed_permanently", 1, ["400"])


@pytest.mark.parametrize(("error", "reason"), [(Permanent("unsafe"), "unsafe"), (Gone(), "toy_gone")])
@pytest.mark.parametrize("step", ["on_prepare", "on_finish"])
def test_a_kind_ends_a_request_and_its_writes_are_undone(tx: Tx, toys: Toys, step: str, error: Exception, reason: str):
    def write_and_refuse(tx: Tx, *_: Any) -> None:
        ask(tx, "next")
        raise error

    setattr(toys, step, write_and_refuse)
    ask(tx)

    [outcome] = run_due(tx, toys.kinds)

    assert (outcome.status, outcome.reason, toys.failed) == ("failed_permanently", reason, [reason])
    assert (row(tx)["status"], row(tx)["error"]) == ("failed", reason)


def test_a_kind_skips_what_is_done_already_and_keeps_what_it_wrote(tx: Tx, toys: Toys):
    def make_sure_of_the_next(tx: Tx, request: Request) -> None:
        if request.dedupe_key == "ball:1":
            ask(tx, "ball:2")
            raise Skip

    toys.on_prepare = make_sure_of_the_next
    ask(tx)

    assert [outcome.status for outcome in run_due(tx, toys.kinds)] == ["completed", "completed"]
    assert [request.dedupe_key for request, _ in toys.finished] == ["ball:2"]


def test_a_stricter_prompt_is_asked_once_within_the_same_attempt(tx: Tx, toys: Toys):
    def shorten(tx: Tx, request: Request, reply: Reply) -> Prompt | None:
        return None if request.regenerated else Prompt("play", "Shorter.", "Ball?", 100, "Bo.")

    toys.on_finish = shorten
    ask(tx)

    assert [outcome.status for outcome in run_due(tx, toys.kinds)] == ["completed"]
    assert [(request.regenerated, text) for request, text in toys.finished] == [(False, "Boing."), (True, "Bo.")]
    assert row(tx)["attempts"] == 1


def test_a_third_prompt_is_a_bug(tx: Tx, toys: Toys):
    toys.on_finish = lambda tx, request, reply: Prompt("play", "Shorter.", "Ball?", 100, "Bo.")
    ask(tx)

    with pytest.raises(RuntimeError, match="third reply"):
        run_due(tx, toys.kinds)


def test_an_unknown_kind_fails(tx: Tx):
    ask(tx)

    assert [outcome.reason for outcome in run_due(tx, [])] == ["there is no kind toys.ball"]


def test_work_is_computed_inside_and_asks_for_its_next_slice(tx: Tx):
    def next_slice(tx: Tx, request: Request, total: int) -> None:
        if total < 6:
            service.ask(tx, "toys.sum", {"total": total}, dedupe_key="sum", inside=True)

    fail: Any = None
    work = Kind("toys.sum", lambda tx, request: request.input["total"], next_slice, fail, compute=lambda n: n + 2)
    service.ask(tx, "toys.sum", {"total": 0}, dedupe_key="sum", inside=True)

    assert [outcome.status for outcome in run_due(tx, [work])] == ["completed"] * 3
    assert [each["inside"] for each in announced(tx)] == [True] * 3


def make_account(tx: Tx) -> Any:
    account_id = uuid4()
    tx.execute(
        "INSERT INTO kernel.accounts (account_id, email, password_hash) VALUES (%s, %s, '')",
        (account_id, f"{account_id}@example.com"),
    )
    return account_id


def test_usage_is_counted_for_the_account_and_the_installation(tx: Tx, toys: Toys):
    account_id = make_account(tx)
    ask(tx, account_id=account_id)
    ask(tx, "ball:2")

    run_due(tx, toys.kinds, lambda task: replace(offline(task), cost_micros=7))

    used = tx.execute("SELECT * FROM kernel.outside_usage ORDER BY scope = 'installation'").fetchall()
    assert [(each["scope"], each["operation"], each["calls"], each["cost_micros"]) for each in used] == [
        (str(account_id), "play", 1, 7),
        ("installation", "play", 2, 14),
    ]
    assert (used[1]["input_tokens"], used[1]["output_tokens"]) == (20, 10)


@pytest.fixture
def capped(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = OutsideSettings(per_account=Limits(calls=1), installation=Limits(calls=2))
    monkeypatch.setattr(desk, "settings", limits)


def test_caps_end_a_request_for_this_day(tx: Tx, toys: Toys, capped: None):
    ann, bob = make_account(tx), make_account(tx)
    for number, account_id in enumerate((ann, ann, bob, None)):
        ask(tx, f"ball:{number}", account_id=account_id)

    outcomes = run_due(tx, toys.kinds)

    assert [outcome.reason for outcome in outcomes] == ["", CAPPED, "", CAPPED]
    tx.now += timedelta(days=1)
    ask(tx, "ball:9", account_id=ann)
    assert [outcome.status for outcome in run_due(tx, toys.kinds)] == ["completed"]


def test_a_new_account_has_a_fifth_of_a_days_share(tx: Tx, toys: Toys, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(desk, "settings", OutsideSettings(per_account=Limits(calls=5), installation=Limits()))
    new, old = make_account(tx), make_account(tx)
    tx.execute("UPDATE kernel.accounts SET password_hash = '$argon2id$'")  # people can log in to both
    tx.execute("UPDATE kernel.accounts SET created_at = created_at - interval '2 days' WHERE account_id = %s", (old,))
    for number, account_id in enumerate((new, new, old, old)):
        ask(tx, f"ball:{number}", account_id=account_id)

    assert [outcome.reason for outcome in run_due(tx, toys.kinds)] == ["", CAPPED, "", ""]


def test_the_accounts_of_one_address_share_a_tenth_of_the_installations_day(
    tx: Tx, toys: Toys, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(desk, "settings", OutsideSettings(per_account=Limits(calls=2), installation=Limits(calls=30)))
    first, second, third, other, older = (make_account(tx) for _ in range(5))
    for account_id, address in ((first, "a"), (second, "a"), (third, "a"), (other, "b")):
        tx.execute("UPDATE kernel.accounts SET signed_up_from = %s WHERE account_id = %s", (address, account_id))
    for number, account_id in enumerate((first, first, second, second, third, other, older)):
        ask(tx, f"ball:{number}", account_id=account_id)

    assert [outcome.reason for outcome in run_due(tx, toys.kinds)] == ["", "", "", CAPPED, CAPPED, "", ""]


def test_what_became_of_requests_is_counted(tx: Tx, toys: Toys):
    ask(tx, trace_id="call")
    ask(tx, "ball:2")
    run_due(tx, toys.kinds, lambda task: broken(task) if len(toys.prepared) == 2 else offline(task))

    found = tx.execute("SELECT metric, label, total FROM business_counters").fetchall()
    counted = {(each["metric"], each["label"]): each["total"] for each in found}
    assert counted["jobs_processed_total", f"{KIND},done"] == 1
    assert counted["jobs_processed_total", f"{KIND},retry"] == 1
    assert counted["job_retries_total", KIND] == 1
    assert counted["jobs_trace_total", f"{KIND},done,present"] == 1
    assert counted["llm_calls_total", "play,offline,ok"] == 1
    assert counted["llm_calls_total", "play,test,failed"] == 1
    assert counted["llm_tokens_total", "play,output"] == 5
    assert counted["job_duration_seconds_bucket", f"{KIND},0.005"] == 1


def test_finished_requests_are_deleted_after_a_week(tx: Tx, toys: Toys):
    ask(tx)
    ask(tx, "ball:2", due_at=tx.now + timedelta(days=30))
    run_due(tx, toys.kinds)
    tx.now += timedelta(days=7, seconds=1)

    retention.delete_expired(tx)

    assert row(tx)["dedupe_key"] == "ball:2"


@pytest.fixture
def asked(conn: Connection) -> int:
    with transaction(conn) as tx:
        ask(tx)
    [found] = conn.execute("SELECT request_id FROM kernel.outside_requests").fetchall()
    return found["request_id"]


def test_of_two_who_claim_at_once_one_gets_it(database_url: str, conn: Connection, asked: int, toys: Toys):
    with race_of(4, database_url) as race:
        outcomes = race(*[lambda tx: desk.claim(tx, toys.known, asked)] * 4)

    assert sorted(getattr(outcome, "status", "") for outcome in outcomes) == ["", "", "", "started"]


def test_of_two_who_finish_at_once_one_does(database_url: str, conn: Connection, asked: int, toys: Toys):
    with transaction(conn) as tx:
        request = desk.claim(tx, toys.known, asked).request
    assert request is not None
    reply = Reply("Boing.")

    with race_of(4, database_url) as race:
        outcomes = race(*[lambda tx: desk.finish(tx, toys.known, asked, request.claim_id, reply)] * 4)

    assert sorted(getattr(outcome, "status", "") for outcome in outcomes) == ["", "", "", "completed"]
    assert len(toys.finished) == 1


def test_a_claim_passes_by_a_request_that_is_being_finished(
    database_url: str, conn: Connection, asked: int, toys: Toys
):
    with transaction(conn) as tx:
        request = desk.claim(tx, toys.known, asked).request
        now = tx.now
    assert request is not None
    with connect(database_url) as other, transaction(conn, now=now + LEASE) as tx:
        desk.finish(tx, toys.known, asked, request.claim_id, Reply("late"))
        tx.execute("SELECT 1").fetchone()  # sent, and not committed
        with transaction(other, now=now + LEASE) as theirs:
            assert desk.claim(theirs, toys.known, asked) is desk.NOTHING


def keys(outcomes: Iterable[desk.AttemptOutcome]) -> list[str]:
    return [outcome.request.dedupe_key for outcome in outcomes if outcome.request]


def test_one_account_does_not_keep_others_waiting(tx: Tx, toys: Toys):
    ann, bob = make_account(tx), make_account(tx)
    for number in range(60):
        ask(tx, f"ann:{number}", account_id=ann)
    ask(tx, "bob", account_id=bob)
    messages = [each["request_id"] for each in rows(tx)]  # in the order in which they were sent

    outcomes = [desk.claim(tx, toys.known, request_id) for request_id in messages]

    assert keys(outcomes) == ["ann:0", "bob", *(f"ann:{number}" for number in range(1, 60))]
    assert desk.claim(tx, toys.known, messages[0]) is desk.NOTHING


def test_accounts_take_turns_and_each_has_its_oldest_request_done_first(tx: Tx, toys: Toys):
    ann, bob = make_account(tx), make_account(tx)
    for account, name in ((ann, "ann"), (bob, "bob")):
        for number in range(3):
            ask(tx, f"{name}:{number}", account_id=account, due_at=tx.now + timedelta(seconds=number))
    ask(tx, "no one")
    tx.now += timedelta(seconds=3)
    messages = [each["request_id"] for each in reversed(rows(tx))]

    # What belongs to no one waits for no one.
    assert keys(desk.claim(tx, toys.known, request_id) for request_id in messages) == [
        *("no one", "bob:0", "ann:0", "bob:1", "ann:1", "ann:2", "bob:2")
    ]


def test_an_old_request_is_not_passed_by_for_ever(tx: Tx, toys: Toys):
    """Though someone new asks each time before its account's turn comes."""
    ann = make_account(tx)
    ask(tx, "ann:0", account_id=ann)
    ask(tx, "ann:old", account_id=ann)
    working, old = (desk.claim(tx, toys.known, rows(tx)[0]["request_id"]).request, rows(tx)[1])
    for number in range(5):
        tx.now += timedelta(seconds=1)
        ask(tx, f"new:{number}", account_id=make_account(tx))
        assert keys([desk.claim(tx, toys.known, old["request_id"])]) == [f"new:{number}"]
    assert working is not None
    desk.finish(tx, toys.known, working.request_id, working.claim_id, Reply("Boing."))
    ask(tx, "ann:new", account_id=ann)
    ask(tx, "new:5", account_id=make_account(tx))

    assert keys([desk.claim(tx, toys.known, "ann:new")]) == ["ann:old"]


def test_a_lease_that_has_expired_is_no_work(tx: Tx, toys: Toys):
    ann, bob = make_account(tx), make_account(tx)
    for number in range(2):
        ask(tx, f"ann:{number}", account_id=ann)
    [first, second] = [each["request_id"] for each in rows(tx)]
    desk.claim(tx, toys.known, first)
    tx.now += LEASE
    ask(tx, "bob", account_id=bob)

    assert keys([desk.claim(tx, toys.known, second)]) == ["ann:0"]


def test_one_product_does_not_claim_what_is_anothers(tx: Tx, toys: Toys):
    ann, bob = make_account(tx), make_account(tx)
    ask(tx, "ann:0", account_id=ann)
    ask(tx, "ann:1", account_id=ann)
    service.ask(tx, "dolls.ball", {}, dedupe_key="bob", account_id=bob)
    messages = [each["request_id"] for each in rows(tx)]

    assert keys(desk.claim(tx, toys.known, request_id) for request_id in messages[:2]) == ["ann:0", "ann:1"]


def test_those_who_claim_at_once_get_one_each(database_url: str, conn: Connection, toys: Toys):
    with transaction(conn) as tx:
        for number in range(4):
            ask(tx, f"ball:{number}", account_id=make_account(tx))
        [first, *_] = rows(tx)

    with race_of(4, database_url) as race:
        outcomes = race(*[lambda tx: desk.claim(tx, toys.known, first["request_id"])] * 4)

    assert sorted(keys(each for each in outcomes if isinstance(each, desk.AttemptOutcome))) == [
        *("ball:0", "ball:1", "ball:2", "ball:3")
    ]


def test_a_backlog_does_not_make_claims_slow(conn: Connection, toys: Toys):
    """Ten thousand requests wait."""
    with transaction(conn) as tx:
        accounts = [make_account(tx) for _ in range(100)]
        asked = [Asked(f"ball:{number}", account_id=accounts[number % 100]) for number in range(10_000)]
        service.ask_all(tx, KIND, asked)
    took: list[float] = []
    for number in range(20):
        with transaction(conn) as tx:
            tx.execute("SELECT 1").fetchone()
            before = computed_milliseconds(conn)
            assert desk.claim(tx, toys.known, f"ball:{number}").status == "started"
            took.append(computed_milliseconds(conn) - before)

    assert min(took) < 20, took


def test_round_trips(database_url: str, toys: Toys):
    """What is read depends on the row, so a claim and a finish take one more than an action that loads at once."""
    with counted(database_url) as (conn, wire):

        def trips(use_case: Callable[[Tx], Any]) -> tuple[int, Any]:
            before = wire.round_trips()
            with transaction(conn) as tx:
                result = use_case(tx)
            return wire.round_trips() - before, result

        asked, _ = trips(ask)
        request_id = conn.execute("SELECT max(request_id) AS id FROM kernel.outside_requests").fetchall()[0]["id"]
        claimed, outcome = trips(lambda tx: desk.claim(tx, toys.known, request_id))
        claim_id = outcome.request.claim_id
        reply = Reply("Boing.")
        finished, _ = trips(lambda tx: desk.finish(tx, toys.known, request_id, claim_id, reply, operation="play"))

    # The toy itself reads nothing.
    assert (asked, claimed, finished) == (1, 2, 2)
