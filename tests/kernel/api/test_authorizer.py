from __future__ import annotations

import logging
from typing import Any

import pytest

from functions.shared.authorizer.app import handler
from kernel.database import Connection, transaction
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
