"""What is pure in the page's scripts: completion, history, links, directions, maps in words, prices, pauses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Route

from functions.worlds.pages.door import static
from functions.worlds.pages.guide_contents import guide

Run = Callable[..., Any]
HOST = "http://scripts.example"
DIRECTIONS = ["north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest"]
SAID = {name: name for name in DIRECTIONS} | {
    "here": "{name}: here",
    "away": "{name}: {distance} m {direction}",
    "ground": "under your feet: {biome}.",
    "towards": "{biome} to the {directions}.",
    "wall": "a wall",
    "hidden": "hidden ground",
    "nothing": "bare ground",
    "on_map": "On the map: {things}.",
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run(browser: Browser) -> Iterator[Run]:
    """`run("typing.js", "completed(...args)", ...)`: what a function of a script returns."""

    def serve(route: Route) -> None:
        file = static.files.get(route.request.url.rpartition("/")[2])
        if file is None:
            route.fulfill(body="<!doctype html><body></body>", content_type="text/html")
        else:
            route.fulfill(body=file.content, content_type=file.media_type)

    with browser.new_context() as context:
        context.route("**/*", serve)
        page = context.new_page()
        page.goto(HOST)

        def run_script(module: str, expression: str, *args: Any, name: str = "") -> Any:
            imported = name or expression.partition("(")[0]
            code = f"async (args) => {{ const {{ {imported} }} = await import('/{module}'); return {expression}; }}"
            return page.evaluate(code, list(args))

        yield run_script


COMMANDS = guide()["commands"]


@pytest.mark.parametrize(
    ("line", "names", "completed"),
    [
        ("inv", [], "inventory"),
        ("whi", [], "whisper "),
        ("create w", [], "create world"),
        ("look old st", ["statue", "old statue"], "look old statue"),
        ("look st", ["south portal", "statue"], "look statue"),
        ("whisper ana hello", ["ana"], "whisper ana hello"),
        ("fly u", [], "fly up"),
        ("look", ["statue"], "look "),
        ("xyz", ["statue"], "xyz"),
        ("", ["statue"], ""),
    ],
)
def test_a_line_is_completed_from_the_commands_and_what_is_around(
    run: Run, line: str, names: list[str], completed: str
):
    assert run("typing.js", "completed(args[0], args[1], args[2])", line, COMMANDS, names) == completed


def test_a_completed_line_has_nothing_to_complete_so_that_tab_leads_on(run: Run):
    assert run("typing.js", "completed(args[0], args[1], [])", "inventory", COMMANDS) == "inventory"
    assert run("typing.js", "completed(args[0], args[1], ['statue'])", "look statue", COMMANDS) == "look statue"


def test_a_hint_says_how_a_command_is_written_and_what_else_begins_so(run: Run):
    assert run("typing.js", "hintOf('say hi', args[0])", COMMANDS) == "say <text>: Speak to everyone within 50 metres."
    assert run("typing.js", "hintOf('wh', args[0])", COMMANDS).endswith("(whisper)")
    assert run("typing.js", "hintOf('  ', args[0])", COMMANDS) == ""


def test_the_arrows_walk_through_what_was_typed_and_back_to_what_was_begun(run: Run):
    history = 'new History({ getItem: () => \'["look","e"]\', setItem() {} })'
    steps = "[-1, -1, -1, -1, 1, 1, 1, 1].map((step) => history.move(step, 'begun'))"
    walked = run("typing.js", "((history) => (history.add('say hi'), " + steps + "))(" + history + ")", name="History")

    assert walked == ["say hi", "e", "look", None, "e", "say hi", "begun", None]


@pytest.mark.parametrize(
    ("text", "names", "pieces"),
    [
        (
            "You see: statue, old statue.",
            ["statue", "old statue"],
            ["You see: ", "[statue]", ", ", "[old statue]", "."],
        ),
        ("You see: Ghost (ghost).", ["Ghost", "Ghost"], ["You see: ", "[Ghost]", " (ghost)."]),
        ("A lamplighter and a lamp", ["lamp"], ["A lamplighter and a ", "[lamp]"]),
        ("See: arch. Ways out: arch.", ["arch"], ["See: ", "[arch]", ". Ways out: ", "[arch]", "."]),
        ("Nothing.", [""], ["Nothing."]),
    ],
)
def test_a_text_links_each_thing_where_it_stands_by_itself(run: Run, text: str, names: list[str], pieces: list[str]):
    found = run("lines.js", "pieces(args[0], args[1])", text, [{"name": name} for name in names])

    assert [f"[{each['text']}]" if "entity" in each else each["text"] for each in found] == pieces


def test_where_things_are_is_said_in_metres_and_directions(run: Run):
    def said(x: float, y: float) -> str:
        thing = {"name": "statue", "position": {"x": x, "y": y, "z": 0}}
        return run("map.js", "whereIs(args[0], { x: 5, y: 5, z: 0 }, args[1])", thing, SAID)

    assert said(5, 8.2) == "statue: 3.2 m north"
    assert said(4, 4) == "statue: 1.4 m southwest"
    assert said(9, 5.1) == "statue: 4 m east"
    assert said(5.2, 5.2) == "statue: here"


def test_what_is_around_is_what_was_said_last_and_what_is_farther_away_but_in_sight(run: Run):
    def thing(name: str, x: float) -> dict[str, Any]:
        return {"id": name, "name": name, "position": {"x": x, "y": 0, "z": 0}}

    before = [thing("taken", 2), thing("moved", 3), thing("far", 15), thing("lost from sight", 21)]
    update = {"within": 12, "entities": [thing("dropped", 1), thing("moved", 14)]}

    around = run("map.js", "nowAround(args[0], args[1], { x: 0, y: 0, z: 0 })", before, update)

    assert [each["name"] for each in around] == ["dropped", "moved", "far"]


def test_a_map_is_said_in_words(run: Run):
    def tile(column: int, row: int) -> dict[str, Any]:
        biome = "ocean" if row < 0 else "birch_forest" if column > 0 else "grassland"
        return {"x": (100 + 2 * column) % 101, "y": 50 + 2 * row, "biome": biome, "out_of_bounds": column < -1}

    tiles = [tile(column, row) for row in (2, 1, 0, -1, -2) for column in (-2, -1, 0, 1, 2)]
    words = run("map.js", "groundInWords(args[0], args[1])", {"tiles": tiles, "grid_size": 5}, SAID)

    assert words.startswith("Under your feet: grassland.")
    assert "Birch forest to the northeast, east." in words
    assert "Ocean to the southeast, south." in words
    assert "A wall to the southwest, west, northwest." in words


def test_a_map_marks_what_is_on_it_and_says_in_words_where_to_gather(run: Run):
    def tile(column: int, row: int) -> dict[str, Any]:
        there = {
            (0, 2): [{"name": "oak", "type": "resource"}],
            (-1, 0): [{"name": "rat", "type": "creature"}, {"name": "iron ore", "type": "outcrop"}],
            (1, 1): [{"name": "chest", "type": "structure"}],
        }
        portal = "arch" if (column, row) == (2, 0) else None
        return {"x": 5, "y": 5, "biome": "grassland", "entities": there.get((column, row), []), "portal": portal}

    tiles = [tile(column, row) for row in (2, 1, 0, -1, -2) for column in (-2, -1, 0, 1, 2)]
    drawn = {"tiles": {"tiles": tiles, "grid_size": 5, "stride": 2}, "me": {"x": 0, "y": 0, "z": 0}}

    marks = run("map.js", "marksOn(args[0])", drawn)
    words = run("map.js", "marksInWords(args[0], args[1])", marks, SAID)

    assert [(each["name"], each["kind"], each["east"], each["north"]) for each in marks] == [
        ("oak", "resource", 0, 4),
        ("chest", "thing", 2, 2),
        ("rat", "creature", -2, 0),
        ("arch", "portal", 4, 0),
    ]
    assert words == "On the map: oak: 4 m north."


@pytest.mark.parametrize(("points", "cost"), [(0, 0), (1, 1), (10, 10), (15, 20), (20, 30), (25, 45), (30, 60)])
def test_points_cost_more_the_more_are_bought_as_in_the_game(run: Run, points: int, cost: int):
    assert run("entry.js", "cost(args[0])", points) == cost


def test_attempts_are_seconds_apart_and_up_to_a_tenth_more_or_less(run: Run):
    pauses = [run("connection.js", "pauseBefore(args[0], args[1])", n, chance) for n in (1, 5) for chance in (0, 1)]

    assert pauses == pytest.approx([900, 1100, 4500, 5500])


def test_a_frame_has_a_document_in_each_line(run: Run):
    frame = "\n".join([json.dumps({"type": "pong"}), "no json", json.dumps({"type": "error"})])

    assert [each["type"] for each in run("connection.js", "documents(args[0])", frame)] == ["pong", "error"]
