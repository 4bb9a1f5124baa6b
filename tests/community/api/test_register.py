"""POST /api/v1/user/register."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from tests.support.api import CallApi

REGISTER = "/api/v1/user/register"


def short_form(platform_id: str = "1", **more: Any) -> dict[str, Any]:
    return {"username": "Alice", "platform": "twitch", "platform_id": platform_id} | more


def long_form(**more: Any) -> dict[str, Any]:
    return {
        "username": "Alice",
        "known_platform": "twitch",
        "known_platform_id": "1",
        "new_platform": "discord",
        "new_platform_id": "2",
    } | more


def test_a_stranger_becomes_a_player(call: CallApi):
    answer = call("POST", REGISTER, short_form())

    assert answer.status == 201
    user = answer.json
    assert user["internal_id"] == user["id"] == str(UUID(user["id"]))
    assert user["created_at"] == user["updated_at"]
    assert user["created_at"].endswith("Z")
    assert {key: value for key, value in user.items() if not key.endswith("_at") and "id" not in key} == {
        "username": "Alice",
        "platform_usernames": {"twitch": "Alice"},
    }
    assert user["twitch_id"] == "1"
    assert user.keys().isdisjoint({"youtube_id", "discord_id"})


def test_both_forms_mean_the_same(call: CallApi):
    first = call("POST", REGISTER, long_form(new_platform="TWITCH", new_platform_id="1"))

    second = call("POST", REGISTER, short_form())

    assert (first.status, second.status) == (201, 200)
    assert first.json["id"] == second.json["id"]


def test_a_known_player_gets_the_other_account(call: CallApi):
    alice = call("POST", REGISTER, short_form()).json

    answer = call("POST", REGISTER, long_form(username="alice#1"))

    assert answer.status == 200
    assert answer.json["id"] == alice["id"]
    assert (answer.json["twitch_id"], answer.json["discord_id"]) == ("1", "2")
    assert answer.json["username"] == "alice#1"
    assert answer.json["platform_usernames"] == {"discord": "alice#1", "twitch": "Alice"}


def test_a_stranger_with_two_accounts_gets_both(call: CallApi):
    answer = call("POST", REGISTER, long_form())

    assert answer.status == 201
    assert (answer.json["twitch_id"], answer.json["discord_id"]) == ("1", "2")
    assert call("POST", REGISTER, long_form()).status == 200


def test_the_name_may_be_missing_when_the_player_is_known(call: CallApi):
    alice = call("POST", REGISTER, short_form()).json

    known = call("POST", REGISTER, long_form(username=None))
    unknown = call("POST", REGISTER, short_form("9", username=None))

    assert known.status == 200
    assert (known.json["id"], known.json["username"]) == (alice["id"], "Alice")
    assert unknown.status == 400
    assert unknown.json["code"] == "validation"
    assert unknown.json["fields"] == {"username": "is required"}


def test_a_refusal_names_the_fields_that_were_sent(call: CallApi, subtests: pytest.Subtests):
    for body, code, fields in [
        ({}, "validation", {"platform", "platform_id"}),
        (short_form(""), "validation", {"platform_id"}),
        (short_form(platform="myspace"), "invalid_platform", {"platform"}),
        (short_form(username="x" * 101), "validation", {"username"}),
        (long_form(new_platform_id=None), "validation", {"new_platform_id"}),
        (long_form(known_platform="myspace"), "invalid_platform", {"known_platform"}),
        (short_form(known_platform="twitch"), "validation", {"known_platform_id", "new_platform", "new_platform_id"}),
    ]:
        with subtests.test(body=body, code=code):
            answer = call("POST", REGISTER, body)

            assert (answer.status, answer.json["code"]) == (400, code)
            assert answer.json["fields"].keys() == fields


def test_an_account_of_somebody_else_is_not_given_away(call: CallApi):
    call("POST", REGISTER, short_form("1"))
    call("POST", REGISTER, {"username": "bob", "platform": "discord", "platform_id": "2"})

    known_player = call("POST", REGISTER, long_form())
    stranger = call("POST", REGISTER, long_form(known_platform_id="9"))

    for answer in (known_player, stranger):
        assert answer.status == 409
        assert answer.json["code"] == "identity_taken"
