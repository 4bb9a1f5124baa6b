"""The payloads in events/, as AWS sends them, through the real handlers."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws
from nacl.signing import SigningKey

import functions.community.discord.app
import functions.community.discord.deferred
import functions.community.schedule_gamble.app
import functions.shared.relay.app
import functions.shared.replay.app
from community.progression.content import tree
from kernel.database import Connection, transaction
from kernel.keys import service as keys
from tests.support.api import app_of
from tests.support.factories import announced, make_player, unlock
from tests.support.fakes import FakeEventBridge
from tests.support.listeners import fake_sockets

FOLDER = Path(__file__).resolve().parents[3] / "events"
PROXIED = sorted(path for path in FOLDER.glob("*-*.json"))


def play(file: str) -> Any:
    event = json.loads((FOLDER / f"{file}.json").read_text())
    return import_module(app_of(file.split("-")[0])).handler(event, None)


@pytest.mark.parametrize("file", [path.stem for path in PROXIED])
def test_a_captured_request_is_answered(environment: Connection, file: str):
    with transaction(environment) as tx:
        make_player(tx, "alice", platform_id="1001", items={"item_spade": 5})
        unlock(tx, "item_spade", *(key for key in tree.nodes if key.startswith("feature_")))

    assert play(file)["statusCode"] == 200


def test_the_captured_authorizer_request_lets_the_local_key_in(environment: Connection):
    with transaction(environment) as tx:
        keys.store(tx, keys.digest("test-api-key"), "admin", "admin")

    assert play("authorizer")["context"] == {"role": "admin"}


def test_the_captured_migration_lets_the_local_key_in():
    assert json.loads((FOLDER / "migrate.json").read_text()) == {"admin_key_sha256": keys.digest("test-api-key")}


def test_the_captured_delivery_is_counted(environment: Connection, event_bridge: FakeEventBridge):
    assert play("tally") == {"batchItemFailures": []}


def test_the_captured_gamble_gets_its_schedule(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    role = "arn:aws:iam::123456789012:role/gambles"
    clock = "arn:aws:lambda:eu-central-1:123456789012:function:clock"
    settings = replace(functions.community.schedule_gamble.app.settings, schedule_group="default")
    settings = replace(settings, schedule_target_arn=clock, schedule_role_arn=role)
    monkeypatch.setattr(functions.community.schedule_gamble.app, "settings", settings)
    functions.community.schedule_gamble.app.client.cache_clear()

    with mock_aws():
        assert play("schedule_gamble") == {"batchItemFailures": []}

    functions.community.schedule_gamble.app.client.cache_clear()


def test_the_captured_ping_is_discords(monkeypatch: pytest.MonkeyPatch):
    event = json.loads((FOLDER / "discord.json").read_text())
    known = replace(
        functions.community.discord.app.settings,
        discord_public_key=SigningKey(bytes(range(32))).verify_key.encode().hex(),
    )
    monkeypatch.setattr(functions.community.discord.app, "settings", known)
    monkeypatch.setattr(functions.community.discord.app, "time", lambda: int(event["headers"]["X-Signature-Timestamp"]))

    assert play("discord")["body"] == '{"type":1}'


def test_the_captured_deferral_is_finished(environment: Connection):
    event = json.loads((FOLDER / "discord_deferred.json").read_text())

    assert functions.community.discord.deferred.handler(event, None) == {"batchItemFailures": []}

    with transaction(environment) as tx:
        assert len(announced(tx, "discord.followup_requested")) == 1


def test_the_captured_request_for_a_replay_is_obeyed(environment: Connection, event_bridge: FakeEventBridge):
    event = json.loads((FOLDER / "replay.json").read_text())

    assert functions.shared.replay.app.handler(event, None) == {
        "batchItemFailures": []
    }  # nothing happened in those hours


def test_the_captured_look_at_the_log_gets_its_end(environment: Connection):
    answer = play("feed")

    assert (answer["frames"], answer["full"], answer["known"]) == ([], False, True)


@pytest.mark.parametrize("file", ["notify_discord", "notify_streamerbot"])
def test_a_captured_announcement_needs_no_work_when_no_destination_wants_it(file: str):
    assert play(file) == {"batchItemFailures": []}


def test_the_captured_listener_is_accepted(monkeypatch: pytest.MonkeyPatch):
    with fake_sockets(monkeypatch) as made:
        assert play("sockets")["statusCode"] == 200
        assert len(made.wake_ups()) == 1


def test_the_captured_schedules_leave_nothing_to_do_for_their_repetition(environment: Connection):
    clocks = ("clock", "clock_retention")
    play("messages-handle")

    first, second = [{clock: play(clock) for clock in clocks} for _ in range(2)]

    # The newcomer, their line, their streak; the message woke the relay.
    assert first["clock"] == {"stats": 3, "engagement": 1, "daily reset": 1, "pace": 1}
    assert second == {"clock": {}, "clock_retention": {"dropped": []}}


def test_the_captured_waking_starts_a_relay(environment: Connection, event_bridge: FakeEventBridge):
    event = json.loads((FOLDER / "relay.json").read_text())

    assert functions.shared.relay.app.handler(event, NoTime()) == {"published": 0, "waiting": 0, "dead": 0}


class NoTime:
    def get_remaining_time_in_millis(self) -> int:
        return 0


def test_every_function_that_is_invoked_from_outside_has_a_payload():
    folders = {path.parent.name for path in FOLDER.parent.glob("functions/*/*/app.py")} - {"deploy"}

    assert {path.stem.split("-")[0] for path in FOLDER.glob("*.json")} == folders | {"discord_deferred"}
