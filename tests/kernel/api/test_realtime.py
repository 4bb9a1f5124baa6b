"""Tickets: leave to listen, and to nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.authorizer.app import handler
from kernel.database import Connection, transaction
from kernel.keys import service as keys
from kernel.realtime.tickets import issue_ticket, read_ticket, write_ticket
from tests.support.api import CallApi

STREAM = "arn:aws:execute-api:eu-central-1:000000000000:abc/dev/GET/api/v1/events"
CONNECT = "arn:aws:execute-api:eu-central-1:000000000000:ws1/dev/$connect"
KEY = "a-long-random-key"
MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def ticket(conn: Connection, *, age: float = 0, ttl: float = 600) -> str:
    with transaction(conn, now=datetime.now(UTC) - timedelta(seconds=age)) as tx:
        return issue_ticket(tx, timedelta(seconds=ttl)).text


def request(arn: str = STREAM, *, header: str | None = None, **query: str) -> dict[str, Any]:
    context: dict[str, Any] = {"identity": {"sourceIp": "203.0.113.7"}}
    if arn == CONNECT:
        context |= {"routeKey": "$connect", "eventType": "CONNECT"}
    return {
        "type": "REQUEST",
        "methodArn": arn,
        "headers": {"X-API-Key": header} if header is not None else {},
        "queryStringParameters": query or None,
        "requestContext": context,
    }


def opened(answer: dict[str, Any]) -> list[str]:
    statements = answer["policyDocument"]["Statement"]
    assert {statement["Effect"] for statement in statements} == {"Allow"}
    return [statement["Resource"] for statement in statements]


def test_a_caller_with_a_key_gets_a_ticket_with_the_addresses_it_opens(call: CallApi, environment: Connection):
    before = datetime.now(UTC)

    answer = call("POST", "/api/v1/realtime/ticket", {"ttl_seconds": 90}, role="viewer")

    assert answer.status == 200
    text = answer.json["ticket"]
    assert answer.json["events_path"] == f"/api/v1/events?ticket={text}"
    assert "websocket_url" not in answer.json  # this installation has none
    until = datetime.fromisoformat(answer.json["expires_at"])
    assert before + timedelta(seconds=88) < until <= datetime.now(UTC) + timedelta(seconds=91)
    assert handler(request(ticket=text), None)["principalId"] == "ticket"


def test_an_hour_is_usual(call: CallApi):
    answer = call("POST", "/api/v1/realtime/ticket", {})

    lasts = datetime.fromisoformat(answer.json["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=59) < lasts <= timedelta(hours=1)


@pytest.mark.parametrize("seconds", [29, 86_401, "long"])
def test_other_times_are_refused(call: CallApi, seconds: Any):
    answer = call("POST", "/api/v1/realtime/ticket", {"ttl_seconds": seconds})

    assert (answer.status, list(answer.json["fields"])) == (400, ["ttl_seconds"])


def test_without_a_key_there_is_no_ticket(call: CallApi):
    assert call("POST", "/api/v1/realtime/ticket", {}, role=None).status == 401


@pytest.mark.parametrize("arn", [STREAM, CONNECT])
def test_a_ticket_makes_a_viewer_who_may_listen_and_nothing_else(environment: Connection, arn: str):
    answer = handler(request(arn, ticket=ticket(environment)), None)

    assert answer["context"] == {"role": "viewer"}
    assert answer["usageIdentifierKey"].endswith("-viewer")
    stage = "/".join(arn.split("/")[:2])
    assert opened(answer) == [f"{stage}/{way}" for way in ("GET/api/v1/events", "HEAD/api/v1/events", "$connect")]
    assert arn in opened(answer)


def test_a_ticket_is_good_until_its_time_is_over(environment: Connection):
    assert handler(request(ticket=ticket(environment, age=300)), None)
    with pytest.raises(Exception, match="^Unauthorized$"):
        handler(request(ticket=ticket(environment, age=601)), None)


def test_a_made_up_ticket_counts_as_a_wrong_key(environment: Connection):
    good = ticket(environment)
    forged = good[:-2] + ("EA" if good.endswith("AA") else "AA")
    other = write_ticket(b"another key", datetime.now(UTC) + timedelta(hours=1), bytes(16))

    for wrong in (good[:-1] + "!", forged, "x" + good[1:], good + "A", other, "nonsense"):
        with pytest.raises(Exception, match="^Unauthorized$"):
            handler(request(ticket=wrong), None)

    row = environment.execute("SELECT attempts FROM failed_keys").fetchone()
    assert row == {"attempts": 6}
    assert handler(request(ticket=good), None)


def test_a_valid_ticket_is_accepted_from_any_address_because_no_one_can_guess_it(environment: Connection):
    good = ticket(environment)
    for _ in range(keys.FAILURES_TO_IGNORE):
        with pytest.raises(Exception, match="Unauthorized"):
            handler(request(ticket="nonsense"), None)

    assert handler(request(ticket=good), None)["principalId"] == "ticket"
    with transaction(environment) as tx:
        keys.store(tx, keys.digest(KEY), "streamer", "bot")
    with pytest.raises(Exception, match="Unauthorized"):
        handler(request(header=KEY), None)


def test_a_crowd_with_good_tickets_does_not_ask_the_database(environment: Connection, monkeypatch: pytest.MonkeyPatch):
    assert handler(request(ticket=ticket(environment)), None)
    another = ticket(environment)
    monkeypatch.setattr("kernel.connections.connection", lambda: pytest.fail("it was asked"))

    assert handler(request(ticket=another), None)["principalId"] == "ticket"


def test_a_key_is_no_ticket(environment: Connection):
    with transaction(environment) as tx:
        keys.store(tx, keys.digest(KEY), "streamer", "bot")

    with pytest.raises(Exception, match="^Unauthorized$"):
        handler(request(ticket=KEY), None)


def test_a_key_in_the_address_opens_the_websocket_alone(environment: Connection):
    with transaction(environment) as tx:
        keys.store(tx, keys.digest(KEY), "streamer", "bot")

    assert handler(request(CONNECT, key=KEY), None)["context"] == {"role": "bot"}
    with pytest.raises(Exception, match="^Unauthorized$"):
        handler(request(STREAM, key=KEY), None)


def test_the_header_goes_before_the_address(environment: Connection):
    with transaction(environment) as tx:
        keys.store(tx, keys.digest(KEY), "streamer", "bot")

    assert handler(request(header=KEY, ticket="nonsense"), None)["principalId"] == "streamer"
    with pytest.raises(Exception, match="^Unauthorized$"):
        handler(request(header="wrong", ticket=ticket(environment)), None)


@given(st.text(max_size=90) | st.from_regex(r"\A[\w-]{32}\.[\w-]{43}\Z"))
def test_no_text_reads_as_a_ticket_unless_it_was_written_with_the_key(text: str):
    assert read_ticket(b"the key", text) is None


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.binary(min_size=16, max_size=16))
def test_a_ticket_tells_until_when_and_needs_no_quoting(moment: datetime, number: bytes):
    until = moment.replace(microsecond=0, tzinfo=UTC)

    text = write_ticket(b"the key", until, number)

    assert read_ticket(b"the key", text) == until
    assert text.replace(".", "").replace("-", "").replace("_", "").isalnum()
