"""What messages call an item: rules section 2."""

from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.catalog.content import Theme, items
from community.catalog.english import article, plural
from community.catalog.models import Names
from community.catalog.rules import active_theme, display_name
from community.catalog.sync import shipped_documents
from community.catalog.texts import EMOJI, counted_name
from kernel.content.errors import ContentError
from tests.support.catalog import shipped_names

SUMMER, WINTER = date(2026, 7, 1), date(2026, 12, 24)
DART = items.by_name["weapon_dart"]

Json = dict[str, Any]


def alias_file(**aliases: Json) -> Json:
    return {"version": "1.0", "schema": "item-aliases", "aliases": aliases}


def theme_file(**themes: Json) -> Json:
    return {"version": "1.0", "schema": "item-themes", "themes": themes}


def test_without_a_theme_the_default_pool_names_the_item():
    names = named({"default": ["dart", "feathered dart"], "themes": {"winter": ["icicle"]}})

    assert spoken(names, SUMMER) == {"dart", "feathered dart"}


def test_an_active_theme_names_the_item():
    names = named({"default": ["dart"], "themes": {"winter": ["icicle", "frozen dart"]}})

    assert spoken(names, WINTER) == {"icicle", "frozen dart"}


@pytest.mark.parametrize("themes", [{}, {"winter": []}, {"spooky": ["bat"]}])
def test_a_theme_without_names_for_the_item_leaves_the_default(themes: dict[str, list[str]]):
    names = named({"default": ["dart"], "themes": themes})

    assert spoken(names, WINTER) == {"dart"}


def test_an_item_without_any_alias_goes_by_its_internal_name():
    assert spoken(named({"default": []}), SUMMER) == {"weapon_dart"}
    assert spoken(Names({}, {}), WINTER) == {"weapon_dart"}


@pytest.mark.parametrize(
    ("quality", "expected"),
    [
        ("CURSED", f"2 × darts {EMOJI['CURSED']}"),
        ("JUNK", "2 × darts"),
        ("POOR", "2 × darts"),
        ("COMMON", "2 × darts"),
        ("UNCOMMON", "2 × darts"),
        ("RARE", "2 × darts"),
        ("EPIC", "2 × darts"),
        ("LEGENDARY", f"2 × darts {EMOJI['LEGENDARY']}"),
    ],
)
def test_only_cursed_and_legendary_items_carry_an_emoji(quality: str, expected: str):
    assert counted_name("dart", quality, 2) == expected


def test_the_two_emoji_differ():
    assert EMOJI["CURSED"] != EMOJI["LEGENDARY"]


@pytest.mark.parametrize(
    ("start", "end", "inside", "outside"),
    [
        ("06-10", "06-20", ["06-10", "06-15", "06-20"], ["06-09", "06-21", "12-15"]),
        ("12-01", "01-06", ["12-01", "12-31", "01-01", "01-06"], ["11-30", "01-07", "07-01"]),
        ("05-04", "05-04", ["05-04"], ["05-03", "05-05"]),
    ],
)
def test_a_theme_covers_both_its_days_and_may_wrap_over_new_year(
    start: str, end: str, inside: list[str], outside: list[str]
):
    names = Names({}, {"feast": Theme(start=start, end=end)})

    assert {active_theme(names, date.fromisoformat(f"2026-{day}")) for day in inside} == {"feast"}
    assert {active_theme(names, date.fromisoformat(f"2026-{day}")) for day in outside} == {None}


def test_the_first_theme_in_the_file_wins():
    long, short = Theme(start="10-01", end="10-31"), Theme(start="10-31", end="10-31")

    assert active_theme(Names({}, {"long": long, "short": short}), date(2026, 10, 31)) == "long"
    assert active_theme(Names({}, {"short": short, "long": long}), date(2026, 10, 31)) == "short"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dart", "darts"),
        ("berry", "berries"),
        ("Berry", "Berries"),
        ("toy", "toys"),
        ("glass", "glasses"),
        ("lootbox", "lootboxes"),
        ("torch", "torches"),
        ("brush", "brushes"),
        ("bottle of tonic", "bottles of tonic"),
        ("box of berries", "boxes of berries"),
        ("piece of cake of doom", "pieces of cake of doom"),
        ("money", "money"),
        ("Money", "Money"),
        ("coins", "coins"),
        ("chocolate coins", "chocolate coins"),
        ("scrap", "scrap"),
        ("junk", "junk"),
        ("credits", "credits"),
        ("coin", "coins"),
        ("dart 🌟", "darts 🌟"),
        ("berry 🥀", "berries 🥀"),
        ("bottle of tonic 🌟", "bottles of tonic 🌟"),
        ("money 🌟", "money 🌟"),
        ("flag 🏴‍☠️", "flags 🏴‍☠️"),
        ("🌟", "🌟"),
        ("", ""),
    ],
)
def test_more_than_one_is_a_plural(name: str, expected: str):
    assert plural(name, 2) == expected


@pytest.mark.parametrize("quantity", [1, 0, -1])
def test_one_or_fewer_is_no_plural(quantity: int):
    assert plural("dart", quantity) == "dart"


@given(st.text())
def test_an_emoji_after_a_name_does_not_change_its_plural(name: str):
    assert plural(f"{name} 🌟", 2) == f"{plural(name, 2)} 🌟"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("apple", "an"),
        ("Egg", "an"),
        ("icicle", "an"),
        ("offcut", "an"),
        ("urn", "an"),
        ("dart", "a"),
        ("", "a"),
    ],
)
def test_an_goes_before_a_vowel(name: str, expected: str):
    assert article(name) == expected


def test_the_shipped_names_can_be_built_from_their_documents():
    assert Names.from_documents(*shipped_documents()) == shipped_names()


@pytest.mark.parametrize(
    ("aliases", "themes", "line"),
    [
        (
            {"schema": "item-aliases", "aliases": {}},
            theme_file(),
            "item_aliases.json: version: is missing",
        ),
        (
            alias_file(weapon_dort={"default": ["dort"]}),
            theme_file(),
            'item_aliases.json: aliases.weapon_dort: no item named "weapon_dort" (did you mean "weapon_dart"?)',
        ),
        (
            alias_file(weapon_dart={"themes": {"sumer": ["wasp"]}}),
            theme_file(summer={"start": "06-01", "end": "08-31"}),
            'item_aliases.json: aliases.weapon_dart.themes.sumer: no theme named "sumer" (did you mean "summer"?)',
        ),
        (
            alias_file(),
            theme_file(summer={"start": "06-01", "end": "06-31"}),
            'item_themes.json: themes.summer.end: "06-31" is not a day of the year, written MM-DD',
        ),
        (
            alias_file(),
            alias_file(),
            'item_themes.json: schema: "item-aliases" is not known (did you mean "item-themes"?)',
        ),
    ],
)
def test_wrong_name_documents_are_refused_with_the_field(aliases: Json, themes: Json, line: str):
    with pytest.raises(ContentError) as error:
        Names.from_documents(aliases, themes)

    assert str(error.value) == line


def named(dart: Json) -> Names:
    themes = theme_file(winter={"start": "12-01", "end": "01-06"}, spooky={"start": "10-20", "end": "10-31"})
    return Names.from_documents(alias_file(weapon_dart=dart), themes)


def spoken(names: Names, today: date) -> set[str]:
    """Every name that 50 messages use for a dart."""
    return {display_name(DART, names, today, Random(seed)) for seed in range(50)}
