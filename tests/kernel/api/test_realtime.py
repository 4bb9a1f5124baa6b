"""Tickets: leave to listen, and to nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.authorizer.app import handler, ticket_keys
from functions.shared.authorizer.ticket_keys import PAUSE_SECONDS, TicketKeys
from kernel.database import Connection, transaction
from kernel.keys import service as keys
from kernel.realtime import tickets
from kernel.realtime.tickets import LONGEST, is_current, is_signed, issue_ticket, write_ticket
from tests.support.api import CallApi, code_of

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


def test_a_ticket_is_not_stored(call: CallApi, environment: Connection):
    answer = call("POST", "/api/v1/realtime/ticket", {}, role="viewer", headers={"Idempotency-Key": "one"})

    assert answer.status == 200
    assert environment.execute("SELECT 1 AS one FROM idempotency_keys").fetchone() is None


def test_a_revoked_key_gets_no_ticket_although_the_gateway_still_lets_it_in(call: CallApi, environment: Connection):
    environment.execute("UPDATE api_keys SET revoked_at = now()")

    answer = call("POST", "/api/v1/realtime/ticket", {}, role="viewer")

    assert code_of(answer) == (401, "key_revoked")


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

    assert answer["context"] == {"role": "viewer", "ticket": "true"}
    assert answer["usageIdentifierKey"].endswith("-viewer")
    stage = "/".join(arn.split("/")[:2])
    assert opened(answer) == [f"{stage}/{way}" for way in ("GET/api/v1/events", "HEAD/api/v1/events", "$connect")]
    assert arn in opened(answer)


def test_a_ticket_is_good_until_its_time_is_over(environment: Connection):
    assert handler(request(ticket=ticket(environment, age=300)), None)
    with pytest.raises(Exception, match="^Unauthorized$"):
        handler(request(ticket=ticket(environment, age=601)), None)


def test_tickets_are_no_guessed_keys_however_many_are_wrong(environment: Connection, caplog: pytest.LogCaptureFixture):
    good = ticket(environment)
    forged = good[:-2] + ("EA" if good.endswith("AA") else "AA")
    hour = timedelta(hours=1)
    other = write_ticket(b"another key", datetime.now(UTC) + hour, hour, bytes(16))
    with transaction(environment) as tx:
        keys.store(tx, keys.digest(KEY), "streamer", "bot")

    for wrong in (good[:-1] + "!", forged, "x" + good[1:], good + "A", other, "nonsense", *["nonsense"] * 100):
        with pytest.raises(Exception, match="^Unauthorized$"):
            handler(request(ticket=wrong), None)

    assert not caplog.records
    assert handler(request(ticket=good), None)["principalId"] == "ticket"
    assert handler(request(header=KEY), None)["principalId"] == "streamer"


def test_an_expired_ticket_opens_a_websocket_that_says_so_and_no_stream(environment: Connection):
    expired = ticket(environment, age=601)

    answer = handler(request(CONNECT, ticket=expired), None)

    assert (answer["context"], opened(answer)) == ({"refusal": "ticket_expired"}, [CONNECT])
    for arn, age in ((STREAM, 601), (CONNECT, 601 + 86_400)):
        with pytest.raises(Exception, match="^Unauthorized$"):
            handler(request(arn, ticket=ticket(environment, age=age)), None)


def test_a_revoked_key_opens_a_websocket_that_says_so_and_nothing_else(environment: Connection):
    with transaction(environment) as tx:
        keys.store(tx, keys.digest(KEY), "overlay", "viewer")
        keys.revoke(tx, "overlay", "admin")

    answer = handler(request(CONNECT, key=KEY), None)

    assert (answer["context"], opened(answer)) == ({"refusal": "key_revoked"}, [CONNECT])
    with pytest.raises(Exception, match="^Unauthorized$"):
        handler(request(STREAM, header=KEY), None)


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

    assert handler(request(CONNECT, key=KEY), None)["context"]["role"] == "bot"
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
    assert not is_signed([b"the key"], text)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),
    st.integers(30, int(LONGEST.total_seconds())),
    st.binary(min_size=16, max_size=16),
)
def test_a_ticket_is_current_from_its_issue_until_it_expires(moment: datetime, seconds: int, number: bytes):
    until, ttl = moment.replace(microsecond=0, tzinfo=UTC), timedelta(seconds=seconds)

    text = write_ticket(b"the key", until, ttl, number)

    assert is_signed([b"another key", b"the key"], text)
    assert [is_current(text, until - ago) for ago in (ttl, timedelta(seconds=1))] == [True, True]
    assert [is_current(text, at) for at in (until, until - ttl - timedelta(minutes=1))] == [False, False]
    assert text.replace(".", "").replace("-", "").replace("_", "").isalnum()


def test_a_ticket_of_a_clock_that_was_ahead_opens_nothing_now(environment: Connection):
    for ahead in (timedelta(hours=12), timedelta(days=365)):
        with pytest.raises(Exception, match="^Unauthorized$"):
            handler(request(ticket=ticket(environment, age=-ahead.total_seconds())), None)


def test_tickets_of_the_earlier_key_last_until_they_expire(environment: Connection, call: CallApi):
    before = ticket(environment)
    assert handler(request(ticket=before), None)

    answer = call("POST", "/api/v1/admin/keys/rotate-tickets", {})

    assert answer.json == {"message": "Tickets are signed with a new key. Earlier tickets work until they expire."}
    read_keys_again()
    after = ticket(environment)
    assert not is_signed(keys_now(environment)[1:], after)
    assert [handler(request(ticket=each), None)["principalId"] for each in (before, after)] == ["ticket", "ticket"]
    a_day_later = datetime.now(UTC) + LONGEST + timedelta(minutes=1)
    with transaction(environment, now=a_day_later) as tx:
        assert len(tickets.find_keys(tx)) == 1
        tickets.delete_retired_keys(tx)
    assert environment.execute("SELECT count(*) AS n FROM retired_signing_keys").fetchone() == {"n": 0}


def test_tickets_of_a_leaked_key_open_nothing(environment: Connection, call: CallApi):
    call("POST", "/api/v1/admin/keys/rotate-tickets", {})
    before = ticket(environment)

    call("POST", "/api/v1/admin/keys/rotate-tickets", {"leaked": True})

    ticket_keys.clear()
    assert handler(request(ticket=ticket(environment)), None)
    with pytest.raises(Exception, match="^Unauthorized$"):
        handler(request(ticket=before), None)


def keys_now(conn: Connection) -> tuple[bytes, ...]:
    with transaction(conn) as tx:
        return tickets.find_keys(tx)


def read_keys_again() -> None:
    """Let the pause pass after which an unknown signature makes an environment look for new keys."""
    ticket_keys._read_at -= PAUSE_SECONDS


def test_an_unknown_signature_makes_an_environment_look_for_new_keys_but_not_all_the_time():
    reads: list[float] = []
    clock = [1_000_000.0]

    def read() -> tuple[bytes, ...]:
        reads.append(clock[0])
        return (b"the key",)

    known = TicketKeys(300, read, lambda: clock[0])
    forged = write_ticket(b"another key", MOMENT, LONGEST, bytes(16))
    for _ in range(100):
        assert not known.have_signed(forged)
        clock[0] += 0.125
    assert len(reads) == 13

    assert known.have_signed(write_ticket(b"the key", MOMENT, LONGEST, bytes(16)))
    clock[0] -= 365 * 86_400  # a clock that is set back does not keep them for longer
    known.have_signed(write_ticket(b"the key", MOMENT, LONGEST, bytes(16)))
    assert len(reads) == 14
