"""Reading the exports of other bots, and what an import makes of them."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction

import pytest

from community.imports.formats import parse_points, read_points
from community.imports.models import FORMATS, AccountMatch, InvalidRate, PointsFile, PointsRow, UnreadableFile
from community.imports.rules import parse_rate, plan


def read(content: str, currency: str | None = None) -> tuple[str, dict[str, int | float]]:
    """The format, and {name: points}."""
    file = read_points(content, currency=currency)
    assert not file.problems
    return file.format, {row.username: float(row.points) for row in file.rows}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("alice,100\nbob,250\n", ("csv", {"alice": 100, "bob": 250}), id="no header"),
        pytest.param("name;points\nalice;1.000\nbob;2,5\n", ("csv", {"alice": 1000, "bob": 2.5}), id="semicolons"),
        pytest.param("\ufeffName,Points\r\nalice,7\r\n", ("csv", {"alice": 7}), id="BOM"),
        pytest.param('user,balance\n"Smith, Al","1,250"\n', ("csv", {"Smith, Al": 1250}), id="quoted"),
        pytest.param("points\tuser name\n5\t@alice\n\n", ("csv", {"alice": 5}), id="tabs, other order"),
        pytest.param("Username,Rank,Points,Hours\nalice,Fan,12,3.5\n", ("streamlabs", {"alice": 12}), id="streamlabs"),
        pytest.param("Username,Seconds,Points\nalice,86400,42\n", ("phantombot", {"alice": 42}), id="phantombot"),
        pytest.param("username,points,alltime\nalice,9,99\n", ("streamelements", {"alice": 9}), id="streamelements"),
        pytest.param(
            '{"_total": 1, "users": [{"username": "alice", "points": 9}]}',
            ("streamelements", {"alice": 9}),
            id="streamelements' API",
        ),
        pytest.param(
            json.dumps([{"_id": "12", "username": "alice", "currency": {"c-1": 30}}]),
            ("firebot", {"alice": 30}),
            id="firebot's API",
        ),
        pytest.param(
            '{"_id":"12","username":"alice","currency":{"c-1":1}}\n{"_id":"13","username":"bob","currency":{"c-1":2}}\n'
            '{"_id":"12","username":"alice","currency":{"c-1":31}}\n{"$$deleted":true,"_id":"13"}\n',
            ("firebot", {"alice": 31}),
            id="firebot's users.db, a journal",
        ),
    ],
)
def test_every_bot_s_file_is_recognised(content: str, expected: tuple[str, dict[str, float]]):
    assert expected[0] in FORMATS
    assert read(content) == expected


def test_ids_are_read_where_a_file_has_them():
    table = read_points("Username,User ID,Points\nAlice,12345.0,10\n")
    firebot = read_points('[{"_id": "12", "username": "alice", "currency": {"c-1": 30}}]')

    assert [(row.username, row.platform_id) for row in table.rows] == [("Alice", "12345")]
    assert [(row.username, row.platform_id) for row in firebot.rows] == [("alice", "12")]


@pytest.mark.parametrize(
    ("text", "delimiter", "points"),
    [
        ("12", ",", "12"),
        ("12.5", ",", "12.5"),
        ("1,234", ",", "1234"),
        ("1.234", ",", "1.234"),
        ("1.234", ";", "1234"),
        ("12,5", ";", "12.5"),
        ("1,234", ";", "1.234"),
        ("1.234.567,8", ",", "1234567.8"),
        ("1,234,567.8", ";", "1234567.8"),
        ("1 234 567", ",", "1234567"),
        ("1\u00a0234", ",", "1234"),
        ("1'234", ",", "1234"),
        ("1.5E+3", ",", "1500"),
        ("0", ",", "0"),
    ],
)
def test_points_are_read_as_spreadsheets_write_them(text: str, delimiter: str, points: str):
    assert parse_points(text, delimiter) == Decimal(points)


def test_a_bad_line_is_told_by_its_number_and_costs_only_itself():
    file = read_points(
        'name,points\nalice,10\nbob,many\n,5\ncarol\ndave,-3\n"two\nlines",4\neve,nan\nfay,1e99\nzoe,1\n'
    )

    assert [row.username for row in file.rows] == ["alice", "two\nlines", "zoe"]
    assert [(problem.line, problem.text) for problem in file.problems] == [
        (3, "many is not a number of points."),
        (4, "The name is missing."),
        (5, "A column is missing."),
        (6, "The points are negative."),
        (9, "nan is not a number of points."),
        (10, "These are too many points."),
    ]
    assert file.rows[-1].line == 11


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "It is empty."),
        ("\ufeff \n", "It is empty."),
        ("PK\x03\x04...", "It is an Excel file. Save it as CSV, and import that."),
        ("username,hours\nalice,3\n", "Its first line must name a column with names and one with points"),
        ("hello world\n", "Each line needs a name and a number of points: alice,100"),
        ("{broken", "It is not valid JSON."),
        ("[]", "It has no viewers."),
        ('[{"_id": "1", "username": "a", "currency": {"x": 1, "y": 2}}]', "Say which one: x, y"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused(content: str, reason: str):
    with pytest.raises(UnreadableFile, match="The file cannot be read") as refusal:
        read_points(content)
    assert reason in str(refusal.value)


def test_of_several_firebot_currencies_one_is_chosen():
    viewers = '[{"_id": "1", "username": "alice", "currency": {"x": 1, "y": 2}}]'

    assert read(viewers, currency="y") == ("firebot", {"alice": 2})


def rows(*given: tuple[str, str, str]) -> PointsFile:
    return PointsFile(
        "csv", [PointsRow(line, name, id_, Decimal(points)) for line, (name, id_, points) in enumerate(given, 1)], []
    )


def test_a_plan_says_what_happens_to_each_line():
    file = rows(("alice", "", "25"), ("ALICE", "", "5"), ("bob", "7", "10"), ("streambot", "", "9"), ("tim", "", "4"))
    matches = {3: AccountMatch(1, "7", "bob_now"), 5: AccountMatch(2, "8", "tim")}

    made = plan(file, Fraction(1, 10), matches, lambda platform_id, name: name == "streambot")

    assert [(entry.row.username, entry.amount, entry.known) for entry in made.entries] == [
        ("alice", 2, False),
        ("bob", 1, True),
    ]
    assert (made.total, made.known, made.without_points) == (3, 1, 0)
    assert [(problem.line, problem.text) for problem in made.problems] == [
        (2, "ALICE is in line 1 already, which counts."),
        (4, "streambot does not take part in the game."),
        (5, "Several players are called tim. Only an id can tell them apart."),
    ]


def test_what_is_less_than_one_money_is_not_imported():
    made = plan(rows(("alice", "", "9"), ("bob", "", "0")), Fraction(1, 10), {}, lambda platform_id, name: False)

    assert (len(made.entries), made.without_points, made.problems) == (0, 2, [])


@pytest.mark.parametrize(("text", "rate"), [("1", Fraction(1)), ("0.5", Fraction(1, 2)), ("1 / 10", Fraction(1, 10))])
def test_a_rate_is_a_number_or_a_fraction(text: str, rate: Fraction):
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["", "0", "-1", "1/0", "many", "1e9", "0/5"])
def test_other_rates_are_refused(text: str):
    with pytest.raises(InvalidRate):
        parse_rate(text)
