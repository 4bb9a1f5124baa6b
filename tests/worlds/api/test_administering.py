"""What administrators do with worlds and people: asked for by role, done, and noted. Source: worlds 26."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from functions.shared.migrate import app as migrate
from functions.worlds.post_desk import app as desk
from kernel.database import Connection, transaction
from tests.support.api import Answer, CallApi
from tests.support.people import Someone, make_someone
from tests.support.worlds import come_to, come_to_lobby, connect, place_item, texts, told
from worlds.entering import service as entering
from worlds.entering.models import ENTRANCE
from worlds.play.closing import CharacterGone
from worlds.rebuilding import service as rebuilding
from worlds.space.models import Position
from worlds.world import queries as worlds_sql
from worlds.world.models import LOBBY, TEMPERATE

WORLDS = "/api/game/admin/worlds"
USERS = "/api/auth/users"


def refusal(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["error"]["code"]


def log_of(conn: Connection, aggregate_id: UUID) -> list[tuple[str, Any, Any]]:
    rows = conn.execute(
        "SELECT event_type, metadata ->> 'actor' AS actor, metadata ->> 'capacity' AS capacity"
        " FROM worlds.events WHERE aggregate_id = %s ORDER BY version",
        (aggregate_id,),
    )
    return [(row["event_type"], row["actor"], row["capacity"]) for row in rows]


@pytest.fixture
def world_id(call: CallApi, root: Someone) -> UUID:
    """A room that Root has made."""
    room = {"shape": "cube", "bounds": {"min": {"x": 0, "y": 0, "z": 0}, "max": {"x": 99, "y": 99, "z": 99}}}
    return UUID(call("POST", "/api/game/worlds", {"name": "Aether", **room}, headers=root.headers).json["id"])


def differences(conn: Connection) -> Any:
    """What a rebuild would change."""
    found: list[Any] = []
    with pytest.raises(ZeroDivisionError), transaction(conn) as tx:
        found += rebuilding.rebuild(tx).differences
        raise ZeroDivisionError  # roll back
    return found


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", WORLDS),
        ("POST", f"{WORLDS}/{TEMPERATE}/pause"),
        ("POST", f"{WORLDS}/{TEMPERATE}/resume"),
        ("POST", f"{WORLDS}/{TEMPERATE}/wipe"),
        ("GET", USERS),
        ("POST", f"{USERS}/{TEMPERATE}/export"),
        ("DELETE", f"{USERS}/{TEMPERATE}"),
    ],
)
def test_only_administrators_administer(call: CallApi, ann: Someone, method: str, path: str):
    body = {} if method == "POST" else None

    assert refusal(call(method, path, body)) == (401, "UNAUTHORIZED")
    assert refusal(call(method, path, body, headers=ann.headers)) == (403, "FORBIDDEN")


def test_all_worlds_are_listed_a_page_at_a_time(call: CallApi, root: Someone, world_id: UUID):
    first = call("GET", WORLDS, query={"limit": "2"}, headers=root.headers).json["worlds"]
    second = call("GET", WORLDS, query={"after": first[-1]["id"]}, headers=root.headers).json["worlds"]

    assert len(first) == 2
    assert {each["id"] for each in first + second} == {str(world_id), str(LOBBY), str(TEMPERATE)}
    assert len(first + second) == 3


def test_an_administrator_stops_the_time_of_any_world_and_people_are_told(
    call: CallApi, environment: Connection, root: Someone, world_id: UUID
):
    with transaction(environment) as tx:
        ann = come_to(tx, world_id, "Ann")

    paused = [call("POST", f"{WORLDS}/{world_id}/pause", {}, headers=root.headers) for _ in range(2)]
    resumed = call("POST", f"{WORLDS}/{world_id}/resume", {}, headers=root.headers)

    assert [each.json["paused"] for each in (*paused, resumed)] == [True, True, False]
    assert log_of(environment, world_id)[-2:] == [
        ("WorldPaused", str(root.account_id), "administrator"),
        ("WorldResumed", str(root.account_id), "administrator"),
    ]
    with transaction(environment) as tx:
        lines = [line["text"] for line in told(tx, ann)]
    assert lines[-2:] == ["Time stands still in Aether.", "Time goes on in Aether."]
    assert call("POST", f"{WORLDS}/{TEMPERATE}/pause", {}, headers=root.headers).json["paused"] is True
    assert refusal(call("POST", f"{WORLDS}/{LOBBY}/pause", {}, headers=root.headers)) == (403, "FORBIDDEN")
    nowhere = f"{WORLDS}/{root.account_id}"
    assert refusal(call("POST", f"{nowhere}/pause", {}, headers=root.headers)) == (404, "WORLD_NOT_FOUND")


def test_a_wiped_world_is_as_it_was_when_it_was_made(
    call: CallApi, environment: Connection, root: Someone, world_id: UUID
):
    with transaction(environment) as tx:
        world = worlds_sql.read(worlds_sql.lock(tx, world_id).fetchone() or {})
        place_item(tx, world, "berry", Position(*ENTRANCE), quantity=5)
        ann, bob = come_to(tx, world_id, "Ann"), come_to_lobby(tx)
        ann.types(tx, "get berry 3")
        ann.types(tx, "n")
        ann.types(tx, "drop berry 1")

    wiped = call("POST", f"{WORLDS}/{world_id}/wipe", {}, headers=root.headers)

    assert (wiped.status, wiped.json["players"]) == (200, 0)
    assert log_of(environment, world_id)[-2:] == [
        ("WorldWiped", str(root.account_id), "administrator"),
        ("ThingPlaced", str(root.account_id), "administrator"),
    ]
    lying = environment.execute("SELECT item, quantity FROM worlds.entities WHERE world_id = %s", (world_id,))
    assert [(row["item"], row["quantity"]) for row in lying] == [("berry", 5)]
    assert _characters(environment, world_id) == 0
    assert differences(environment) == []
    with transaction(environment) as tx:
        assert texts(bob.types(tx, "look"))  # elsewhere, nothing has happened
        again = entering.create(tx, ann.me, world_id, _wish("Ann"))
        assert texts(connect(tx, ann.me, again.character_id).types(tx, "get berry"))


def test_who_is_in_a_world_that_is_wiped_is_told_and_put_out(
    call: CallApi, environment: Connection, root: Someone, world_id: UUID
):
    with transaction(environment) as tx:
        ann = come_to(tx, world_id, "Ann")

    call("POST", f"{WORLDS}/{world_id}/wipe", {}, headers=root.headers)
    claimed = desk.handler({"op": "claim"}, None)

    [farewell] = [each for each in claimed["closing"] if each["connection_id"] == ann.connection_id]
    assert CharacterGone.message in farewell["frames"][0]
    assert environment.execute("SELECT FROM worlds.connections").fetchone() is None


def test_a_connection_whose_character_is_gone_may_end_by_itself(
    call: CallApi, environment: Connection, root: Someone, world_id: UUID
):
    with transaction(environment) as tx:
        ann = come_to(tx, world_id, "Ann")
    call("POST", f"{WORLDS}/{world_id}/wipe", {}, headers=root.headers)

    desk.handler({"op": "report", "gone": [ann.connection_id]}, None)

    assert environment.execute("SELECT FROM worlds.connections").fetchone() is None


def test_the_lobby_and_worlds_that_are_being_made_are_not_wiped(call: CallApi, root: Someone):
    assert refusal(call("POST", f"{WORLDS}/{LOBBY}/wipe", {}, headers=root.headers)) == (403, "FORBIDDEN")
    assert refusal(call("POST", f"{WORLDS}/{TEMPERATE}/wipe", {}, headers=root.headers)) == (409, "CONFLICT")


def test_users_are_listed_a_page_at_a_time_newest_first(call: CallApi, environment: Connection, root: Someone):
    with transaction(environment) as tx:
        people = [make_someone(tx, name) for name in ("Ann", "Bob")]

    first = call("GET", USERS, query={"limit": "2"}, headers=root.headers).json["users"]
    second = call("GET", USERS, query={"after": first[-1]["user_id"]}, headers=root.headers).json["users"]

    assert {each["user_id"] for each in first} == {str(each.account_id) for each in people}
    [own] = second
    assert own | {"created_at": ""} == {
        "user_id": str(root.account_id),
        "email": "root@example.org",
        "username": "Root",
        "roles": ["admin"],
        "created_at": "",
        "last_login": None,
    }


def test_a_user_is_exported_and_deleted_and_both_are_noted(
    call: CallApi, environment: Connection, root: Someone, ann: Someone, world_id: UUID
):
    with transaction(environment) as tx:
        entering.create(tx, ann.identity, world_id, _wish("Ana"))
    path = f"{USERS}/{ann.account_id}"

    exported = call("POST", f"{path}/export", {}, headers=root.headers).json["data"]
    deleted = call("DELETE", path, headers=root.headers)

    assert [each["email"] for each in exported["account"]["kernel.accounts"]] == ["ann@example.org"]
    assert [each["name"] for each in exported["worlds"]["worlds.characters"]] == ["Ana"]
    assert deleted.status == 200
    assert refusal(call("GET", "/api/auth/me", headers=ann.headers))[0] == 401
    assert _characters(environment, world_id) == 0
    assert log_of(environment, ann.account_id) == [
        ("UserExported", str(root.account_id), "administrator"),
        ("UserDeleted", str(root.account_id), "administrator"),
    ]
    assert refusal(call("DELETE", path, headers=root.headers)) == (404, "USER_NOT_FOUND")
    assert refusal(call("POST", f"{path}/export", {}, headers=root.headers)) == (404, "USER_NOT_FOUND")
    assert differences(environment) == []


def test_administrators_are_not_deleted_by_each_other(call: CallApi, root: Someone):
    assert refusal(call("DELETE", f"{USERS}/{root.account_id}", headers=root.headers)) == (409, "CONFLICT")


def test_migrate_replays_where_only_functions_reach_the_database(environment: Connection):
    with transaction(environment) as tx:
        ann = come_to_lobby(tx)
    environment.execute("UPDATE worlds.characters SET x = 77")

    for replay in ("compare", "write"):
        answer = migrate.handler({"worlds_replay": replay}, None)
        assert answer["differences"] == {"characters": [str(ann.character_id)]}

    assert migrate.handler({"worlds_replay": "compare"}, None)["differences"] == {}


def _characters(conn: Connection, world_id: UUID) -> int:
    [row] = conn.execute("SELECT count(*) AS n FROM worlds.characters WHERE world_id = %s", (world_id,))
    return row["n"]


def _wish(name: str) -> entering.CharacterWish:
    return entering.CharacterWish(name=name, species="human", seed=1)
