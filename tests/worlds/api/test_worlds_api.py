"""Worlds, ways into them and reports over HTTP. Source: worlds 2, 6, 7."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from kernel.database import Connection, transaction
from local.tools.verify.session import ROUTES
from local.worlds.settling import settle_npc
from tests.support.api import Answer, CallApi
from tests.support.people import Someone
from tests.support.villages import set_time
from tests.support.worlds import come_to, come_to_lobby, make_world
from worlds.entering import service as entering
from worlds.entering.models import CharacterWish
from worlds.minds import service as minds
from worlds.minds.rules import opinion_after
from worlds.play import service as play
from worlds.relationships.models import Opinion, SocialAction, strangers
from worlds.space.models import Position
from worlds.time.rules import HOUR

WORLDS = "/api/game/worlds"


def refusal(answer: Answer) -> tuple[int, str]:
    error = answer.json["error"]
    assert error.keys() >= {"code", "message", "request_id"}
    return answer.status, error["code"]


def make(call: CallApi, root: Someone, name: str = "Aether", **fields: Any) -> dict[str, Any]:
    """Make a world: a room, unless its size is given, which has no ground of its own and so is ready at once."""
    room = {"shape": "cube", "bounds": {"min": {"x": 0, "y": 0, "z": 0}, "max": {"x": 99, "y": 99, "z": 99}}}
    shaped = {} if "circumference" in fields else room
    made = call("POST", WORLDS, {"name": name, **shaped, **fields}, headers=root.headers)
    assert made.status == 201, made.text
    return made.json


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_of_the_readme_answers(call: CallApi, ann: Someone, method: str, path: str):
    assert call(method, path, {} if method == "POST" else None, headers=ann.headers).status not in (404, 405)


@pytest.mark.parametrize("path", ["/api/session/x", "/api/interview/x", "/api/game/x", "/api/world/x", "/api/world"])
def test_unknown_paths_answer_in_the_object_envelope(call: CallApi, path: str):
    assert refusal(call("GET", path, role=None)) == (404, "NOT_FOUND")


@pytest.mark.parametrize("prefix", ["/api/interview", "/api/world/interview"])
def test_an_interview_is_begun_answered_and_turned_into_a_world(call: CallApi, ann: Someone, prefix: str):
    answering = "respond" if prefix == "/api/interview" else "message"
    begun = call("POST", f"{prefix}/start", {}, headers=ann.headers)
    assert (begun.status, begun.json["progress"], begun.json["completed"]) == (201, 0.0, False)
    assert begun.json["question"].startswith("What is your world about?")
    session_id = begun.json["session_id"]
    early = call("POST", f"{prefix}/finalize", {"session_id": session_id}, headers=ann.headers)
    assert refusal(early) == (400, "INVALID_INPUT")

    for said in ("a hot desert", "lizard people", "large, hot desert", "stone age"):
        told = call("POST", f"{prefix}/{answering}", {"session_id": session_id, "message": said}, headers=ann.headers)
    resumed = call("POST", f"{prefix}/start", {}, headers=ann.headers)
    assert (resumed.status, resumed.json) == (200, told.json)
    assert call("GET", f"{prefix}/active", headers=ann.headers).json == told.json
    state = call("GET", "/api/session/state", headers=ann.headers).json
    assert (state["stage"], state["interview"]) == ("interview", {"session_id": session_id, "progress": 0.36})
    assert {"name": "Climate", "value": "desert hot"} in told.json["understood"]

    for said in ("none", "young", "two", "everything", "the name is Dune Sea"):
        told = call("POST", f"{prefix}/{answering}", {"session_id": session_id, "message": said}, headers=ann.headers)
    made = call("POST", f"{prefix}/finalize", {"session_id": session_id}, headers=ann.headers)

    assert (made.status, made.json["generation_status"], made.json["progress"]) == (200, "building", 0)
    assert (made.json["worldName"], made.json["techLevel"], made.json["naturalSatellites"]) == (
        "Dune Sea",
        "stone_age",
        "2",
    )
    assert made.json["derived"]["biomeWeights"] == {"desert": 0.6, "arid scrub": 0.4}
    again = call("POST", f"{prefix}/finalize", {"session_id": session_id}, headers=ann.headers)
    assert again.text == made.text
    assert call("GET", f"{WORLDS}/{made.json['world_id']}", headers=ann.headers).json["owner_id"] == str(ann.account_id)


def test_an_interview_is_its_owners(call: CallApi, root: Someone, ann: Someone):
    session_id = call("POST", "/api/interview/start", {}, headers=ann.headers).json["session_id"]

    def respond(who: Someone, **fields: Any) -> tuple[int, str]:
        body = {"session_id": session_id, "message": "mine", **fields}
        return refusal(call("POST", "/api/interview/respond", body, headers=who.headers))

    assert respond(root) == (403, "FORBIDDEN")
    assert respond(ann, session_id=str(UUID(int=1))) == (404, "INTERVIEW_NOT_FOUND")
    assert respond(ann, session_id="x") == (400, "INVALID_INPUT")
    assert respond(ann, message=" ") == (400, "INVALID_INPUT")
    assert respond(ann, message="x" * 1025) == (400, "INVALID_INPUT")
    assert refusal(call("POST", "/api/interview/start", {})) == (401, "UNAUTHORIZED")
    assert call("GET", "/api/interview/active", headers=root.headers).json["session_id"] is None


def test_a_world_is_made_by_an_administrator_and_listed_without_the_lobby(call: CallApi, root: Someone, ann: Someone):
    made = make(call, root, circumference=6_283.2, seats=5)

    assert made | {"id": "", "created_at": ""} == {
        "id": "",
        "name": "Aether",
        "shape": "spherical",
        "radius": 1000.0,
        "bounds": None,
        "owner_id": str(root.account_id),
        "created_at": "",
        "privacy": "public",
        "seats": 5,
        "players": 0,
        "role": "owner",
        "status": "building",
        "progress": 0,
        "hours_per_day": 24,
        "dilation": 1.0,
        "paused": False,
    }
    for_ann = made | {"role": None}
    assert call("GET", WORLDS, headers=ann.headers).json == [for_ann]
    assert call("GET", f"{WORLDS}/{made['id']}", headers=ann.headers).json == for_ann
    assert refusal(call("POST", WORLDS, {"name": "Mine"}, headers=ann.headers)) == (403, "FORBIDDEN")
    again = call("POST", WORLDS, {"name": "Other"}, headers=root.headers)
    assert refusal(again) == (429, "AUTH_RATE_LIMITED")
    assert 0 < int(again.headers["retry-after"]) <= 3600


@pytest.mark.parametrize(
    "body",
    [
        {"name": "a_b"},
        {"name": "Aether", "shape": "torus"},
        {"name": "Aether", "shape": "cube", "radius": 10},
        {"name": "Aether", "radius": 1000, "circumference": 10_000},
        {"name": "Aether", "seats": 0},
        {"name": "Aether", "privacy": "secret"},
        {
            "name": "Aether",
            "shape": "cube",
            "bounds": {"min": {"x": 0, "y": 0, "z": 0}, "max": {"x": 0, "y": 0, "z": 0}},
        },
        {"name": "Aether", "wonder": True},
        {},
    ],
)
def test_what_a_world_may_not_be(call: CallApi, root: Someone, body: dict[str, Any]):
    assert refusal(call("POST", WORLDS, body, headers=root.headers)) == (400, "INVALID_INPUT")


def test_the_owner_changes_a_world_and_no_one_else(call: CallApi, root: Someone, ann: Someone):
    path = f"{WORLDS}/{make(call, root)['id']}"

    changed = call("PATCH", path, {"name": "Hydra", "seats": 3, "dilation": 10, "paused": True}, headers=root.headers)

    assert [changed.json[name] for name in ("name", "seats", "dilation", "paused", "privacy")] == [
        "Hydra",
        3,
        10.0,
        True,
        "public",
    ]
    assert call("PATCH", path, {"seats": None}, headers=root.headers).json["seats"] is None
    assert refusal(call("PATCH", path, {"dilation": 101}, headers=root.headers)) == (400, "INVALID_INPUT")
    assert refusal(call("PATCH", path, {"paused": False}, headers=ann.headers)) == (403, "FORBIDDEN")
    assert refusal(call("DELETE", path, headers=ann.headers)) == (403, "FORBIDDEN")
    assert call("DELETE", path, headers=root.headers).json == {"deleted": True}
    assert refusal(call("GET", path, headers=root.headers)) == (404, "WORLD_NOT_FOUND")


def test_a_private_world_is_open_to_those_who_are_invited(call: CallApi, root: Someone, ann: Someone):
    world = make(call, root, privacy="private")
    members = f"{WORLDS}/{world['id']}/members"
    choice = {"world_id": world["id"]}

    assert refusal(call("POST", "/api/session/world/select", choice, headers=ann.headers)) == (403, "WORLD_PRIVATE")
    invited = call("POST", members, {"user": "ann"}, headers=root.headers)
    assert (invited.status, invited.json["user_id"], invited.json["role"]) == (201, str(ann.account_id), "guest")
    selected = call("POST", "/api/session/world/select", choice, headers=ann.headers)
    assert selected.json["entry_options"]["can_enter_as_watcher"] is False
    state = call("GET", "/api/session/state", headers=ann.headers).json
    assert (state["stage"], state["world_name"]) == ("world_selected", "Aether")
    listed = call("GET", members, headers=root.headers).json["members"]
    assert [each["user_name"] for each in listed] == ["Root", "Ann"]
    assert call("DELETE", f"{members}/{ann.account_id}", headers=root.headers).json == {"removed": True}
    for unknown in ("x", "ann@example.org"):
        assert refusal(call("POST", members, {"user": unknown}, headers=root.headers)) == (404, "USER_NOT_FOUND")


def test_entry_options_are_the_same_each_time_and_say_what_a_body_can_be(call: CallApi, root: Someone, ann: Someone):
    query = {"world_id": make(call, root)["id"]}

    first = call("GET", "/api/game/entry-options", query=query, headers=ann.headers)

    assert first.json == call("GET", "/api/game/entry-options", query=query, headers=ann.headers).json
    assert (first.json["can_enter_as_watcher"], first.json["can_create_custom"]) == (True, True)
    assert first.json["available_npcs"] == []
    assert [each["key"] for each in first.json["species"]] == ["human", "dwarf", "elf"]
    assert all(3 <= len(each["answers"]) <= 4 for each in first.json["background_questions"])
    lobby = call(
        "GET",
        "/api/game/entry-options",
        query={"world_id": "0" * 8 + "-0000" * 3 + "-" + "0" * 12},
        headers=ann.headers,
    )
    assert refusal(lobby) == (400, "INVALID_INPUT")


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"occupation": "smith", "sex": "female", "least_age": "20", "most_age": "40", "sort": "years"}, 200),
        ({"species": "elf", "place": "Kilnford", "skill": "Smithing"}, 200),
        ({"sex": "other"}, 400),
        ({"least_age": "-1"}, 400),
        ({"sort": "height"}, 400),
    ],
)
def test_whom_one_would_like_to_be_is_said_in_the_query(
    call: CallApi, root: Someone, ann: Someone, wish: dict[str, str], status: int
):
    query = {"world_id": make(call, root)["id"], **wish}

    assert call("GET", "/api/game/entry-options", query=query, headers=ann.headers).status == status


def test_someone_to_inhabit_is_meant_by_an_id(call: CallApi, root: Someone, ann: Someone):
    wish = {"world_id": make(call, root)["id"], "npc_id": "00000000-0000-4000-8000-000000000001"}

    unknown = call("POST", "/api/session/character/create", wish, headers=ann.headers)
    wrong = call("POST", "/api/session/character/create", wish | {"npc_id": "x"}, headers=ann.headers)

    assert refusal(unknown) == (404, "CHARACTER_NOT_FOUND")
    assert refusal(wrong)[0] == 400


def test_someone_is_one_of_the_people_of_a_world(call: CallApi, environment: Connection, ann: Someone, bob: Someone):
    with transaction(environment) as tx:
        world = make_world(tx)
        set_time(tx, world, 3, 10)  # no one is offered who sleeps
        maren = settle_npc(tx, world, "Maren", Position(70, 20))
        for number in range(5):
            other = come_to(tx, world.world_id, f"Player {number}").character_id
            known = strangers(maren.character_id, other, world.world_id, 0)
            talked = opinion_after(known, SocialAction.TALK, Opinion(), 0, 24 * HOUR)
            minds.save_relationship(tx, known, talked)
    query = {"world_id": str(world.world_id)}
    wish = query | {"npc_id": str(maren.character_id)}
    offered = call("GET", "/api/game/entry-options", query=query, headers=ann.headers)
    assert [each["id"] for each in offered.json["available_npcs"]] == [wish["npc_id"]]

    made = call("POST", "/api/session/character/create", wish, headers=ann.headers)

    assert made.status == 201, made.text
    who = made.json["character"]
    assert (who["character_id"], who["user_id"], who["name"]) == (wish["npc_id"], str(ann.identity.account_id), "Maren")
    assert (who["role"], who["position_x"], who["position_y"]) == ("player", 7.0, 2.0)
    assert refusal(call("POST", "/api/session/character/create", wish, headers=bob.headers)) == (409, "CONFLICT")
    own = {"character_id": wish["npc_id"]}
    assert call("POST", "/api/session/character/select", own, headers=ann.headers).status == 200
    assert refusal(call("POST", "/api/session/character/select", own, headers=bob.headers))[0] == 403


def test_one_character_in_each_world_and_a_watcher_who_comes_again_is_the_same(
    call: CallApi, root: Someone, ann: Someone, bob: Someone
):
    world_id = make(call, root)["id"]
    body = {"world_id": world_id, "name": "Ana", "species": "elf", "background_answers": ["mining_town"]}
    watching = {"world_id": world_id, "name": "Bob", "role": "watcher"}

    made = call("POST", "/api/session/character/create", body, headers=ann.headers)
    again = call("POST", "/api/game/characters", body, headers=ann.headers)
    watched = [call("POST", "/api/session/character/create", watching, headers=bob.headers) for _ in range(2)]

    assert (made.status, refusal(again)) == (201, (409, "CHARACTER_EXISTS"))
    assert [each.status for each in watched] == [201, 200]
    assert watched[0].json == watched[1].json
    ana = made.json["character"]["character_id"]
    skills = call("GET", "/api/game/skills", query={"character_id": ana}, headers=ann.headers)
    assert skills.json["skills"]["Mining"] == {"level": 5, "xp": 0}
    assert len(skills.json["skills"]) == 24
    others = call("GET", "/api/game/skills", query={"character_id": ana}, headers=bob.headers)
    assert refusal(others) == (403, "CHARACTER_NOT_OWNED")


def test_worlds_are_searched_by_a_part_of_their_names_a_page_at_a_time(
    call: CallApi, environment: Connection, ann: Someone
):
    with transaction(environment) as tx:
        for number in range(3):
            make_world(tx, f"Old Aether {number}")
        make_world(tx, "Nether")
        make_world(tx, "Aether of others", privacy="private")

    def found(search: str, **query: str) -> list[dict[str, Any]]:
        given = call("GET", WORLDS, query={"search": search, **query}, headers=ann.headers)
        assert given.status == 200, given.text
        return given.json

    first = found("aETHER", limit="2")
    second = found("aETHER", limit="2", after=first[-1]["id"])
    assert sorted(each["name"] for each in [*first, *second]) == [f"Old Aether {number}" for number in range(3)]
    assert (len(first), found("aether", after=second[-1]["id"])) == (2, [])
    assert [each["name"] for each in found("neth")] == ["Nether"]
    assert len(found("")) == 4
    assert found("50%_") == []


@pytest.mark.parametrize("search", ["x" * 101, "\0"])
def test_what_no_name_has_cannot_be_searched_for(call: CallApi, ann: Someone, search: str):
    given = call("GET", WORLDS, query={"search": search}, headers=ann.headers)

    assert refusal(given) == (400, "INVALID_INPUT")


def test_characters_are_listed_a_page_at_a_time_the_last_played_first(
    call: CallApi, environment: Connection, ann: Someone
):
    with transaction(environment) as tx:
        bodies = [
            entering.create(tx, ann.identity, make_world(tx, name).world_id, CharacterWish(name=name, species="human"))
            for name in ("One", "Two", "Three", "Four")
        ]
        play.come(tx, "connection", ann.identity, bodies[1].character_id)
    path = "/api/game/characters"

    pages = [call("GET", path, query={"limit": "2"}, headers=ann.headers).json["characters"]]
    for _ in range(2):
        query = {"limit": "2", "after": pages[-1][-1]["character_id"]} if pages[-1] else {}
        pages.append(call("GET", path, query=query, headers=ann.headers).json["characters"])

    assert [len(page) for page in pages] == [2, 2, 0]
    names = [each["name"] for page in pages for each in page]
    assert (names[0], sorted(names)) == ("Two", ["Four", "One", "Three", "Two"])


def test_reports_are_decided_by_administrators_once(
    call: CallApi, environment: Connection, root: Someone, ann: Someone
):
    world_id = make(call, root)["id"]
    with transaction(environment) as tx:
        come_to(tx, world_id, "Rude")
        come_to_lobby(tx).types(tx, "report rude shouts")
    path = "/api/game/reports"

    [report] = call("GET", path, headers=root.headers).json["reports"]
    assert (report["name"], report["reason"], report["outcome"]) == ("Rude", "shouts", None)
    assert refusal(call("GET", path, headers=ann.headers)) == (403, "FORBIDDEN")
    decided = call(
        "POST", f"{path}/{report['report_id']}", {"outcome": "upheld", "note": "Warned."}, headers=root.headers
    )
    assert (decided.json["outcome"], decided.json["note"]) == ("upheld", "Warned.")
    twice = call("POST", f"{path}/{report['report_id']}", {"outcome": "dismissed"}, headers=root.headers)
    assert refusal(twice) == (409, "CONFLICT")
    assert call("GET", path, headers=root.headers).json["reports"] == []
    assert call("GET", path, query={"state": "decided"}, headers=root.headers).json["reports"] == [decided.json]
