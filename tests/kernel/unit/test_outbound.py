"""Delivering to a destination outside: in order, once, patiently. AWS is played by moto."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest

from doors import outbound
from doors.outbound import Envelope, Rejected, Unavailable, deliver
from tests.support.outer_ring import TABLE, Aws, Time, batch, envelope, outer_ring, waiting

DESTINATION = "somewhere"


class Peer:
    """A destination that answers as it is told to, and then takes everything."""

    def __init__(self, *answers: BaseException) -> None:
        self.answers = list(answers)
        self.tried: list[str] = []
        self.had: list[str] = []

    def send(self, envelope: Envelope) -> None:
        self.tried.append(envelope["type"])
        if self.answers:
            raise self.answers.pop(0)
        self.had.append(envelope["type"])


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    with outer_ring(monkeypatch) as found:
        yield found


def delivered_again(peer: Peer, event: dict[str, Any], clock: Time | None = None) -> list[str]:
    """The messages that come again."""
    clock = clock or Time()
    return waiting(deliver(event, clock, DESTINATION, peer.send, wait=clock.wait))


def three() -> dict[str, Any]:
    return batch(*(envelope(name, {}) for name in "abc"))


@pytest.mark.usefixtures("aws")
def test_everything_is_delivered_once_and_in_order():
    peer, event = Peer(), three()

    assert [delivered_again(peer, event), delivered_again(peer, event)] == [[], []]

    assert peer.had == ["a", "b", "c"]


@pytest.mark.usefixtures("aws")
def test_what_fails_is_tried_again_after_longer_and_longer_pauses():
    peer, clock = Peer(Unavailable("away"), Unavailable("away"), Unavailable("away")), Time()

    assert delivered_again(peer, three(), clock) == []

    assert clock.waits == [0.5, 1.0, 2.0]
    assert peer.had == ["a", "b", "c"]


@pytest.mark.usefixtures("aws")
def test_what_cannot_be_delivered_now_keeps_its_place_and_all_behind_it_wait():
    event = batch(*(envelope(name, {}) for name in "abc"))
    peer = Peer()
    peer_fails_at = {"b"}

    def send(envelope: Envelope) -> None:
        if envelope["type"] in peer_fails_at:
            raise Unavailable("busy", retry_after=600)
        peer.send(envelope)

    assert waiting(deliver(event, Time(), DESTINATION, send)) == ["1", "2"]
    peer_fails_at.clear()
    assert waiting(deliver(event, Time(), DESTINATION, send)) == []

    assert peer.had == ["a", "b", "c"]


@pytest.mark.usefixtures("aws")
def test_a_busy_destination_is_given_the_time_it_asks_for_and_is_not_counted_as_broken():
    peer, clock = Peer(*[Unavailable("busy", retry_after=3.0) for _ in range(7)]), Time()

    assert delivered_again(peer, three(), clock) == []

    assert clock.waits == [3.0] * 7
    assert peer.had == ["a", "b", "c"]


@pytest.mark.usefixtures("aws")
def test_after_five_failures_in_a_row_the_circuit_opens_for_a_minute_and_then_one_attempt_decides():
    peer, event = Peer(*[Unavailable("away") for _ in range(6)]), three()

    assert delivered_again(peer, event) == ["0", "1", "2"]
    assert delivered_again(peer, event) == ["0", "1", "2"]
    assert len(peer.tried) == 5
    outbound.circuit_breaker_of(DESTINATION).open_until -= outbound.OPEN_SECONDS
    assert delivered_again(peer, event) == ["0", "1", "2"]
    assert len(peer.tried) == 6
    outbound.circuit_breaker_of(DESTINATION).open_until -= outbound.OPEN_SECONDS
    assert delivered_again(peer, event) == []

    assert peer.had == ["a", "b", "c"]


@pytest.mark.usefixtures("aws")
def test_no_attempt_begins_that_could_be_cut_short():
    peer = Peer()

    assert delivered_again(peer, three(), Time(left=outbound.ATTEMPT_SECONDS)) == ["0", "1", "2"]

    assert peer.tried == []


@pytest.mark.parametrize("reason", [Rejected("no such channel"), KeyError("a bug")])
def test_what_is_refused_for_good_is_put_aside_and_the_others_go_on(
    aws: Aws, reason: Exception, caplog: pytest.LogCaptureFixture
):
    peer = Peer(reason)

    with caplog.at_level(logging.ERROR):
        assert delivered_again(peer, three()) == []

    assert peer.had == ["b", "c"]
    assert [each["type"] for each in aws.dead_letters()] == ["a"]
    assert [record.__dict__["event_type"] for record in caplog.records] == ["a"]


def test_what_is_put_aside_says_which_queue_and_group_it_is_for(aws: Aws):
    delivered_again(Peer(Rejected("no such channel")), three())

    [letter] = aws.sqs.receive_message(QueueUrl=aws.dead_letters_url, MessageAttributeNames=["All"])["Messages"]
    assert {name: said["StringValue"] for name, said in letter["MessageAttributes"].items()} == {
        "TARGET_ARN": "arn:aws:sqs:eu-central-1:123456789012:for-notifier.fifo",
        "group": "notifier",
        "ERROR_MESSAGE": "no such channel",
    }


@pytest.mark.usefixtures("aws")
def test_a_refusal_is_an_answer_too_and_ends_a_row_of_failures():
    away = Unavailable("away")
    peer = Peer(*[away] * 4, Rejected("no such channel"), away)

    assert delivered_again(peer, three()) == []

    assert peer.had == ["b", "c"]


@pytest.mark.usefixtures("aws")
def test_a_replay_is_for_who_asked_for_it_once_each_time():
    mine = envelope("a", {}, replay=True, replay_to=DESTINATION, replay_id="1")
    theirs = envelope("b", {}, replay=True, replay_to="elsewhere", replay_id="1")
    again = {**mine, "metadata": {**mine["metadata"], "replay_id": "2"}}
    peer = Peer()

    delivered_again(peer, batch({**mine, "metadata": {}}))
    assert delivered_again(peer, batch(mine, theirs, mine, again)) == []

    assert peer.had == ["a", "a", "a"]


@pytest.mark.usefixtures("aws")
def test_what_comes_from_the_buss_archive_has_been_here():
    peer = Peer()

    assert delivered_again(peer, batch(envelope("a", {}), **{"replay-name": "last-week"})) == []

    assert peer.tried == []


def test_an_interrupted_attempt_is_retried_once_its_function_cannot_be_running(aws: Aws):
    peer, event = Peer(KeyboardInterrupt()), batch(envelope("a", {}))
    with pytest.raises(KeyboardInterrupt):
        delivered_again(peer, event)

    assert delivered_again(peer, event, Time(left=30)) == ["0"]
    assert peer.had == []
    (item,) = aws.items()
    aws.dynamodb.update_item(
        TableName=TABLE,
        Key={"pk": item["pk"], "sk": item["sk"]},
        UpdateExpression="SET in_progress_expiration = :past",
        ExpressionAttributeValues={":past": {"N": "1"}},
    )
    assert delivered_again(peer, event) == []

    assert peer.had == ["a"]


def test_without_its_idempotency_store_it_delivers_nothing(aws: Aws):
    aws.dynamodb.delete_table(TableName=TABLE)
    peer = Peer()

    assert delivered_again(peer, three()) == ["0", "1", "2"]

    assert peer.tried == []


def test_what_was_delivered_is_deleted_after_two_weeks(aws: Aws):
    delivered_again(Peer(), batch(envelope("a", {})))

    (item,) = aws.items()
    assert item["pk"] == {"S": f"had#{DESTINATION}"}
    assert int(item["expires_at"]["N"]) == pytest.approx(time.time() + 14 * 24 * 3600, abs=60)
