"""Reading the exports of other bots, and what an import makes of them."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.imports import point_numbers
from community.imports.formats import read_points
from community.imports.models import (
    FORMATS,
    AccountMatch,
    DecimalSign,
    InvalidRate,
    PointsFile,
    PointsRow,
    UnreadableFile,
)
from community.imports.point_numbers import BadPoints, parse_points
from community.imports.rules import hash_of, parse_rate, plan
from local.tools.moving import text_of


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


STREAMLABS_CHATBOT = "alice,Unranked,1250,12.5\n@Bob,Regular,7,0\n"
"""By position: name, rank, points, hours, as crowbartools/Firebot (streamlabs-chatbot-importer.ts) and
SaviorXTanren/mixer-mixitup (StreamlabsChatBotViewer.cs) read its sheet; xdubx/phantombot-importer has the header."""

STREAMELEMENTS = '"alice","","1250",0,"7200"\n"bob","12345","7",9,"60"\n'
"""Without a header: name, Twitch id, points, all-time points, watch time, as ashcorpdev/sl-export writes what
StreamElements imports."""

CLOUDBOT = "Username,Points,WatchTimeMinutes,UpdatedAt,CreatedAt\nalice,1250,7200,2024-01-02T03:04:05,2023-01-02\n"
"""As the bookmarklet of TheReal3xtinct/Streamlink writes it from Streamlabs' own API."""

FIREBOT = "ID,Username,Last Seen,Join Date,Minutes in Channel,Chat Messages\n12,Alice,2024-01-02,2023-01-02,60,5\n"
"""As crowbartools/Firebot (firebot-importer.ts) reads its own export of viewers. It has no points."""


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(STREAMLABS_CHATBOT, ("streamlabs", {"alice": 1250, "Bob": 7}), id="streamlabs chatbot"),
        pytest.param(
            "Name,Rank,Points,Hours\n" + STREAMLABS_CHATBOT, ("streamlabs", {"alice": 1250, "Bob": 7}), id="with header"
        ),
        pytest.param(STREAMELEMENTS, ("streamelements", {"alice": 1250, "bob": 7}), id="streamelements"),
        pytest.param(CLOUDBOT, ("streamlabs", {"alice": 1250}), id="streamlabs cloudbot"),
        pytest.param("username,points,watchtime\nalice,9,99\n", ("streamelements", {"alice": 9}), id="watch time"),
        pytest.param("Name;Punkte\nalice;7\n", ("csv", {"alice": 7}), id="German"),
        pytest.param("\ufeffZuschauer\tGuthaben\r\nalice\t7\r\n", ("csv", {"alice": 7}), id="German, tabs, BOM"),
        pytest.param("Usuario;Puntos\nalice;7\n", ("csv", {"alice": 7}), id="Spanish"),
        pytest.param("name,Geld\nalice,7\n", ("csv", {"alice": 7}), id="the currency's name"),
        pytest.param("sep=;\nname;points\nalice;7\n", ("csv", {"alice": 7}), id="Excel's own first line"),
        pytest.param("1,234\n", ("csv", {"1": 234}), id="a name of digits"),
    ],
)
def test_real_exports_are_read(content: str, expected: tuple[str, dict[str, float]]):
    assert read(content) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_import_tool_reads_what_excel_saves(encoding: str, tmp_path: Path):
    file = tmp_path / "points.csv"
    file.write_text("Name;Münzen\nalice;7\n", encoding=encoding)

    assert read(text_of(file)) == ("csv", {"alice": 7})


def test_firebot_s_table_has_no_points_to_read():
    with pytest.raises(UnreadableFile, match="None of its columns is one of points: ID, Username, Last Seen"):
        read_points(FIREBOT)


def test_the_id_in_streamelements_file_is_read():
    assert [row.platform_id for row in read_points(STREAMELEMENTS).rows] == ["", "12345"]


def column(separator: str, *numbers: str, sign: DecimalSign | None = None) -> list[str]:
    lines = [f'v{line}{separator}"{number}"' for line, number in enumerate(numbers)]
    file = read_points("\n".join([f"name{separator}points", *lines]), decimal_sign=sign)
    assert not file.problems
    return [f"{row.points.normalize():f}" for row in file.rows]


@pytest.mark.parametrize(
    ("separator", "numbers", "points"),
    [
        (",", ["12", "0", "1250"], ["12", "0", "1250"]),
        (",", ["12.5", "1.234"], ["12.5", "1.234"]),
        (",", ["12,5", "1.234"], ["12.5", "1234"]),
        (",", ["1,234", "5000"], ["1234", "5000"]),
        (",", ["1.234", "999"], ["1234", "999"]),
        (",", ["0.125", "1.234"], ["0.125", "1.234"]),
        (",", ["1.000.000", "1.234"], ["1000000", "1234"]),
        (",", ["1.234.567,8", "1.234"], ["1234567.8", "1234"]),
        (",", ["12.5", "12,5"], ["12.5", "12.5"]),
        (",", ["1.5E+3"], ["1500"]),
        (";", ["1.234", "5000"], ["1234", "5000"]),
        (";", ["1,234", "2,5"], ["1.234", "2.5"]),
        (";", ["1,234", "999"], ["1234", "999"]),
        (";", ["1,234,567.8", "1,234"], ["1234567.8", "1234"]),
        ("\t", ["1 234 567", "1\u00a0234", "1'234", "1_000"], ["1234567", "1234", "1234", "1000"]),
    ],
)
def test_a_column_tells_how_its_numbers_are_written(separator: str, numbers: list[str], points: list[str]):
    assert column(separator, *numbers) == points


@pytest.mark.parametrize(
    ("separator", "numbers"), [(",", ["1.234", "5000"]), (";", ["1,234", "5000"]), (",", ["1.234", "1,234"])]
)
def test_a_number_that_could_be_two_is_refused_unless_the_sign_is_told(separator: str, numbers: list[str]):
    with pytest.raises(UnreadableFile, match=r"1.234 in line 2 could be 1.234 or 1,234\. Say which decimal sign"):
        column(separator, *numbers)

    assert column(separator, *numbers, sign=".")[0] == ("1.234" if numbers[0] == "1.234" else "1234")
    assert column(separator, *numbers, sign=",")[0] == ("1234" if numbers[0] == "1.234" else "1.234")


@given(st.lists(st.integers(0, 10**9), min_size=1), st.sampled_from([",", ";", "\t"]), st.sampled_from([".", ",", " "]))
def test_whole_numbers_with_grouped_thousands_mean_themselves(values: list[int], separator: str, group: str):
    assert column(separator, *(f"{value:,}".replace(",", group) for value in values)) == [str(each) for each in values]


def test_a_cell_that_no_one_typed_is_refused_before_it_is_normalised(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(point_numbers, "unicodedata", None)
    with pytest.raises(BadPoints, match="is not a number of points"):
        parse_points("\ufdfa" * 101, ".")


@pytest.mark.parametrize("text", ["1,2,3", "12,34,567", "1 2", "1.", "5 points", "0x10", "--5"])
def test_what_is_no_number_is_not_made_one(text: str):
    file = read_points(f"name\tpoints\nalice\t{text}\nbob\t5\n")

    assert [row.username for row in file.rows] == (["alice", "bob"] if text == "1." else ["bob"])


def test_a_bad_line_is_told_by_its_number_and_costs_only_itself():
    file = read_points(
        'name,points\nalice,10\nbob,many\n,5\ncarol\ndave,-3\n"two\nlines",4\neve,nan\nfay,1e99\n"gus,7\nzoe,1\n'
        "h\u2028i,2\nj\x00k,3\nl\tm,4\n"
    )

    assert [row.username for row in file.rows] == ["alice", "zoe"]
    assert [(problem.line, problem.text) for problem in file.problems] == [
        (3, "many is not a number of points."),
        (4, "The name is missing."),
        (5, "A column is missing."),
        (6, "The points are negative."),
        (7, "A quotation mark does not end in the line it begins in."),
        (8, "A quotation mark does not end in the line it begins in."),
        (9, "nan is not a number of points."),
        (10, "These are too many points."),
        (11, "A quotation mark does not end in the line it begins in."),
        (13, "The name has characters that no name has."),
        (14, "The name has characters that no name has."),
        (15, "The name has characters that no name has."),
    ]
    assert file.rows[-1].line == 12


def test_a_bad_first_line_costs_only_itself():
    file = read_points("Spieler;Herzen\nalice;10\nbob;20\n")

    assert [row.username for row in file.rows] == ["alice", "bob"]
    assert [(each.line, each.text) for each in file.problems] == [(1, "Herzen is not a number of points.")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "It is empty."),
        ("\ufeff \n", "It is empty."),
        ("PK\x03\x04...", "It is an Excel file. Save it as CSV, and import that."),
        ("username,hours\nalice,3\n", "None of its columns is one of points: username, hours. Call it points"),
        ("rank,points\nFan,3\n", "None of its columns is one of names: rank, points. Call it username."),
        ("alice,100,3600\n", "Several columns have numbers. Name the columns in a first line: username,points"),
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


def test_of_several_currencies_one_is_chosen():
    viewers = '[{"_id": "1", "username": "alice", "currency": {"x": 1, "y": 2}}]'

    assert read(viewers, currency="y") == ("firebot", {"alice": 2})
    assert read("name,points,Gems\nalice,1,2\n", currency="gems") == ("csv", {"alice": 2})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('[{"_id": "1", "username": "alice", "currency": {"x": 1, "y": 2}}]', "It has no currency gems, only: x, y."),
        ('[{"username": "alice", "points": 1}]', "Its viewers have one kind of points, so none can be chosen."),
        ("name,points,hearts\nalice,1,2\n", "It has no column gems, only: name, points, hearts."),
        ("alice,1\n", "Its columns have no names, so gems cannot be chosen among them."),
    ],
)
def test_a_currency_that_is_not_there_is_refused(content: str, reason: str):
    with pytest.raises(UnreadableFile, match=reason):
        read_points(content, currency="gems")


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


def test_a_balance_above_the_limit_of_a_stack_is_warned_about():
    file = rows(("alice", "", "999999"), ("bob", "", "1000000"), ("carol", "", "10"), ("dave", "", "10"))
    matches = {3: AccountMatch(1, "7", "carol", 999_990), 4: AccountMatch(1, "8", "dave", 999_989)}

    made = plan(file, Fraction(1), matches, lambda platform_id, name: False)

    assert len(made.entries) == 4
    assert [(each.line, each.text) for each in made.warnings] == [
        (2, "bob would have 1,000,000 money, and an inventory holds 999,999. The rest waits until there is room."),
        (3, "carol would have 1,000,000 money, and an inventory holds 999,999. The rest waits until there is room."),
    ]


def test_more_money_than_the_database_can_add_up_is_refused():
    made = plan(rows(("alice", "", str(10**15))), Fraction(10**9 - 1), {}, lambda platform_id, name: False)

    assert [(each.line, each.text) for each in made.problems] == [(1, "This is too much money.")]


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


FILE = "name,points\nalice,10\nbob,2.5\n"


@pytest.mark.parametrize(
    "content",
    [
        FILE + "\n",
        FILE.replace("\n", "\r\n"),
        FILE.replace("bob,2.5", "bob,2.50  "),
        FILE.replace("alice", " @Alice "),
        "name;points\nbob;2,5\nalice;10\n",
        FILE + "carol,0\n",
    ],
)
def test_the_same_points_in_another_layout_are_the_same_file(content: str):
    assert hash_of(read_points(content).rows) == hash_of(read_points(FILE).rows)


@pytest.mark.parametrize("content", [FILE.replace("10", "11"), FILE.replace("bob", "carol"), FILE + "carol,1\n"])
def test_other_points_are_another_file(content: str):
    assert hash_of(read_points(content).rows) != hash_of(read_points(FILE).rows)
