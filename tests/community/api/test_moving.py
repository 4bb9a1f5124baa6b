"""/api/v1/admin: moving points in, and players and communities out."""

from __future__ import annotations

from kernel.database import Connection, transaction
from tests.support.api import CallApi
from tests.support.factories import make_player

POINTS = {"platform": "twitch", "content": "name,points\nalice,100\nbob,many\nzoe,4\n", "rate": "1/2"}


def test_an_import_is_tried_done_listed_and_undone(call: CallApi, conn: Connection):
    with transaction(conn) as tx:
        make_player(tx, "alice")

    tried = call("POST", "/api/v1/admin/imports", POINTS)
    done = call("POST", "/api/v1/admin/imports", POINTS | {"dry_run": False})
    listed = call("GET", "/api/v1/admin/imports")
    undone = call("POST", "/api/v1/admin/imports/undo", {"batch_id": done.json["batch"]["batch_id"]})

    assert tried.json == {
        "message": "2 balances would be imported, 52 money in all; 1 of them at once. 1 line is left out.",
        "dry_run": True,
        "format": "csv",
        "rows": 2,
        "known": 1,
        "total_money": 52,
        "without_points": 0,
        "problem_count": 1,
        "problems": [{"line": 3, "problem": "many is not a number of points."}],
        "warning_count": 0,
        "warnings": [],
    }
    assert done.json["message"].startswith("2 balances are imported, 52 money in all")
    assert [(each["imported_by"], each["waiting_money"], each["credited_money"]) for each in listed.json] == [
        ("test", 2, 50)
    ]
    assert undone.json["message"] == "The import is undone. Waiting balances removed: 1. Money taken back: 50."


def test_a_balance_that_will_not_fit_is_told_with_what_the_player_has(call: CallApi, conn: Connection):
    with transaction(conn) as tx:
        make_player(tx, "alice", money=999_990)

    tried = call("POST", "/api/v1/admin/imports", POINTS | {"content": "name;points\nalice;1.000\n", "rate": "1"})

    assert tried.json["message"].endswith("1 balance does not fit into an inventory.")
    assert [(each["line"], each["problem"].split(",")[0]) for each in tried.json["warnings"]] == [
        (2, "alice would have 1")
    ]


def test_a_file_or_a_rate_that_makes_no_sense_is_refused_in_a_sentence(call: CallApi):
    answers = [
        call("POST", "/api/v1/admin/imports", POINTS | {"content": "hello"}),
        call("POST", "/api/v1/admin/imports", POINTS | {"rate": "many"}),
    ]

    assert [(answer.status, answer.json["error"]) for answer in answers] == [
        (400, "The file cannot be read: Each line needs a name and a number of points: alice,100"),
        (400, "The rate must be a positive number or fraction, like 1, 0.5 or 1/10."),
    ]


def test_a_name_that_cannot_be_stored_is_a_bad_line(call: CallApi):
    answer = call("POST", "/api/v1/admin/imports", POINTS | {"content": "al\ud800ice,5\nb\x00b,6\n", "dry_run": False})

    assert answer.json["problem_count"] >= 1


def test_a_player_is_exported_and_forgotten_after_a_question(call: CallApi, conn: Connection):
    with transaction(conn) as tx:
        make_player(tx, "alice", money=5)
    alice = {"platform": "twitch", "username": "alice"}

    export = call("GET", "/api/v1/admin/players/export", query=alice)
    asked = call("POST", "/api/v1/admin/players/forget", alice)
    wrong = call("POST", "/api/v1/admin/players/forget", alice | {"confirm": "no"})
    done = call("POST", "/api/v1/admin/players/forget", alice | {"confirm": asked.json["confirm"]})
    again = call("GET", "/api/v1/admin/players/export", query=alice)

    assert export.json["records"]["users"][0]["username"] == "alice"
    assert (asked.json["forgotten"], done.json["forgotten"]) == (False, True)
    assert (wrong.status, wrong.json["error"]) == (400, "That is not the code that confirms it.")
    assert again.status == 404


def test_a_community_is_exported(call: CallApi, conn: Connection):
    with transaction(conn) as tx:
        make_player(tx, "alice")

    page = call("GET", "/api/v1/admin/export").json

    assert [player["username"] for player in page["players"]] == ["alice"]
    assert page["community"]["progression_unlocks"]
    assert "next" not in page
