"""Feed, notifications, digests and statistics, over HTTP. Source: personas 13, 14."""

from __future__ import annotations

from uuid import uuid4

import pytest

from kernel.database import Connection, transaction
from personas.happenings import service as happenings
from personas.notices import service as notices
from personas.outside_kinds import KINDS
from tests.support.api import CallApi, code_of
from tests.support.outside import run_due
from tests.support.people import Someone, make_account, make_someone
from tests.support.persona_rows import make_battle, make_persona, make_room, make_template


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/personas/feed"),
        ("GET", "/api/personas/notifications"),
        ("POST", "/api/personas/notifications/1/read"),
        ("POST", "/api/personas/notifications/read-all"),
        ("GET", "/api/personas/digest/weekly"),
        ("GET", "/api/personas/personas/3ff4c83b-8c94-483e-b501-33acb8ef72db/digest/today"),
        ("GET", "/api/personas/personas/3ff4c83b-8c94-483e-b501-33acb8ef72db/digest/latest"),
        ("GET", "/api/personas/admin/analytics/summary"),
    ],
)
def test_all_of_it_needs_an_account(call: CallApi, method: str, path: str):
    assert code_of(call(method, path)) == (401, "auth_missing")
    assert code_of(call(method, path, headers={"Authorization": "Bearer x"})) == (401, "auth_invalid")


def test_the_feed_shows_battles_and_templates(call: CallApi, environment: Connection, ann: Someone, bob: Someone):
    with transaction(environment) as tx:
        tx.execute("DELETE FROM personas.templates")
        template = make_template(tx, bob.account_id)
        battle = make_battle(tx, bob.account_id, make_room(tx, "games"), template_id=template)
        happenings.record(tx, "battle_shared", ann.account_id, {}, battle)

    feed = call("GET", "/api/personas/feed", headers=ann.headers)

    assert feed.status == 200
    first, second = feed.json["items"]
    assert first.pop("battle").pop("created_at")
    assert (first["id"], first["kind"], first["reason"]) == (f"battle:{battle}", "battle", "trending_battle")
    assert first["score"] == pytest.approx(73, abs=0.1)
    assert (second["id"], second["kind"]) == (f"template:{template}", "template")
    assert second["template"] == feed.json["highlight_template"]
    assert {*second["template"]} == {
        *("template_id", "name", "prompt_rules", "turn_count", "word_limit", "created_at", "usage_count"),
        "is_trending",
    }
    assert (second["template"]["usage_count"], second["template"]["is_trending"]) == (1, True)


def test_a_battle_in_the_feed_has_the_fields_of_its_list(
    call: CallApi, environment: Connection, ann: Someone, bob: Someone
):
    with transaction(environment) as tx:
        tx.execute("DELETE FROM personas.templates")
        battle = make_battle(tx, bob.account_id, make_room(tx, "games"))
        happenings.record(tx, "battle_shared", ann.account_id, {}, battle)

    [item] = call("GET", "/api/personas/feed", headers=ann.headers).json["items"]

    always = {"battle_id", "room_id", "room_name", "topic", "created_at", "shares", "remixes"}
    assert {*item["battle"]} == always | {"pro_name", "con_name"}


def test_notifications_are_listed_and_read(call: CallApi, environment: Connection, ann: Someone, bob: Someone):
    with transaction(environment) as tx:
        for type in ("battle_remixed", "template_used", "persona_followed"):
            facts = {"name": "Ada", "followers": 1, "template": "Two turns", "room": "ai"}
            notices.notify(tx, bob.account_id, ann.account_id, type, type, facts, {"slug": "ada"})
    path = "/api/personas/notifications"

    listed = call("GET", path, headers=bob.headers).json

    assert (len(listed["notifications"]), listed["unread_count"]) == (3, 3)
    newest = listed["notifications"][0]
    assert {*newest} == {"id", "actor_user_id", "type", "title", "body", "metadata", "created_at"}
    assert newest["actor_user_id"] == str(ann.account_id)
    first = call("GET", path, headers=bob.headers, query={"limit": "1"}).json
    rest = call("GET", path, headers=bob.headers, query={"cursor": first["next_cursor"]}).json
    assert first["notifications"] + rest["notifications"] == listed["notifications"]
    german = call("GET", path, headers={**bob.headers, "accept-language": "de"}).json["notifications"][0]
    assert german["body"] == "Ada hat den ersten Follower."

    one = f"{path}/{newest['id']}/read"
    assert call("POST", one, "not read", headers=bob.headers).json == {"updated": True, "unread_count": 2}
    assert call("POST", one, headers=bob.headers).json == {"updated": False, "unread_count": 2}
    assert call("POST", one, headers=ann.headers).json == {"updated": False, "unread_count": 0}
    assert call("GET", path, headers=bob.headers).json["notifications"][0]["read_at"]
    assert len(call("GET", path, headers=bob.headers, query={"unread": "true"}).json["notifications"]) == 2
    assert call("POST", f"{path}/read-all", headers=bob.headers).json == {"updated": 2, "unread_count": 0}


@pytest.mark.parametrize("limit", ["0", "101", "x", "-1", "1.5", "", "1000"])
def test_a_limit_is_between_1_and_100(call: CallApi, ann: Someone, limit: str):
    answer = call("GET", "/api/personas/notifications", headers=ann.headers, query={"limit": limit})

    assert code_of(answer) == (400, "invalid_limit")


def test_the_id_of_a_notification_is_a_positive_integer(call: CallApi, ann: Someone):
    for given in ("0", "-1", "x", str(uuid4())):
        answer = call("POST", f"/api/personas/notifications/{given}/read", headers=ann.headers)
        assert code_of(answer) == (400, "invalid_id")
    unknown = call("POST", f"/api/personas/notifications/{10**30}/read", headers=ann.headers)
    assert unknown.json == {"updated": False, "unread_count": 0}


def test_digests_are_empty_until_the_clock_has_made_them(call: CallApi, environment: Connection, ann: Someone):
    with transaction(environment) as tx:
        persona = make_persona(tx, ann.account_id)
        make_battle(tx, make_account(tx), make_room(tx, "games"))
    today = f"/api/personas/personas/{persona}/digest/today"

    empty = call("GET", today, headers=ann.headers).json
    assert (empty["exists"], empty["digest"]["has_activity"], "updated_at" in empty["digest"]) == (False, False, False)
    assert empty["digest"]["stats"] == {"posts": 0, "replies": 0, "top_threads": []}
    weekly = call("GET", "/api/personas/digest/weekly", headers=ann.headers).json
    assert (weekly["exists"], weekly["digest"]["items"]) == (False, [])

    _let_the_clock_run(environment)

    made = call("GET", today, headers=ann.headers).json
    assert (made["exists"], made["digest"]["persona_id"]) == (True, str(persona))
    assert made["digest"]["updated_at"].endswith("Z")
    assert call("GET", today.replace("today", "latest"), headers=ann.headers).json == made
    weekly = call("GET", "/api/personas/digest/weekly", headers=ann.headers).json
    assert (weekly["exists"], weekly["is_current_week"]) == (True, True)
    [item] = weekly["digest"]["items"]
    assert {*item} == {"battle_id", "room_id", "room_name", "topic", "summary", "score", "created_at"}


def _let_the_clock_run(conn: Connection) -> None:
    from functions.shared.clock.app import handler

    done = handler({}, None)
    assert {"daily digests", "weekly digests"} <= {*done}
    run_due(conn, KINDS)


def test_a_digest_is_its_owner_s(call: CallApi, environment: Connection, ann: Someone, bob: Someone):
    with transaction(environment) as tx:
        persona = make_persona(tx, ann.account_id)

    for which in ("today", "latest"):
        path = f"/api/personas/personas/{persona}/digest/{which}"
        assert code_of(call("GET", path, headers=bob.headers)) == (404, "not_found")
    assert code_of(call("GET", "/api/personas/personas/1/digest/today", headers=ann.headers)) == (400, "invalid_id")


def test_statistics_are_for_administrators(call: CallApi, environment: Connection, ann: Someone):
    with transaction(environment) as tx:
        admin = make_someone(tx, roles=("admin",))
        happenings.record(tx, "persona_created", ann.account_id, {})
    path = "/api/personas/admin/analytics/summary"

    assert code_of(call("GET", path, headers=ann.headers)) == (403, "forbidden")
    summary = call("GET", path, headers=admin.headers).json
    assert summary["last_24h"]["persona_created"] == summary["funnel_7d"]["persona"] == 1
    assert len(summary["last_7d"]) == 16
    assert summary["generated_at"].endswith("Z")
