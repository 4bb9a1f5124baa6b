"""The pusher posts to every connection in order, and tells the desk what became of it."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from doors.invoking import InvocationFailed
from functions.worlds.push import posting, run
from functions.worlds.push.run import PushRun

PATIENCE = 30.0
"""Seconds for what other threads do at once unless the machine has much else to do."""


class GoneException(Exception):
    """The connection does not exist."""


class Exceptions:
    GoneException = GoneException


@dataclass
class Clock:
    """A clock that stands still until it is advanced."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Gateway:
    """Connections by id.

    Attributes:
        heard: {connection: its frames}.
        closed: those that were closed, in order.
        refusing: {connection: what the next attempts to post raise; None: nothing}.
        waiting: connections whose posts wait for an event.
    """

    clock: Clock
    heard: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    closed: list[str] = field(default_factory=list[str])
    refusing: dict[str, Iterator[Exception | None]] = field(default_factory=dict)
    waiting: dict[str, threading.Event] = field(default_factory=dict[str, threading.Event])

    exceptions = Exceptions

    def post_to_connection(self, ConnectionId: str, Data: bytes) -> None:  # noqa: N803, boto3's names
        if ConnectionId in self.waiting:
            assert self.waiting[ConnectionId].wait(PATIENCE)
        if refusal := next(self.refusing.get(ConnectionId, iter(())), None):
            raise refusal
        self.heard[ConnectionId].append(Data.decode())

    def delete_connection(self, ConnectionId: str) -> None:  # noqa: N803
        if ConnectionId in self.closed:
            raise GoneException
        self.closed.append(ConnectionId)

    def gone(self, seconds: float) -> Iterator[Exception | None]:
        """Refuse as one that is not there; each attempt takes so many seconds."""
        while True:
            self.clock.seconds += seconds
            yield GoneException()


@dataclass
class Desk:
    """A desk that hands out what it is given, a claim at a time, and keeps what it is told.

    Attributes:
        claims: what the next claims answer; afterwards nothing.
        told: the operations, in order.
        failing: the numbers of the operations, from 1, that fail.
    """

    claims: list[dict[str, Any]]
    told: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    failing: frozenset[int] = frozenset()

    def __call__(self, operation: Mapping[str, Any]) -> dict[str, Any]:
        self.told.append(operation)
        if len(self.told) in self.failing:
            raise InvocationFailed("no database")
        if operation["op"] == "report" or not self.claims:
            return claim()
        return self.claims.pop(0)

    @property
    def delivered(self) -> dict[str, int]:
        """What has been delivered, up to which number, of each character."""
        return {each["character_id"]: each["seq"] for told in self.told for each in told["delivered"]}

    def all(self, kind: str) -> list[str]:
        """The connections that were ever reported as gone or failed."""
        return [connection for told in self.told for connection in told[kind]]


def claim(
    *deliveries: Mapping[str, Any], closing: Mapping[str, str] | None = None, more: bool = False
) -> dict[str, Any]:
    told = [{"connection_id": connection, "frames": [frame]} for connection, frame in (closing or {}).items()]
    return {"deliveries": list(deliveries), "closing": told, "more": more}


def frame(seq: int) -> str:
    return json.dumps({"type": "game_message", "data": {"text": f"line {seq}"}, "seq": seq})


def delivery(who: str, *seqs: int) -> dict[str, Any]:
    """Posts with these numbers for the character `who`, on the connection `who=`."""
    return {
        "connection_id": f"{who}=",
        "character_id": who,
        "frames": [frame(seq) for seq in seqs],
        "last_seq": seqs[-1],
    }


def throttled() -> ClientError:
    return ClientError({"Error": {"Code": "LimitExceededException"}}, "PostToConnection")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(run, "monotonic", made)
    monkeypatch.setattr(posting, "monotonic", made)
    monkeypatch.setattr(run, "FIRST_PAUSE_SECONDS", -2.0)  # no pause: this clock passes only where someone advances it
    return made


@pytest.fixture
def gateway(clock: Clock) -> Gateway:
    return Gateway(clock)


def push(desk: Desk, gateway: Gateway, *seconds_left: float) -> None:
    """Run until the desk has nothing more.

    Args:
        seconds_left: before each of the first claims; enough from then on.
    """
    left = iter(seconds_left)
    PushRun(desk, gateway, lambda: next(left, 100.0)).run()


def test_nothing_waits_and_the_run_ends_with_one_question(gateway: Gateway):
    desk = Desk([])

    push(desk, gateway)

    assert desk.told == [{"op": "claim", "delivered": [], "gone": [], "failed": []}]


def test_every_connection_hears_its_frames_in_order_and_the_desk_learns_the_last(gateway: Gateway):
    desk = Desk([claim(*(delivery(f"c{number}", *range(1, 21)) for number in range(30)))])

    push(desk, gateway)

    assert gateway.heard == {f"c{number}=": [frame(seq) for seq in range(1, 21)] for number in range(30)}
    assert desk.delivered == {f"c{number}": 20 for number in range(30)}


def test_what_was_written_meanwhile_is_posted_in_the_same_run(gateway: Gateway):
    desk = Desk([claim(delivery("ann", 1)), claim(delivery("ann", 2, 3)), claim(more=True), claim(delivery("ann", 4))])

    push(desk, gateway)

    assert gateway.heard["ann="] == [frame(seq) for seq in (1, 2, 3, 4)]
    assert [told["delivered"] for told in desk.told] == [
        [],
        [{"character_id": "ann", "seq": 1, "ago": 0}],
        [{"character_id": "ann", "seq": 3, "ago": 0}],
        [],
        [{"character_id": "ann", "seq": 4, "ago": 0}],
    ]


def test_a_connection_that_opens_late_gets_its_posts_then(gateway: Gateway):
    gateway.refusing["ann="] = iter([GoneException(), GoneException(), None])
    desk = Desk([claim(delivery("ann", 1, 2))])

    push(desk, gateway)

    assert gateway.heard["ann="] == [frame(1), frame(2)]
    assert (desk.delivered, desk.all("gone")) == ({"ann": 2}, [])


def test_a_connection_that_is_gone_for_five_seconds_is_reported_and_holds_up_no_other(gateway: Gateway, clock: Clock):
    began = clock.seconds
    gateway.refusing["ann="] = gateway.gone(seconds=1)
    desk = Desk([claim(delivery("ann", 1), delivery("bob", 1))])

    push(desk, gateway)

    assert desk.all("gone") == ["ann="]
    assert desk.delivered == {"bob": 1}
    assert clock.seconds - began == run.HOLDING_SECONDS
    first_delivered, first_gone = (
        next(number for number, told in enumerate(desk.told) if told[what]) for what in ("delivered", "gone")
    )
    assert first_delivered <= first_gone


def test_a_connection_that_is_gone_after_some_frames_was_open_and_is_reported_at_once(gateway: Gateway, clock: Clock):
    began = clock.seconds
    gateway.refusing["ann="] = iter([None, None, GoneException()])
    desk = Desk([claim(delivery("ann", 5, 8, 9))])

    push(desk, gateway)

    assert desk.told[1] == {
        "op": "claim",
        "delivered": [{"character_id": "ann", "seq": 8, "ago": 0}],
        "gone": ["ann="],
        "failed": [],
    }
    assert clock.seconds == began


def test_after_a_failure_the_next_frame_is_the_one_that_failed(gateway: Gateway):
    gateway.refusing["ann="] = iter([None, throttled(), None, throttled(), None])
    desk = Desk([claim(delivery("ann", 1, 2, 3))])

    push(desk, gateway)

    assert gateway.heard["ann="] == [frame(1), frame(2), frame(3)]
    assert (desk.delivered, desk.all("failed")) == ({"ann": 3}, [])


def test_a_failure_that_lasts_is_reported_with_what_was_delivered(gateway: Gateway, clock: Clock):
    def refusals() -> Iterator[Exception | None]:
        yield None
        while True:
            clock.seconds += 1
            yield throttled()

    gateway.refusing["ann="] = refusals()
    desk = Desk([claim(delivery("ann", 1, 2), delivery("bob", 1))])

    push(desk, gateway)

    assert gateway.heard == {"ann=": [frame(1)], "bob=": [frame(1)]}
    assert desk.delivered == {"ann": 1, "bob": 1}
    assert (desk.all("failed"), desk.all("gone")) == (["ann="], [])


def test_while_one_connection_takes_long_others_hear_what_was_written_since(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.undo()  # the real clock: what is waited for happens no matter what it says
    gateway.waiting["slow="] = threading.Event()

    class Releasing(Desk):
        def __call__(self, operation: Mapping[str, Any]) -> dict[str, Any]:
            if any((each["character_id"], each["seq"]) == ("bob", 2) for each in operation["delivered"]):
                gateway.waiting["slow="].set()
            return super().__call__(operation)

    desk = Releasing([claim(delivery("slow", 1), delivery("bob", 1)), claim(delivery("bob", 2))])

    push(desk, gateway)

    assert gateway.heard["bob="] == [frame(1), frame(2)]
    assert desk.delivered == {"slow": 1, "bob": 2}


def test_a_connection_to_close_is_told_why_then_closed_and_then_gone(gateway: Gateway):
    gateway.refusing["old="] = iter([GoneException(), None])
    desk = Desk([claim(closing={"old=": '{"type": "error"}'})])

    push(desk, gateway)

    assert gateway.heard == {"old=": ['{"type": "error"}']}
    assert (gateway.closed, desk.all("gone"), desk.delivered) == (["old="], ["old="], {})


def test_what_is_handed_out_again_while_it_is_being_told_is_told_once(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.undo()
    gateway.waiting["old="] = threading.Event()

    class Releasing(Desk):
        def __call__(self, operation: Mapping[str, Any]) -> dict[str, Any]:
            if len(self.told) == 2:
                gateway.waiting["old="].set()
            return super().__call__(operation)

    push(Releasing([claim(closing={"old=": "{}"}, more=True)] * 3), gateway)

    assert (gateway.heard, gateway.closed) == ({"old=": ["{}"]}, ["old="])


def test_a_connection_to_close_that_cannot_be_told_is_closed_all_the_same(gateway: Gateway):
    gateway.refusing["old="] = iter([throttled()])
    desk = Desk([claim(closing={"old=": "{}"})])

    push(desk, gateway)

    assert (gateway.closed, desk.all("gone")) == (["old="], ["old="])


def test_a_post_that_no_websocket_takes_does_not_hold_up_those_behind_it(gateway: Gateway):
    large = {**delivery("ann", 1, 2, 3), "frames": [frame(1), "x" * (posting.LARGEST_BYTES + 1), frame(3)]}
    desk = Desk([claim(large)])

    push(desk, gateway)

    assert gateway.heard["ann="] == [frame(1), frame(3)]
    assert desk.delivered == {"ann": 3}


def test_when_its_time_is_over_the_run_reports_without_another_claim(gateway: Gateway):
    desk = Desk([claim(delivery("ann", 1)), claim(delivery("ann", 2))])

    push(desk, gateway, 100.0, run.CLAIM_SECONDS - 1)

    assert [told["op"] for told in desk.told] == ["claim", "report"]
    assert desk.delivered == {"ann": 1}


def test_what_is_still_opening_when_the_time_is_over_goes_back_to_the_desk(gateway: Gateway):
    gateway.refusing["ann="] = gateway.gone(seconds=0.01)
    desk = Desk([claim(delivery("ann", 1), delivery("bob", 1))])

    push(desk, gateway, 100.0, run.CLAIM_SECONDS - 1)

    assert (desk.told[-1]["op"], desk.all("failed"), desk.delivered) == ("report", ["ann="], {"bob": 1})


@pytest.mark.parametrize("failing", [1, 2])
def test_a_desk_that_does_not_answer_ends_the_run_with_a_line_in_the_log(
    gateway: Gateway, failing: int, caplog: pytest.LogCaptureFixture
):
    desk = Desk([claim(delivery("ann", 1)), claim(delivery("ann", 2))], failing=frozenset({failing}))

    push(desk, gateway)

    assert len(desk.told) == failing
    assert "the desk of posts does not answer: no database" in caplog.messages


def test_no_post_is_on_its_way_when_the_run_has_ended(gateway: Gateway, monkeypatch: pytest.MonkeyPatch):
    """An environment that is frozen would send it when it thaws, behind posts that others have sent meanwhile."""
    monkeypatch.undo()
    gateway.waiting["slow="] = threading.Event()

    class Failing(Desk):
        def __call__(self, operation: Mapping[str, Any]) -> dict[str, Any]:
            if operation["delivered"]:
                gateway.waiting["slow="].set()
                raise InvocationFailed("no database")
            return super().__call__(operation)

    push(Failing([claim(delivery("slow", 1, 2, 3), delivery("bob", 1))]), gateway)

    assert gateway.heard["slow="] == [frame(1), frame(2), frame(3)]


def test_the_desk_learns_how_long_ago_something_has_arrived(clock: Clock):
    report = run.PushReport(delivered={"ann": (1, clock.seconds)})
    clock.seconds += 0.25

    assert report.as_json()["delivered"] == [{"character_id": "ann", "seq": 1, "ago": 0.25}]
