"""What administrators turn off is refused everywhere, with a sentence; frozen, the game waits and loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from community.players.models import PlayerRef
from doors.desk import create_handler
from functions.shared.clock import app as clock
from functions.shared.clock_retention import app as retention
from functions.shared.migrate.switches import SWITCHES
from functions.shared.relay import app as relay
from kernel import connections
from kernel.action import look, run_action
from kernel.database import Connection, Tx, connect, transaction
from kernel.events import service as events
from kernel.events import waking
from kernel.outside import service as outside
from kernel.outside.models import Kind, Prompt, Reply, Request
from kernel.switches import service as switches
from kernel.switches.models import FREEZE, GameFrozen
from kernel.switches.settings import SwitchSettings
from local.tools.postgres_proxy import PostgresProxy
from tests.support.api import CallApi
from tests.support.discord_client import DiscordClient, Person
from tests.support.factories import holdings, make_player, unlock
from tests.support.fakes import FakeEventBridge

FEATURES = "/api/v1/admin/features"
ALICE = {"platform": "twitch", "platform_id": "alice-id", "username": "alice"}
LINE = ALICE | {"message": "hello"}


@pytest.fixture(autouse=True)
def _known_no_longer() -> Iterator[None]:
    """What this thread knows of this test's switches, the next test's do not care about."""
    yield
    switches.ask_again()


def turn(call: CallApi, name: str, on: bool) -> None:
    answer = call("PUT", f"{FEATURES}/{name}", {"on": on})
    assert answer.status == 200, answer.text


def positions(call: CallApi) -> dict[str, bool]:
    return {each["name"]: each["on"] for each in call("GET", FEATURES).json}


class _Context:
    def get_remaining_time_in_millis(self) -> int:
        return 8_500


def test_everything_is_on_at_first_and_the_list_says_who_turned_what_off(call: CallApi):
    before = positions(call)
    turn(call, "gambles", False)

    assert {name for name, on in before.items() if not on} == {"freeze"}
    listed = {each["name"]: each for each in call("GET", FEATURES).json}
    assert (listed["gambles"]["on"], listed["gambles"]["changed_by"]) == (False, "test")
    assert "changed_by" not in listed["shop"]


def test_an_unknown_feature_is_not_found(call: CallApi):
    answer = call("PUT", f"{FEATURES}/gambels", {"on": False})

    assert (answer.status, answer.json["code"]) == (404, "not_found")
    assert "gambles" in answer.json["error"]


def test_only_administrators_see_and_turn_switches(call: CallApi):
    assert call("GET", FEATURES, role="bot").status == 403
    assert call("PUT", f"{FEATURES}/gambles", {"on": False}, role="bot").status == 403


@pytest.mark.parametrize(
    ("feature", "path", "body"),
    [
        ("gambles", "/api/v1/gamble/start", {"bets": [{"item_name": "lootbox_tier0", "quantity": 1}]}),
        ("shop", "/api/v1/user/item/buy", {"item_name": "item_spade", "quantity": 1}),
        ("shop", "/api/v1/user/item/sell", {"item_name": "lootbox_tier0", "quantity": 1}),
        ("crafting", "/api/v1/user/item/upgrade", {"item_name": "lootbox_tier1", "quantity": 1}),
        ("searches", "/api/v1/user/search", {}),
        ("item_use", "/api/v1/user/item/use", {"item_name": "lootbox_tier0", "quantity": 1}),
        ("weapons", "/api/v1/user/item/use", {"item_name": "weapon_dart", "quantity": 1, "target_user": "alice"}),
        ("sign_ups", "/api/personas/auth/signup", {"email": "ann@example.org", "password": "secret words"}),
    ],
)
def test_what_is_off_is_refused_with_a_sentence_and_when_to_try_again(
    call: CallApi, environment: Connection, feature: str, path: str, body: dict[str, Any]
):
    with transaction(environment) as tx:
        unlock(tx, "feature_gamble", "feature_economy", "feature_upgrade", "feature_search")
        make_player(tx, "alice", platform_id="alice-id", items={"lootbox_tier0": 9, "weapon_dart": 1})
    sent = body if "email" in body else ALICE | body
    turn(call, feature, False)

    refused = call("POST", path, sent, role=None if "email" in body else "bot", headers={"Accept-Language": "de"})

    assert (refused.status, refused.json["code"], refused.headers["retry-after"]) == (503, "unavailable", "60")
    assert "Später" in refused.json["error"] or "später" in refused.json["error"]
    with transaction(environment) as tx:
        assert holdings(tx, PlayerRef("twitch", "alice-id")) == {"lootbox_tier0": 9, "weapon_dart": 1}
    turn(call, feature, True)
    assert call("POST", path, sent, role="bot").status != 503


def test_gifts_are_refused_to_givers(call: CallApi, environment: Connection):
    with transaction(environment) as tx:
        make_player(tx, "alice", platform_id="alice-id", items={"lootbox_tier0": 9})
        make_player(tx, "bob", platform_id="bob-id")
    turn(call, "gifts", False)
    gift = {
        "owner_platform": "twitch",
        "owner_platform_id": "alice-id",
        "owner": "alice",
        "receiver_platform": "twitch",
        "receiver_platform_id": "bob-id",
        "receiver": "bob",
        "item_name": "lootbox_tier0",
        "quantity": 1,
    }

    assert call("POST", "/api/v1/user/item/give", gift, role="bot").status == 503


def test_imports_are_refused_even_to_administrators(call: CallApi):
    turn(call, "imports", False)
    points = {"platform": "twitch", "content": "name,points\nann,5\n", "dry_run": False}

    assert call("POST", "/api/v1/admin/imports", points).status == 503


def test_players_commands_on_discord_are_refused_and_administrators_turn_them_on(call: CallApi, discord: DiscordClient):
    ada = Person("500000000000000009", "ada")
    discord.command(ada, "admin-feature", admin=True, feature="discord_commands", position="off")

    refused = discord.command(ada, "inventory")
    listed = discord.command(ada, "admin-features", admin=True)
    discord.command(ada, "admin-feature", admin=True, feature="discord_commands", position="on")

    assert refused.private
    assert refused.text == "Commands on Discord are turned off for the moment. Try again later."
    assert "discord_commands" in listed.text
    assert discord.command(ada, "inventory").text != refused.text


def test_a_setting_turns_a_feature_off_until_an_administrator_turns_it_on(
    call: CallApi, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("kernel.switches.models.settings", SwitchSettings(off=frozenset({"gambles"})))

    assert positions(call)["gambles"] is False

    turn(call, "gambles", True)
    assert positions(call)["gambles"] is True


def test_another_environment_obeys_within_seconds_and_it_costs_no_round_trip(
    environment: Connection, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    def act(tx: Tx) -> None:
        assert tx.execute("SELECT 1 AS one").fetchone()

    with PostgresProxy(database_url) as wire, closing(connect(wire.url)) as conn:
        monkeypatch.setattr(connections._environment, "connection", conn)
        run_action(act)
        switches.ask_again()
        before = wire.round_trips()
        run_action(act)
        asking = wire.round_trips() - before
        with transaction(environment) as tx:
            switches.queries.set_position(tx, "freeze", True, "someone else")
        run_action(act)  # relies on what it has just heard
        known = wire.round_trips() - before - asking
        monkeypatch.setattr(switches, "RELIED_ON_SECONDS", 0)
        with pytest.raises(GameFrozen):
            run_action(act)

    assert (asking, known) == (2, 2)


def test_a_frozen_game_refuses_what_changes_it_and_shows_itself(call: CallApi, environment: Connection):
    turn(call, "freeze", True)

    refused = call("POST", "/api/v1/message/handle", LINE, role="bot")

    assert (refused.status, refused.json["code"], refused.headers["retry-after"]) == (503, "unavailable", "60")
    assert call("GET", "/api/v1/prices", role="viewer").status == 200
    assert call("POST", "/api/v1/admin/keys", {"name": "overlay", "role": "viewer"}).status == 201
    turn(call, "freeze", False)
    assert call("POST", "/api/v1/message/handle", LINE, role="bot").status == 200


def test_clocks_wait_while_the_game_is_frozen(call: CallApi, environment: Connection):
    call("POST", "/api/v1/message/handle", LINE, role="bot")
    turn(call, "freeze", True)

    frozen = (clock.handler({}, None), look(clock.list_due), retention.handler({}, None))
    turn(call, "freeze", False)

    assert frozen == ({}, [], {"dropped": []})
    assert clock.handler({}, None)["stats"] > 0


def test_a_clock_at_work_stops_quietly_when_the_game_is_frozen(call: CallApi, environment: Connection):
    call("POST", "/api/v1/message/handle", LINE, role="bot")
    due = look(clock.list_due)
    turn(call, "freeze", True)

    assert clock.do_all(due) == {}


def test_events_wait_while_the_game_is_frozen_and_leave_when_it_goes_on(
    call: CallApi, environment: Connection, event_bridge: FakeEventBridge
):
    with transaction(environment) as tx:
        events.broadcast(tx, "said", "hello")
        events.broadcast(tx, "said", "again")
    turn(call, "freeze", True)

    assert relay.handler({}, _Context()) == {"published": 0}
    assert relay.publish_until_quiet(relay.ExclusiveLock("relay"), _Context()) == (0, True)
    run_action(waking.fall_asleep, while_frozen=True)
    earlier = event_bridge.wake_ups
    turn(call, "freeze", False)

    assert event_bridge.wake_ups == earlier + 1
    assert relay.publish_batch() == 2


class _Toy:
    """A kind that asks an LLM."""

    def __init__(self) -> None:
        self.kinds = [Kind("toys.ball", self.prepare, self.finish, self.fail)]

    def prepare(self, tx: Tx, request: Request) -> Prompt:
        return Prompt("play", "You are a toy.", "Ball?", 100, "Boing.")

    def finish(self, tx: Tx, request: Request, reply: Reply) -> None:
        pass

    def fail(self, tx: Tx, request: Request, reason: str) -> None:
        raise AssertionError(reason)


@pytest.mark.parametrize("feature", ["freeze", "ai_texts"])
def test_requests_to_the_outside_wait_without_losing_an_attempt(call: CallApi, environment: Connection, feature: str):
    toys = _Toy()
    desk = create_handler(toys.kinds)
    with transaction(environment) as tx:
        outside.ask(tx, "toys.ball", {}, dedupe_key="one")
    [row] = environment.execute("SELECT request_id FROM kernel.outside_requests").fetchall()
    claim = {"op": "claim", "request_id": row["request_id"]}
    turn(call, feature, feature == "freeze")

    assert desk(claim, None) == {"status": ""}
    [waiting] = environment.execute("SELECT status, attempts FROM kernel.outside_requests").fetchall()
    assert waiting == {"status": "pending", "attempts": 0}

    turn(call, feature, feature != "freeze")
    assert desk(claim, None)["status"] == "started"


def test_an_answer_that_was_under_way_is_stored_in_a_frozen_game(call: CallApi, environment: Connection):
    desk = create_handler(_Toy().kinds)
    with transaction(environment) as tx:
        outside.ask(tx, "toys.ball", {}, dedupe_key="one")
    [row] = environment.execute("SELECT request_id FROM kernel.outside_requests").fetchall()
    claimed = desk({"op": "claim", "request_id": row["request_id"]}, None)
    turn(call, "freeze", True)

    finished = desk(
        {
            "op": "finish",
            "request_id": row["request_id"],
            "claim_id": claimed["request"]["claim_id"],
            "operation": "play",
            "effort": {"calls": 1, "seconds": 0.1, "provider": "offline"},
            "reply": {"text": "Boing.", "input_tokens": 1, "output_tokens": 1},
            "regenerated": False,
            "hand_over": False,
        },
        None,
    )

    assert finished["status"] == "completed"


def test_every_switch_has_a_name_of_its_own(call: CallApi):
    names = [each.name for each in SWITCHES]
    assert len(set(names)) == len(names)
    assert [each for each in SWITCHES if not each.usual] == [FREEZE]
