from __future__ import annotations

import logging
from time import time
from typing import Any

import psycopg
import pytest

from functions.shared.authorizer import app
from functions.shared.authorizer.app import handler
from functions.shared.authorizer.known_keys import MOST, KnownKeys
from kernel import connections
from kernel.database import Connection, transaction
from kernel.errors import NoFreeConnection
from kernel.keys import service as keys
from kernel.keys.models import KeyHolder

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
    assert answer["context"] == {"role": "bot"}
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
    monkeypatch.setattr(app.known_keys, "_clock", lambda: time() + app.KEY_SECONDS)
    with pytest.raises(Exception, match="^Unavailable$"):
        handler(request(KEY), None)


@pytest.mark.parametrize("error", [NoFreeConnection(), psycopg.OperationalError("refused")])
def test_a_stranger_is_no_wrong_key_when_the_database_cannot_be_asked(
    known_key: Connection, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    monkeypatch.setattr(connections, "connection", lambda *_, **__: refuse(error))

    with pytest.raises(Exception, match="^Unavailable$"):
        handler(request(KEY), None)

    assert known_key.execute("SELECT count(*) AS n FROM failed_keys").fetchone() == {"n": 0}


def refuse(error: Exception | int = 0, **_: object) -> Connection:
    raise error if isinstance(error, Exception) else NoFreeConnection


def test_wrong_keys_are_counted_although_a_right_one_is_known(known_key: Connection):
    handler(request(KEY), None)

    for _ in range(2):
        with pytest.raises(Exception, match="^Unauthorized$"):
            handler(request("wrong"), None)

    assert known_key.execute("SELECT attempts FROM failed_keys").fetchone() == {"attempts": 2}


def test_the_known_keys_are_bounded():
    known = KnownKeys(60)
    for number in range(MOST + 1):
        known.add(f"{number}", KeyHolder(f"{number}", "bot"))

    assert known.find(f"{MOST}") == KeyHolder(f"{MOST}", "bot")
    assert known.find("0") is None


def test_a_new_key_for_a_name_replaces_the_old_one(known_key: Connection):
    with transaction(known_key) as tx:
        keys.store(tx, keys.digest("another"), "streamer", "bot")

    assert handler(request("another"), None)["principalId"] == "streamer"
    with pytest.raises(Exception, match="^Unauthorized$"):
        handler(request(KEY), None)


def test_the_fifth_wrong_key_from_one_address_is_a_warning(known_key: Connection, caplog: pytest.LogCaptureFixture):
    for attempt in range(1, 6):
        assert not caplog.records, attempt
        with pytest.raises(Exception, match="Unauthorized"):
            handler(request("wrong"), None)

    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_an_address_that_guesses_is_not_listened_to_until_the_window_has_passed(known_key: Connection):
    for _ in range(keys.FAILURES_TO_IGNORE):
        with pytest.raises(Exception, match="Unauthorized"):
            handler(request("wrong"), None)

    with pytest.raises(Exception, match="Unauthorized"):
        handler(request(KEY), None)
    assert handler(request(KEY, address="198.51.100.1"), None)["principalId"] == "streamer"

    known_key.execute("UPDATE failed_keys SET window_start = window_start - interval '5 minutes'")
    assert handler(request(KEY), None)["principalId"] == "streamer"
