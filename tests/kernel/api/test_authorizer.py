from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from time import time
from typing import Any

import psycopg
import pytest

from functions.shared.authorizer import app
from functions.shared.authorizer.app import handler
from functions.shared.authorizer.key_ring import EXTRA_READINGS, MAX_AGE_IN_NEED_SECONDS
from functions.shared.authorizer.wrong_keys import TO_WARN
from kernel import connections
from kernel.connections import Login
from kernel.database import Connection, transaction
from kernel.errors import NoFreeConnection
from kernel.keys import service as keys

ARN = "arn:aws:execute-api:eu-central-1:000000000000:abc/dev/POST/api/v1/economy/buy"
KEY = "a-long-random-key"


@pytest.fixture
def known_key(environment: Connection) -> Connection:
    with transaction(environment) as tx:
        keys.store(tx, keys.digest(KEY), "streamer", "bot")
    return environment


def request(api_key: str, address: str = "203.0.113.7") -> dict[str, Any]:
    return {
        "type": "REQUEST",
        "methodArn": ARN,
        "headers": {"X-Api-Key": api_key},
        "requestContext": {"identity": {"sourceIp": address}},
    }


def test_a_key_opens_the_whole_api_under_its_holders_name_and_role(known_key: Connection):
    answer = handler(request(KEY), None)

    assert answer["principalId"] == "streamer"
    assert answer["context"] == {"role": "bot", "key_hash": keys.digest(KEY)}
    assert answer["usageIdentifierKey"].endswith("-bot")
    statement = answer["policyDocument"]["Statement"][0]
    assert (statement["Effect"], statement["Resource"]) == (
        "Allow",
        "arn:aws:execute-api:eu-central-1:000000000000:abc/dev/*",
    )


def test_any_other_key_is_unauthorized(known_key: Connection, subtests: pytest.Subtests):
    for wrong in ["", "A-long-random-key", KEY + " ", "\udcff", "x" * 10_000]:
        with subtests.test(wrong=wrong), pytest.raises(Exception, match="^Unauthorized$"):
            handler(request(wrong), None)


def test_only_the_hash_of_a_key_is_stored(known_key: Connection):
    stored = known_key.execute("SELECT * FROM api_keys").fetchall()

    assert KEY not in str(stored)


def test_a_revoked_key_is_unauthorized(known_key: Connection):
    known_key.execute("UPDATE api_keys SET revoked_at = now()")

    with pytest.raises(Exception, match="^Unauthorized$"):
        handler(request(KEY), None)


def test_a_key_that_was_accepted_needs_no_database_for_a_while(known_key: Connection, monkeypatch: pytest.MonkeyPatch):
    handler(request(KEY), None)
    monkeypatch.setattr(connections, "connection", refuse)

    assert handler(request(KEY), None)["principalId"] == "streamer"
    monkeypatch.setattr(app.key_ring, "_clock", lambda: time() + MAX_AGE_IN_NEED_SECONDS)
    with pytest.raises(Exception, match="^Unavailable$"):
        handler(request(KEY), None)


@pytest.mark.parametrize("error", [NoFreeConnection(), psycopg.OperationalError("refused")])
def test_a_stranger_is_no_wrong_key_when_the_database_cannot_be_asked(
    known_key: Connection, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    monkeypatch.setattr(connections, "connection", lambda *_, **__: refuse(error))

    with pytest.raises(Exception, match="^Unavailable$"):
        handler(request(KEY), None)


def refuse(error: Exception | int = 0, **_: object) -> Connection:
    raise error if isinstance(error, Exception) else NoFreeConnection


def test_a_new_key_for_a_name_replaces_the_old_one(known_key: Connection):
    with transaction(known_key) as tx:
        keys.store(tx, keys.digest("another"), "streamer", "bot")

    assert handler(request("another"), None)["principalId"] == "streamer"
    with pytest.raises(Exception, match="^Unauthorized$"):
        handler(request(KEY), None)


def test_a_key_that_was_made_just_now_is_accepted_by_an_environment_that_knows_the_others(known_key: Connection):
    handler(request(KEY), None)
    for number in range(EXTRA_READINGS):
        with transaction(known_key) as tx:
            new = keys.create(tx, f"bot {number}", "bot")

        assert handler(request(new), None)["principalId"] == f"bot {number}"


def test_the_fifth_wrong_key_from_one_address_is_a_warning(known_key: Connection, caplog: pytest.LogCaptureFixture):
    for attempt in range(TO_WARN):
        assert not caplog.records, attempt
        with pytest.raises(Exception, match="Unauthorized"):
            handler(request("wrong"), None)

    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_a_missing_key_is_no_guess_and_needs_no_database(
    known_key: Connection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(connections, "connection", refuse)

    for _ in range(TO_WARN):
        with pytest.raises(Exception, match="^Unauthorized$"):
            handler(request(""), None)

    assert not caplog.records


def test_a_flood_of_wrong_keys_neither_stops_good_ones_nor_reaches_the_database(
    database_url: str, known_key: Connection, monkeypatch: pytest.MonkeyPatch
):
    """From one address, in four environments of one process: what each wrong key would cost, all together may not."""
    readings = count_calls(monkeypatch, keys.queries, "list_hashes")

    def environment(number: int) -> list[str]:
        connections.log_in_with(Login(database_url, patience_seconds=2))
        try:
            return [outcome(KEY if n % 4 == 0 else f"wrong {number} {n}") for n in range(200)]
        finally:
            connections.close()

    started = time()
    with ThreadPoolExecutor(4) as environments:
        outcomes = list(environments.map(environment, range(4)))

    assert outcomes == [["streamer", "Unauthorized", "Unauthorized", "Unauthorized"] * 50] * 4
    # The first of each environment, the readings in store, and one a second.
    assert len(readings) <= 4 + EXTRA_READINGS + (time() - started) + 1


def count_calls(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[None]:
    calls: list[None] = []
    real = getattr(module, name)

    def counted(*args: Any) -> Any:
        calls.append(None)
        return real(*args)

    monkeypatch.setattr(module, name, counted)
    return calls


def outcome(api_key: str) -> str:
    try:
        return handler(request(api_key), None)["principalId"]
    except Exception as error:
        return str(error)
