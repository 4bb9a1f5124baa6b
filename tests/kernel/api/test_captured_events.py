"""The payloads in events/, as AWS sends them, through the real handlers."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws
from msgspec.structs import replace
from nacl.signing import SigningKey

import functions.community.schedule_gamble.app
import functions.personas.desk.app
import functions.shared.desk.app
import functions.shared.discord.app
import functions.shared.discord.deferred
import functions.shared.letters.app
import functions.shared.letters.queues
import functions.shared.relay.app
import functions.shared.replay.app
import functions.worlds.push.app
from community.progression.content import tree
from functions.community.admin import app as admin
from kernel.accounts import service as accounts
from kernel.accounts.models import Device
from kernel.accounts.passwords import hash_password
from kernel.database import Connection, transaction
from kernel.keys import service as keys
from tests.support.api import app_of
from tests.support.factories import announced, make_player, unlock
from tests.support.fakes import FakeEventBridge
from tests.support.inner_ring import inner_ring
from tests.support.listeners import fake_sockets
from tests.support.outer_ring import Time, outer_ring, use_settings
from tests.support.people import make_account, make_someone
from tests.support.personas import make_persona, make_post

FOLDER = Path(__file__).resolve().parents[3] / "events"
POST = "4c3f0d48-c87b-453a-a76d-5e6b1e61399f"
PROXIED = sorted(path for path in FOLDER.glob("*-*.json"))


def play(file: str, token: str = "") -> Any:
    event = json.loads((FOLDER / f"{file}.json").read_text().replace("ACCESS_TOKEN", token))
    return import_module(app_of(file.split("-")[0])).handler(event, None)


@pytest.mark.parametrize("file", [path.stem for path in PROXIED])
def test_a_captured_request_is_answered(environment: Connection, file: str):
    with transaction(environment) as tx:
        keys.store(tx, keys.digest("test-api-key"), "admin", "admin")
        make_player(tx, "alice", platform_id="1001", items={"item_spade": 5})
        accounts.sign_up(tx, "ann@example.org", hash_password("correct horse 9 Battery"), "en", Device("", ""))
        unlock(tx, "item_spade", *(key for key in tree.nodes if key.startswith("feature_")))
        post = make_post(tx, make_persona(tx, make_account(tx)))
        tx.execute("UPDATE personas.posts SET post_id = %s WHERE post_id = %s", (POST, post.post_id))
        bearer = make_someone(tx, "Bea").headers["Authorization"]

    assert play(file, bearer.removeprefix("Bearer "))["statusCode"] == 200


def test_the_captured_request_for_a_draft_reaches_the_desk(environment: Connection, monkeypatch: pytest.MonkeyPatch):
    with inner_ring(monkeypatch, environment, {"": functions.personas.desk.app.handler}):
        answer = play("consult")

    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (401, "auth_missing")


def test_a_captured_request_for_dead_letters_asks_the_inner_function_and_the_queues(
    environment: Connection, monkeypatch: pytest.MonkeyPatch
):
    with transaction(environment) as tx:
        keys.store(tx, keys.digest("test-api-key"), "admin", "admin")
    with outer_ring(monkeypatch) as aws:
        use_settings(monkeypatch, admin_function="admin", urls=(aws.dead_letters_url, aws.dead_letters_url))
        monkeypatch.setattr(functions.shared.letters.queues, "WAIT_SECONDS", 0)
        monkeypatch.setattr(functions.shared.letters.app, "invoke", lambda _, event: admin.handler(event, None))
        answer = play("letters")

    assert (answer["statusCode"], json.loads(answer["body"])) == (200, {"letters": [], "total": 0})


@pytest.mark.parametrize("desk", ["personas_desk", "worlds_desk"])
def test_a_captured_claim_finds_nothing_to_do(environment: Connection, desk: str):
    assert play(desk) == {"status": ""}


def test_the_captured_authorizer_request_lets_the_local_key_in(environment: Connection):
    with transaction(environment) as tx:
        keys.store(tx, keys.digest("test-api-key"), "admin", "admin")

    assert play("authorizer")["context"] == {"role": "admin", "key_hash": keys.digest("test-api-key")}


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
        functions.shared.discord.app.settings,
        discord_public_keys=(SigningKey(bytes(range(32))).verify_key.encode().hex(),),
    )
    monkeypatch.setattr(functions.shared.discord.app, "settings", known)
    monkeypatch.setattr(functions.shared.discord.app, "time", lambda: int(event["headers"]["X-Signature-Timestamp"]))

    assert play("discord")["body"] == '{"type":1}'


def test_the_captured_deferral_is_finished(environment: Connection):
    event = json.loads((FOLDER / "discord_deferred.json").read_text())

    assert functions.shared.discord.deferred.handler(event, None) == {"batchItemFailures": []}

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


def test_the_captured_claim_finds_nothing_to_do(environment: Connection):
    assert play("desk") == {"status": ""}


def test_the_captured_request_finds_nothing_to_do(environment: Connection, monkeypatch: pytest.MonkeyPatch):
    import_module(app_of("outside"))  # so that there are settings to change
    use_settings(monkeypatch, desks={"accounts": "Desk"})

    with inner_ring(monkeypatch, environment, {"Desk": functions.shared.desk.app.handler}) as ring:
        assert play("outside") == {"batchItemFailures": []}
        assert ring.operations == ["claim"]


def test_the_captured_waking_starts_a_relay(environment: Connection, event_bridge: FakeEventBridge):
    event = json.loads((FOLDER / "relay.json").read_text())

    assert functions.shared.relay.app.handler(event, NoTime()) == {"published": 0, "waiting": 0, "dead": 0}


def test_the_captured_waking_starts_a_pusher_that_claims_as_captured(monkeypatch: pytest.MonkeyPatch):
    import_module(app_of("push"))
    use_settings(monkeypatch, desk="PostDesk")
    asked: list[tuple[str, Any]] = []

    def answer(function: str, payload: Any) -> dict[str, Any]:
        asked.append((function, payload))
        return {"deliveries": [], "closing": [], "more": False}

    monkeypatch.setattr(functions.worlds.push.app, "invoke", answer)
    event = json.loads((FOLDER / "push.json").read_text())
    with outer_ring(monkeypatch):
        functions.worlds.push.app.handler(event, Time())

    assert asked == [("PostDesk", json.loads((FOLDER / "post_desk.json").read_text()))]


class NoTime:
    def get_remaining_time_in_millis(self) -> int:
        return 0


def test_every_function_that_is_invoked_from_outside_has_a_payload():
    shared = {path.parent.name for path in FOLDER.parent.glob("functions/shared/*/app.py")} - {"deploy"}
    products = {path.parent for path in FOLDER.parent.glob("functions/*/*/app.py")}
    own = {(each.parent.name, each.name) for each in products if each.parent.name != "shared"}
    folders = shared | {f"{product}_{name}" if name in shared else name for product, name in own}

    assert {path.stem.split("-")[0] for path in FOLDER.glob("*.json")} == folders | {"discord_deferred"}
