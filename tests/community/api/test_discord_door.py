"""Whom the endpoint lets in, and what it makes of what Discord may send."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from time import time
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from nacl.signing import SigningKey

from doors.discord import commands
from doors.discord.interaction import Interaction
from doors.discord.replies import DiscordReply
from functions.shared.discord import app
from kernel import action, metrics
from kernel import connections as database
from kernel.database import Tx
from kernel.errors import TryAgain
from tests.support.discord_client import DiscordClient, Person, command, interaction, new_id
from tests.support.discord_limits import check_answer

ALICE = Person("500000000000000001", "alice")
PING = json.dumps({"type": 1, "id": "1", "application_id": "2"})


def refused(answer: dict[str, Any]) -> str:
    """The status and code of an error in our shape."""
    error = json.loads(answer["body"])
    assert error["error"]
    assert answer["headers"]["X-Content-Type-Options"] == "nosniff"
    return f"{answer['statusCode']} {error['code']}"


def spoiled(event: dict[str, Any], **headers: str | None) -> dict[str, Any]:
    changed = {**event["headers"], **headers}
    return {**event, "headers": {name: value for name, value in changed.items() if value is not None}}


@pytest.fixture
def _no_database(discord: DiscordClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: Any) -> None:
        raise AssertionError("somebody asked for the database")

    monkeypatch.delattr(database._environment, "connection")
    monkeypatch.setattr(database, "_open", connect)


def test_discord_gets_its_ping_back(discord: DiscordClient):
    answer = discord.post(PING)

    assert (answer["statusCode"], json.loads(answer["body"])) == (200, {"type": 1})
    assert answer["headers"]["Content-Type"] == "application/json"
    assert answer["headers"]["X-Request-ID"]


def test_the_very_bytes_are_verified_however_the_gateway_passes_them_on(discord: DiscordClient):
    event = discord.event(' {"type": 1, "name": "Zoë"}\n', base64=True)

    assert discord.handler(event, None)["statusCode"] == 200


def test_a_trailing_slash_and_other_spellings_of_the_headers_do_no_harm(discord: DiscordClient):
    event = discord.event(PING)
    event["path"] += "/"
    event["headers"] = {name.upper(): value for name, value in event["headers"].items()}

    assert discord.handler(event, None)["statusCode"] == 200


@pytest.mark.usefixtures("_no_database")
def test_who_does_not_sign_gets_no_further(discord: DiscordClient, subtests: pytest.Subtests):
    for headers in [
        {"X-Signature-Ed25519": None},
        {"X-Signature-Timestamp": None},
        {"X-Signature-Ed25519": "00" * 64},
        {"X-Signature-Ed25519": "ab"},
        {"X-Signature-Ed25519": "é" * 128},
        {"X-Signature-Ed25519": "zz" * 64},
        {"X-Signature-Timestamp": "1700000000"},
        {"X-Signature-Timestamp": "now"},
        {"X-Signature-Timestamp": "٣" * 10},
        {"X-Signature-Timestamp": ""},
    ]:
        with subtests.test(headers=headers):
            body = json.dumps(command(ALICE, "sell", item="spade"))

            assert refused(discord.handler(spoiled(discord.event(body), **headers), None)) == "401 unauthorized"


@pytest.mark.usefixtures("_no_database")
@pytest.mark.parametrize("changed", [{"body": PING + " "}, {"body": None}, {"body": "!", "isBase64Encoded": True}])
def test_a_body_that_was_changed_gets_no_further(discord: DiscordClient, changed: dict[str, Any]):
    assert refused(discord.post(PING, **changed)) == "401 unauthorized"


@pytest.mark.usefixtures("_no_database")
def test_somebody_elses_signature_gets_no_further(discord: DiscordClient):
    stranger = DiscordClient(SigningKey.generate(), discord.handler)

    assert refused(stranger.post(PING)) == "401 unauthorized"


@pytest.mark.usefixtures("_no_database")
@pytest.mark.parametrize("minutes", [-6, 6])
def test_what_was_signed_at_another_time_gets_no_further(discord: DiscordClient, minutes: int):
    event = discord.event(PING, signed_at=time() + 60 * minutes)

    assert refused(discord.handler(event, None)) == "401 unauthorized"


def test_while_another_application_takes_over_both_are_believed(
    discord: DiscordClient, monkeypatch: pytest.MonkeyPatch
):
    successor = DiscordClient(SigningKey.generate(), discord.handler)
    public_keys = (successor.public_key, discord.public_key)
    monkeypatch.setattr(app, "settings", replace(app.settings, discord_public_keys=public_keys))

    assert [client.post(PING)["statusCode"] for client in (discord, successor)] == [200, 200]


def test_without_a_public_key_nobody_is_believed(discord: DiscordClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(app, "settings", replace(app.settings, discord_public_keys=()))

    assert refused(discord.post(PING)) == "401 unauthorized"


def test_what_is_signed_and_no_interaction_is_a_bad_request(discord: DiscordClient, subtests: pytest.Subtests):
    for body in [
        "",
        "{",
        "[]",
        "1",
        '"text"',
        "null",
        '{"type": NaN}',
        '{"a": "\\u0000"}',
        '{"a": "\\ud800"}',
        "[" * 9999,
    ]:
        with subtests.test(body=body):
            assert refused(discord.post(body)) == "400 bad_json"


@pytest.mark.parametrize("type", [True, False])
def test_yes_and_no_are_no_type_of_interaction(discord: DiscordClient, type: bool):
    assert refused(discord.post(json.dumps({"type": type, "id": "1", "application_id": "2"}))) == "400 validation"
    assert refused(discord.post(json.dumps({**command(ALICE, "ping"), "type": type}))) == "400 validation"


def test_a_request_has_at_most_a_mebibyte(discord: DiscordClient):
    assert refused(discord.post(" " * (1024 * 1024 + 1))) == "413 body_too_large"


def test_there_are_two_addresses_each_with_its_methods(discord: DiscordClient):
    assert refused(discord.post(PING, path="/discord/elsewhere")) == "404 not_found"
    assert refused(discord.post(PING, path="/discord")) == "404 not_found"
    assert refused(discord.post(PING, httpMethod="GET")) == "405 method_not_allowed"
    assert refused(discord.post("", path="/discord/health")) == "405 method_not_allowed"


def test_a_type_of_interaction_that_nobody_knows_yet_is_politely_refused(
    discord: DiscordClient, subtests: pytest.Subtests
):
    for type in [0, 6, 99, None, "2", [2]]:
        with subtests.test(type=type):
            told = discord.send({**command(ALICE, "ping"), "type": type})

            assert told.private
            assert told.text == "This client sends something Brandish does not know."


@pytest.mark.parametrize("kind", [2, 3, 4])
def test_commands_on_users_and_messages_are_politely_refused(discord: DiscordClient, kind: int):
    payload = command(ALICE, "ping")
    payload["data"]["type"] = kind

    assert discord.send(payload).text == "This client sends something Brandish does not know."


def test_what_lacks_something_is_politely_refused(discord: DiscordClient, subtests: pytest.Subtests):
    for missing in ["id", "application_id", "member", "data"]:
        with subtests.test(missing=missing):
            payload = command(ALICE, "ping")
            del payload[missing]

            assert discord.send(payload).private


def test_a_command_a_button_and_a_form_that_have_gone_are_answered(discord: DiscordClient):
    assert discord.command(ALICE, "no-such-command").private
    assert discord.press(ALICE, "no-such-button:1").private
    assert discord.press(ALICE, "no-such-menu", "a").private
    assert discord.submit(ALICE, "no-such-form", name="a").private
    assert discord.suggest(ALICE, "no-such-command", "item") == []
    assert discord.suggest(ALICE, "sell", "no-such-option") == []


def test_in_a_private_chat_the_user_stands_alone(discord: DiscordClient):
    payload = command(ALICE, "ping")
    payload["user"] = payload.pop("member")["user"]

    assert discord.send(payload).text == "Pong!"


def test_the_options_of_a_sub_command_are_as_good(discord: DiscordClient):
    payload = command(ALICE, "sell", item="nothing like it")
    payload["data"]["options"] = [{"name": "now", "type": 1, "options": payload["data"]["options"]}]

    assert "nothing like it" in discord.send(payload).text


def test_options_are_checked_again(discord: DiscordClient, subtests: pytest.Subtests):
    for options, said in [
        ({}, "item: is required."),
        ({"item": "  "}, "item: is required."),
        ({"item": 7}, "item: must be text."),
        ({"item": True}, "item: must be text."),
        ({"item": "x" * 101}, "item: must be one line of at most 100 characters."),
        ({"item": "two\nlines"}, "item: must be one line of at most 100 characters."),
        ({"item": "spade", "quantity": 0}, "0 is too small: it must be at least 1."),
        ({"item": "spade", "quantity": 10_001}, "10001 is too large: 10,000 is the most."),
        ({"item": "spade", "quantity": "5 or so"}, '"5 or so" is not a number. Write it like 5, 1,000 or 10k.'),
        ({"item": "spade", "quantity": True}, '"true" is not a number. Write it like 5, 1,000 or 10k.'),
    ]:
        with subtests.test(options=options, said=said):
            told = discord.command(ALICE, "sell", **options)

            assert told.private
            assert told.text.replace("\\", "") == said


def test_a_choice_that_is_none_is_refused(discord: DiscordClient):
    assert "there is no such choice as gold" in discord.command(ALICE, "inventory", filter="gold").text


def test_the_names_of_strangers_are_shown_as_they_are(discord: DiscordClient):
    told = discord.command(ALICE, "sell", item="**@everyone** <@1> [x](https://evil)")

    assert r"\*\*\@everyone\*\* \<\@1\> \[x\]\(https\://evil\)" in told.text


def test_the_health_of_the_endpoint_is_public(discord: DiscordClient):
    answer = discord.post("", path="/discord/health", httpMethod="GET")

    health = json.loads(answer["body"])
    assert answer["statusCode"] == 200
    assert health.pop("uptime").endswith("s")
    assert health == {"status": "healthy", "connected": True, "commands_received": 0, "api_reachable": True}


def test_without_the_database_its_health_is_degraded(discord: DiscordClient, monkeypatch: pytest.MonkeyPatch):
    _cut_off(monkeypatch)

    answer = discord.post("", path="/discord/health", httpMethod="GET")

    assert answer["statusCode"] == 503
    assert json.loads(answer["body"])["status"] == "degraded"


def test_without_the_database_everybody_is_told_to_try_again(discord: DiscordClient, monkeypatch: pytest.MonkeyPatch):
    _cut_off(monkeypatch)

    told = discord.command(ALICE, "sell", item="spade")

    assert told.private
    assert told.text == "The game is busy, and nothing has happened. Try again."
    assert discord.suggest(ALICE, "sell", "item") == []


def test_discord_is_not_kept_waiting_by_many_tries(discord: DiscordClient, monkeypatch: pytest.MonkeyPatch):
    seconds = iter([0.0, 1.5, 2.5, 3.5, 4.5, 5.5])
    tried: list[str] = []

    def busy(call: Interaction, tx: Tx) -> DiscordReply:
        tried.append(call.name)
        raise TryAgain

    monkeypatch.setattr(action, "monotonic", lambda: next(seconds))
    monkeypatch.setitem(commands.COMMANDS, "ping", replace(commands.COMMANDS["ping"], run=busy))

    told = discord.command(ALICE, "ping")

    assert told.text == "The game is busy, and nothing has happened. Try again."
    assert len(tried) == 2


def _cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise psycopg.OperationalError("connection refused")

    monkeypatch.delattr(database._environment, "connection")
    monkeypatch.setattr(database, "_open", fail)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
PLACES = (
    ("type",), ("id",), ("token",), ("locale",), ("application_id",), ("member",), ("message",), ("data",),
    ("member", "user"), ("member", "permissions"), ("member", "nick"), ("member", "user", "id"),
    ("member", "user", "username"), ("member", "user", "avatar"), ("data", "name"), ("data", "type"),
    ("data", "options"), ("data", "resolved"), ("data", "custom_id"), ("data", "values"), ("data", "components"),
    ("data", "resolved", "users"),
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    name=st.sampled_from(["ping", "give", "inventory", "profile"]),
    type=st.sampled_from([2, 3, 4, 5]),
    place=st.sampled_from(PLACES),
    value=JSON,
)
def test_no_interaction_brings_the_endpoint_down(
    discord: DiscordClient, name: str, type: int, place: tuple[str, ...], value: Any
):
    payload = command(ALICE, name, user=Person("500000000000000002", "bob"), item="spade")
    payload["type"] = type
    payload["data"] |= {"custom_id": "inventory:500000000000000001:all:0", "values": ["1"], "components": []}
    *path, last = place
    parent = payload
    for step in path:
        parent = parent[step]
    parent[last] = value

    answer = discord.post(json.dumps(payload))

    assert answer["statusCode"] in (200, 400)
    if answer["statusCode"] == 200:
        told = json.loads(answer["body"])
        check_answer(told)
        assert "wrong on our side" not in answer["body"]


def test_a_menu_of_somebody_else_is_not_for_pressing(discord: DiscordClient):
    bob = Person("500000000000000002", "bob")

    told = discord.press(bob, f"inventory:{ALICE.id}:all:1", asker=ALICE)

    assert told.private
    assert "belongs to somebody else" in told.text


def test_what_only_administrators_may_is_refused_to_others_whatever_discord_shows_them(
    discord: DiscordClient, monkeypatch: pytest.MonkeyPatch
):
    ping = commands.COMMANDS["ping"]
    monkeypatch.setitem(commands.COMMANDS, "ping", replace(ping, admin=True))

    assert "Only administrators" in discord.command(ALICE, "ping").text
    assert discord.command(ALICE, "ping", admin=True).text == "Pong!"
    assert "/ping" not in discord.command(ALICE, "help").text
    assert "/ping" in _all_pages_of_help(discord)


def _all_pages_of_help(discord: DiscordClient) -> str:
    """To an administrator."""
    told = discord.command(ALICE, "help", admin=True)
    text = told.text
    while told.components and not told.components[1]["disabled"]:
        told = discord.press(ALICE, told.components[1]["custom_id"], admin=True)
        text += told.text
    return text


def test_help_speaks_the_callers_language(discord: DiscordClient):
    told = discord.send({**command(ALICE, "help"), "locale": "de"})

    assert "**/hilfe**: Was du hier tun kannst." in told.text or "**/kaufen**" in told.text


def test_a_component_without_a_custom_id_is_answered(discord: DiscordClient):
    assert discord.send(interaction(3, ALICE, {"component_type": 2}) | {"id": new_id()}).private


def test_each_interaction_leaves_one_line_in_the_log(discord: DiscordClient, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO, "brandish"):
        discord.command(ALICE, "sell", id="77", item="nothing")

    (line,) = caplog.records
    fields = vars(line)
    assert line.message == "interaction"
    assert (fields["command"], fields["interaction_id"], fields["discord_user_id"]) == ("sell", "77", ALICE.id)
    assert (fields["route"], fields["outcome"], fields["status"]) == ("/discord/sell", "item_not_found", 200)
    assert fields["duration_ms"] > 0


def test_a_code_in_a_button_stays_out_of_the_log(discord: DiscordClient, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO, "brandish"):
        discord.press(ALICE, "link:confirm:SKZES2")

    (line,) = caplog.records
    assert vars(line)["route"] == "/discord/link:confirm"
    assert "SKZES2" not in str(vars(line))


def test_a_bug_is_logged_once_and_told_blandly(
    discord: DiscordClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(commands.COMMANDS, "ping", replace(commands.COMMANDS["ping"], run=fail))

    told = discord.command(ALICE, "ping")

    assert told.private
    assert told.text == "Something went wrong on our side. It has been noted."
    assert [line.exc_info is not None for line in caplog.records if line.levelname == "ERROR"] == [True]


def test_what_is_counted_shows_in_the_health(discord: DiscordClient, monkeypatch: pytest.MonkeyPatch):
    before = _received(discord)
    with monkeypatch.context() as soon:
        soon.setattr(metrics, "FLUSH_EVERY", 0.0)
        for _ in range(3):
            discord.command(ALICE, "profile")

    assert _received(discord) >= before + 2


def _received(discord: DiscordClient) -> int:
    answer = discord.post("", path="/discord/health", httpMethod="GET")
    return json.loads(answer["body"])["commands_received"]


@pytest.mark.parametrize("module", ["app", "deferred"])
def test_the_endpoint_starts_without_what_would_make_it_slow(module: str):
    listing = f"import sys, functions.shared.discord.{module}; print(*sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    printed = subprocess.run([sys.executable, "-c", listing], env=environment, capture_output=True, check=True).stdout
    loaded = printed.decode().split()

    assert "functions.shared.discord.catalogue" in loaded
    assert {"boto3", "fastapi", "mangum", "starlette", "flask", "requests", "personas"}.isdisjoint(loaded)
