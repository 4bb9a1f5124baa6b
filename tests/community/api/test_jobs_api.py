"""/api/v1/jobs. Source: wire 9."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest

from community.players.models import PlayerRef
from community.voting import controls
from kernel.database import Connection, transaction
from tests.support.api import CallApi
from tests.support.factories import announced, make_player, stored, study, unlock

ALICE = PlayerRef("twitch", "1", "alice")
AWARD = {"platform": "twitch", "platform_id": "1", "job_key": "merchant", "xp_amount": 40, "source": "xp_item"}
ADMIN_AWARD = {"platform": "twitch", "username": "alice", "job_key": "merchant", "amount": 40}
ADMIN_PATHS = ["/api/v1/admin/jobs/xp", "/api/v1/admin/jobs/award-xp", "/api/v1/admin/job/award-xp"]


@pytest.fixture
def alice(conn: Connection) -> str:
    """Her own id; merchants and gamblers may work."""
    with transaction(conn) as tx:
        unlock(tx, "job_merchant", "job_gambler")
        make_player(tx, platform_id="1")
        return str(stored(tx, ALICE).id)


def without(body: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in names}


# ---------------------------------------------------------------- what there is


@pytest.mark.usefixtures("alice")
def test_the_jobs_and_which_are_unlocked(call: CallApi):
    answer = call("GET", "/api/v1/jobs", role="viewer")

    assert answer.status == 200
    assert {job["job_key"]: job["unlocked"] for job in answer.json} == {
        "blacksmith": False,
        "explorer": False,
        "merchant": True,
        "gambler": True,
        "scholar": False,
    }
    assert answer.json[2] == {
        "id": 3,
        "job_key": "merchant",
        "display_name": "Merchant",
        "description": "Buys and sells at better prices.",
        "max_level": 10,
        "unlocked": True,
    }


def test_the_highest_level_is_the_communitys(call: CallApi, conn: Connection):
    with transaction(conn) as tx:
        controls.unlock_node(tx, "upgrade_job_level_cap", 1)

    assert {job["max_level"] for job in call("GET", "/api/v1/jobs").json} == {20}


# ---------------------------------------------------------------- a player's jobs


def test_who_has_not_worked_yet_has_no_primary_job(call: CallApi, alice: str):
    answer = call("GET", "/api/v1/jobs/user", query={"platform": "twitch", "platform_id": "1"})

    nothing = {
        "level": 0,
        "current_xp": 0,
        "xp": 0,
        "level_xp": 0,
        "level_requirement": 100,
        "xp_to_next_level": 100,
        "xp_to_next": 100,
        "max_level": 10,
    }
    assert answer.json == {
        "platform": "twitch",
        "platform_id": "1",
        "primary_job": None,
        "jobs": [
            {"job_key": "merchant", "display_name": "Merchant"} | nothing,
            {"job_key": "gambler", "display_name": "Gambler"} | nothing,
        ],
    }


def test_the_primary_job_is_the_one_of_the_highest_level(call: CallApi, conn: Connection, alice: str):
    call("POST", "/api/v1/jobs/award-xp", AWARD | {"xp_amount": 60})
    with transaction(conn) as tx:
        study(tx, ALICE, "gambler", 400)

    jobs = call("GET", "/api/v1/jobs/user", query={"user_id": alice}).json

    merchant, gambler = jobs["jobs"]
    assert jobs["primary_job"] == gambler
    assert (gambler["level"], gambler["current_xp"]) in ((2, 400), (3, 800))
    assert gambler["xp_to_next_level"] == {2: 702 - 400, 3: 1229 - 800}[gambler["level"]]
    assert merchant["current_xp"] in (60, 120)


def test_a_player_may_be_named_in_many_ways(call: CallApi, conn: Connection, alice: str, subtests: pytest.Subtests):
    for query in [
        {"platform": "twitch", "platform_id": "1"},
        {"platform": "TWITCH", "username": "Alice"},
        {"platform": "twitch", "platform_id": "1", "username": "somebody else"},
        {"user_id": "twitch:1"},
        {"user_id": "Twitch:1"},
        {"user_id": "{own}"},
        {"user_id": "{own}", "platform": "discord", "platform_id": "2"},
    ]:
        with subtests.test(query=query):
            answer = call(
                "GET", "/api/v1/jobs/user", query={name: value.format(own=alice) for name, value in query.items()}
            )

            assert (answer.status, answer.json["platform"], answer.json["platform_id"]) == (200, "twitch", "1")
            with transaction(conn) as tx:
                assert stored(tx, ALICE).username == "alice"


@pytest.mark.usefixtures("alice")
def test_who_is_meant_must_be_clear(call: CallApi, subtests: pytest.Subtests):
    for query, status, code in [
        ({}, 400, "missing_parameter"),
        ({"platform": "twitch"}, 400, "missing_parameter"),
        ({"platform_id": "1"}, 400, "missing_parameter"),
        ({"username": "alice"}, 400, "missing_parameter"),
        ({"platform": "myspace", "platform_id": "1"}, 400, "invalid_platform"),
        ({"platform": "twitch", "platform_id": ""}, 400, "validation"),
        ({"platform": "twitch", "username": "a\nb"}, 400, "validation"),
        ({"user_id": ""}, 400, "validation"),
        ({"user_id": "1"}, 400, "validation"),
        ({"user_id": "myspace:1"}, 400, "invalid_platform"),
        ({"user_id": "twitch:"}, 400, "validation"),
        ({"user_id": "twitch:a\x00b"}, 400, "validation"),
        ({"user_id": "x" * 300}, 400, "validation"),
        ({"platform": "twitch", "platform_id": "2"}, 404, "not_found"),
        ({"platform": "twitch", "username": "bob"}, 404, "not_found"),
        ({"user_id": "twitch:2"}, 404, "not_found"),
        ({"user_id": str(uuid4())}, 404, "not_found"),
    ]:
        with subtests.test(query=query, status=status):
            for path, more in (("user", {}), ("bonus", {"job_key": "merchant", "bonus_type": "price_adjustment"})):
                answer = call("GET", f"/api/v1/jobs/{path}", query=query | more)

                assert (answer.status, answer.json["code"]) == (status, code)


def test_an_unreadable_user_id_is_refused_in_plain_words(call: CallApi):
    answer = call("GET", "/api/v1/jobs/user", query={"user_id": "alice"})

    assert answer.json["fields"] == {"user_id": "must be our id, or platform:platform_id"}


# ---------------------------------------------------------------- awards


@pytest.mark.usefixtures("alice")
def test_an_award_says_what_came_of_it(call: CallApi):
    answer = call("POST", "/api/v1/jobs/award-xp", AWARD | {"metadata": {"quest": 7, "deep": [{"list": None}]}})

    gained = answer.json["xp_gained"]
    assert (answer.status, gained in (40, 80)) == (200, True)
    assert answer.json == {
        "job_key": "merchant",
        "xp_gained": gained,
        "new_xp": gained,
        "new_level": 0,
        "leveled_up": False,
        "message": f"alice gained {gained} Merchant XP.",
    }


def test_a_new_level_is_told(call: CallApi, conn: Connection, alice: str):
    body = AWARD | {"xp_amount": 120, "job_key": "job_merchant"}

    answer = call("POST", "/api/v1/jobs/award-xp", without(body, "platform", "platform_id") | {"user_id": alice})

    assert (answer.json["job_key"], answer.json["new_level"], answer.json["leveled_up"]) == ("merchant", 1, True)
    assert answer.json["message"].endswith(" and reached level 1!")
    with transaction(conn) as tx:
        assert [up["user_id"] for up in announced(tx, "job.level_up")] == [alice]


@pytest.mark.usefixtures("alice")
def test_what_an_award_is_refused_for(call: CallApi, subtests: pytest.Subtests):
    for change, status, code in [
        ({"job_key": "blacksmith"}, 403, "feature_locked"),
        ({"job_key": "thief"}, 404, "not_found"),
        ({"job_key": ""}, 400, "validation"),
        ({"job_key": None}, 400, "validation"),
        ({"xp_amount": 0}, 400, "validation"),
        ({"xp_amount": -1}, 400, "validation"),
        ({"xp_amount": 10_001}, 400, "validation"),
        ({"xp_amount": 1.5}, 400, "validation"),
        ({"xp_amount": None}, 400, "validation"),
        ({"source": "a\x00b"}, 400, "validation"),
        ({"source": "x" * 51}, 400, "validation"),
        ({"metadata": []}, 400, "validation"),
        ({"metadata": "text"}, 400, "validation"),
        ({"metadata": {"a": ["b\x00"]}}, 400, "validation"),
        ({"metadata": {"a\x00": 1}}, 400, "validation"),
        ({"metadata": {"a": float("nan")}}, 400, "validation"),
        ({"metadata": {"a": "\ud800"}}, 400, "validation"),
        ({"platform": "myspace"}, 400, "invalid_platform"),
        ({"platform": None, "platform_id": None}, 400, "validation"),
        ({"platform_id": "2"}, 400, "user_not_found"),
        ({"platform_id": None, "username": "bob"}, 400, "user_not_found"),
        ({"user_id": str(uuid4())}, 400, "user_not_found"),
    ]:
        with subtests.test(change=change, status=status):
            answer = call("POST", "/api/v1/jobs/award-xp", AWARD | change)

            assert (answer.status, answer.json["code"]) == (status, code)


@pytest.mark.usefixtures("alice")
def test_metadata_may_not_be_a_well(call: CallApi):
    well: dict[str, Any] = {}
    for _ in range(200):
        well = {"deeper": well}

    assert call("POST", "/api/v1/jobs/award-xp", AWARD | {"metadata": well}).json["code"] == "validation"


# ---------------------------------------------------------------- bonuses


@pytest.mark.usefixtures("alice")
def test_the_bonus_of_the_level(call: CallApi):
    query = {"user_id": "twitch:1", "job_key": "job_merchant", "bonus_type": "price_adjustment"}
    before = call("GET", "/api/v1/jobs/bonus", query=query)
    call("POST", "/api/v1/jobs/award-xp", AWARD | {"xp_amount": 100})
    after = call("GET", "/api/v1/jobs/bonus", query=query)

    none = {"job_key": "merchant", "bonus_type": "price_adjustment", "level": 0, "bonus": 0.0}
    assert before.json == none
    assert after.json == none | {"level": 1, "bonus": 0.005}


@pytest.mark.usefixtures("alice")
def test_what_a_bonus_is_asked_by(call: CallApi, subtests: pytest.Subtests):
    for query, status, code in [
        ({"job_key": "merchant"}, 400, "missing_parameter"),
        ({"bonus_type": "price_adjustment"}, 400, "missing_parameter"),
        ({"job_key": "thief", "bonus_type": "price_adjustment"}, 404, "not_found"),
        ({"job_key": "merchant", "bonus_type": ""}, 400, "validation"),
    ]:
        with subtests.test(query=query, status=status):
            answer = call("GET", "/api/v1/jobs/bonus", query=query | {"user_id": "twitch:1"})

            assert (answer.status, answer.json["code"]) == (status, code)


# ---------------------------------------------------------------- administration


@pytest.mark.parametrize("path", ADMIN_PATHS)
def test_an_administrator_awards_by_name(call: CallApi, alice: str, path: str):
    answer = call("POST", path, ADMIN_AWARD | {"username": "ALICE"})

    gained = answer.json["xp_awarded"]
    assert gained in (40, 80)
    assert answer.json == {
        "success": True,
        "user_id": alice,
        "username": "alice",
        "job_key": "merchant",
        "xp_awarded": gained,
        "result": {
            "job_key": "merchant",
            "xp_gained": gained,
            "new_xp": gained,
            "new_level": 0,
            "leveled_up": False,
        },
    }


def test_an_administrator_obeys_the_cap(call: CallApi, conn: Connection, alice: str):
    first = call("POST", ADMIN_PATHS[0], ADMIN_AWARD | {"amount": 10_000})
    second = call("POST", ADMIN_PATHS[0], ADMIN_AWARD)

    assert (first.json["xp_awarded"], second.status, second.json["code"]) == (250, 400, "daily_cap")
    assert conn.execute("SELECT source, xp FROM job_xp_events").fetchall() == [{"source": "admin", "xp": 250}]


@pytest.mark.usefixtures("alice")
def test_what_an_administrators_award_is_refused_for(call: CallApi, subtests: pytest.Subtests):
    for change, status, code in [
        ({"username": "bob"}, 404, "not_found"),
        ({"platform": "discord"}, 404, "not_found"),
        ({"job_key": "thief"}, 404, "not_found"),
        ({"job_key": "blacksmith"}, 403, "feature_locked"),
        ({"platform": "myspace"}, 400, "invalid_platform"),
        ({"platform": None}, 400, "validation"),
        ({"username": None}, 400, "validation"),
        ({"job_key": None}, 400, "validation"),
        ({"amount": None}, 400, "validation"),
        ({"amount": 0}, 400, "validation"),
        ({"amount": 10_001}, 400, "validation"),
    ]:
        with subtests.test(change=change, status=status):
            answer = call("POST", ADMIN_PATHS[0], ADMIN_AWARD | change)

            assert (answer.status, answer.json["code"]) == (status, code)


def test_a_reset_by_hand(call: CallApi, conn: Connection, alice: str):
    before = call("GET", "/api/v1/admin/jobs/reset-status").json
    call("POST", ADMIN_PATHS[0], ADMIN_AWARD | {"amount": 10_000})

    answer = call("POST", "/api/v1/admin/jobs/reset-daily-xp")

    assert (answer.status, answer.json["success"], answer.json["records_affected"]) == (200, True, 1)
    assert answer.json["message"]
    after = call("GET", "/api/v1/admin/jobs/reset-status").json
    assert (before["last_reset_time"], before["records_affected"]) == (None, 0)
    assert before["next_reset_time"].endswith("T17:00:00Z")
    assert (after["last_reset_time"] is not None, after["records_affected"]) == (True, 1)
    assert call("POST", ADMIN_PATHS[0], ADMIN_AWARD).status == 200
    with transaction(conn) as tx:
        assert [each["records_affected"] for each in announced(tx, "daily_reset.complete")] == [1]
