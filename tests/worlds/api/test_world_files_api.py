"""Worlds as files over HTTP, with what attackers try; and the page and the pictures of a world's history."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.worlds.pages.history_page import in_years
from functions.worlds.pages.plotting import curve, some, steps
from kernel.database import Connection, transaction
from tests.support.api import Answer, CallApi
from tests.support.grounds import made_ground, make_ground
from tests.support.people import Someone
from tests.support.worlds import make_world
from worlds.deep_time import queries as deep_sql
from worlds.deep_time.models import DeepMark, DeepMoment
from worlds.ground import queries as ground_sql
from worlds.world import service as worlds
from worlds.world.events import DeepTimeAdvanced, DeepTimeStarted

IMPORT = "/api/game/worlds/import"
PAGE = {"Accept": "text/html", "Accept-Language": "en"}


@pytest.fixture
def gaia(environment: Connection, ann: Someone) -> str:
    """A public world of Ann's with ground and two moments of deep time."""
    with transaction(environment) as tx:
        world = make_ground(tx, owner_id=ann.identity.account_id)
        drawn = {**made_ground().world_map, "years": 20_000}
        ground_sql.save_map(tx, world.world_id, 64, made_ground().world_map)
        moments = [DeepMoment(0, 15.0, 0, 30.0, 40, 0), DeepMoment(20_000, 12.5, -40, 31.0, 44, 3, drawn)]
        marks = [
            DeepMark(5_000, "asteroid", {"radius_km": 400}),
            DeepMark(12_000, "mass_extinction", {"lost": 30, "left": 12}),
            DeepMark(13_000, "sapience", {"species": "Keluhoof"}),
        ]
        deep_sql.save_history(tx, world.world_id, 20_000, moments, marks)
        started = DeepTimeStarted(world_id=world.world_id, run=1, to=90_000, parts=[])
        passed = DeepTimeAdvanced(
            world_id=world.world_id, run=1, year=20_000, intervened=0, seen={"species": 44}, happened=[]
        )
        worlds.save(tx, world, world.world_id, [started, passed])
    return str(world.world_id)


def look(call: CallApi, path: str, who: Someone | None, **query: str) -> Answer:
    return call("GET", path, query=query or None, headers={**PAGE, **(who.headers if who else {})}, role=None)


def refused(call: CallApi, who: Someone | None, body: Any) -> tuple[int, str]:
    answer = call("POST", IMPORT, body, headers=who.headers if who else {})
    return answer.status, answer.json["error"]["message"]


def room(call: CallApi, environment: Connection, who: Someone, **changes: Any) -> dict[str, Any]:
    """Return the exported file of a world without ground, changed."""
    with transaction(environment) as tx:
        world = make_world(tx, "Room", owner_id=who.identity.account_id)
    exported = call("GET", f"/api/game/worlds/{world.world_id}/export", headers=who.headers)
    assert exported.headers["content-disposition"] == 'attachment; filename="room.world.json"'
    return {**exported.json, **changes}


def test_a_file_makes_a_world_of_its_sender(call: CallApi, environment: Connection, ann: Someone, bob: Someone):
    file = room(call, environment, ann)

    made = call("POST", IMPORT, {"file": file, "name": "Copy", "privacy": "private"}, headers=bob.headers)

    assert made.status == 201
    assert (made.json["name"], made.json["privacy"], made.json["role"]) == ("Copy", "private", "owner")
    assert made.json["owner_id"] == str(bob.identity.account_id)


def test_bombs_and_lies_are_refused_and_named(call: CallApi, environment: Connection, ann: Someone):
    file = room(call, environment, ann)
    nested: Any = []
    for _ in range(800):
        nested = [nested]

    assert refused(call, None, {"file": file})[0] == 401
    assert refused(call, ann, {"file": {**file, "name": "x" * 10_000_000}})[0] == 413
    assert refused(call, ann, {"file": {**file, "configuration": {"theme": nested}}})[0] == 400
    assert refused(call, ann, {"file": nested})[0] == 400
    status, message = refused(call, ann, {"file": {**file, "owner_id": "me"}})
    assert (status, message) == (400, "owner_id in file: is not a field of this request")
    status, message = refused(call, ann, {"file": {**file, "digest": "0" * 64}})
    assert status == 400
    assert message.startswith("digest: this file was changed")
    status, message = refused(call, ann, {"file": {**file, "version": 2}})
    assert status == 400
    assert message.startswith("version: ")
    # Other routes of the group still take little.
    answer = call("POST", "/api/game/characters", {"name": "x" * 100_000}, headers=ann.headers)
    assert answer.status == 413


def test_text_that_is_nested_without_end_is_no_file(call: CallApi, ann: Someone):
    answer = call("POST", IMPORT, '{"file": ' + "[" * 100_000 + "]" * 100_000 + "}", headers=ann.headers)

    assert answer.status == 400


def test_worlds_of_others_are_not_exported_nor_looked_back_at(
    call: CallApi, environment: Connection, ann: Someone, bob: Someone, gaia: str
):
    with transaction(environment) as tx:
        secret = str(make_world(tx, "Secret", owner_id=ann.identity.account_id, privacy="private").world_id)

    assert call("GET", f"/api/game/worlds/{gaia}/export", headers=bob.headers).status == 403
    for world_id, status in ((secret, 403), (str(ann.identity.account_id), 404)):
        assert call("GET", f"/api/game/worlds/{world_id}/export", headers=bob.headers).status == status
        for path in ("history", "map.png"):
            found = look(call, f"/worlds/{world_id}/{path}", bob)
            assert found.status == status
            assert "Secret" not in found.text
    assert look(call, "/worlds/none/history", bob).status == 404


def test_the_page_has_curves_events_and_a_table_without_a_script(call: CallApi, ann: Someone, bob: Someone, gaia: str):
    page = look(call, f"/worlds/{gaia}/history", bob)

    assert (page.status, page.headers["cache-control"]) == (200, "no-store")
    assert page.text.count('class="curve ') == 4
    assert "Large asteroid: a crater of 800 km" in page.text
    assert "Mass extinction: 30 species died out, 12 are left" in page.text
    assert "A species has come to think: Keluhoof" in page.text
    assert '<td class="number">12.5</td><td class="number">-40</td>' in page.text
    assert f'src="/worlds/{gaia}/map.png"' in page.text
    assert "ocean 69 %" in page.text
    assert f"/worlds/{gaia}/history?year=20000#map" in page.text
    assert "Export as a file" not in page.text
    assert "Export as a file" in look(call, f"/worlds/{gaia}/history", ann).text
    older = look(call, f"/worlds/{gaia}/history", bob, year="20000").text
    assert f'src="/worlds/{gaia}/map.png?year=20000"' in older
    assert look(call, f"/worlds/{gaia}/history", bob, year="7").status == 200


def test_strangers_sign_in_first(call: CallApi, gaia: str):
    page = look(call, f"/worlds/{gaia}/history", None)

    assert (page.status, page.headers["location"]) == (303, f"/signup?next=%2Fworlds%2F{gaia}%2Fhistory")
    assert look(call, f"/worlds/{gaia}/map.png", None).status == 401


def test_pictures_are_kept_by_browsers_as_long_as_they_are_the_same(call: CallApi, ann: Someone, gaia: str):
    first = look(call, f"/worlds/{gaia}/map.png", ann, year="20000")

    assert (first.status, first.headers["content-type"]) == (200, "image/png")
    assert first.headers["cache-control"] == "private, max-age=0"
    headers = {**ann.headers, "If-None-Match": first.headers["etag"]}
    again = call("GET", f"/worlds/{gaia}/map.png", query={"year": "20000"}, headers=headers, role=None)
    assert again.status == 304
    assert look(call, f"/worlds/{gaia}/map.png", ann, year="10000").status == 404
    assert look(call, f"/worlds/{gaia}/map.png", ann, year="99999999999").status == 404


def test_the_map_of_the_api_says_how_old_the_world_is(call: CallApi, ann: Someone, gaia: str):
    drawn = call("GET", f"/api/game/worlds/{gaia}/map", headers=ann.headers).json

    assert drawn["years"] == 20_000
    assert json.dumps(drawn["legend"]).count("~") == 1


def test_curves_reach_from_their_lowest_to_their_highest_value():
    drawn = curve([0, 50, 100], [1.0, 3.0, 2.0])

    assert (drawn.path, drawn.low, drawn.high, drawn.last) == ("M0.0 100.0L500.0 0.0L1000.0 50.0", 1, 3, 2)
    assert curve([0], [5.0]).path == "M0.0 100.0"
    assert steps([2, 5, 5]) == [0, 3, 0]
    assert some(range(11), 3) == [0, 5, 10]
    assert [in_years(year) for year in (700_000, 1_500_000, 250_000_000)] == ["700,000", "1.5 million", "250 million"]
