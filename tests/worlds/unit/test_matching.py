"""How a typed name finds a thing or a person."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError
from worlds.commands.matching import find, find_leading
from worlds.commands.models import NameUnclear, PersonNotFound, TargetNotFound, TargetUnclear, TooFewTargets
from worlds.items.content import items

THINGS = (
    ("brass lamp", 1),
    ("lamp oil", 2),
    ("old statue", 3),
    ("berry", 4),
    ("loaf of bread", 5),
    ("knife", 6),
    ("Zoë's box", 7),
    ("brass lamp", 8),
)


def names(thing: tuple[str, int]) -> tuple[str, ...]:
    plural = next((item.written_plural for item in items.by_key.values() if item.written_name == thing[0]), None)
    return (thing[0], plural) if plural else (thing[0],)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("old statue", 3),
        ("STATUE", 3),
        ("stat", 3),
        ("berries", 4),
        ("knives", 6),
        ("loaves of bread", 5),
        ("bread", 5),
        ("zoes box", 7),
        ("ZOË", 7),
        ("brass lamps", 1),
        ("brass", 1),
        ("2.brass lamp", 8),
        ("2. lamp", 2),
        ("second brass lamp", 8),
        ("3rd lamp", 8),
    ],
)
def test_a_name_finds_what_it_fits_best(typed: str, number: int):
    assert find(THINGS, typed, names)[1] == number


def test_a_whole_name_counts_more_than_a_word_of_another():
    assert find(("lamp oil", "lamp"), "lamp", lambda each: (each,)) == "lamp"
    assert find(("Aná", "Ana"), "ana", lambda each: (each,)) == "Ana"
    assert find(("Second Sun", "sun", "sun"), "second sun", lambda each: (each,)) == "Second Sun"


def test_several_that_fit_are_asked_about():
    with pytest.raises(TargetUnclear, match=r"brass lamp or lamp oil\? Write more of its name, or 2\.lamp"):
        find(THINGS, "lamp", names)


@pytest.mark.parametrize("typed", ["", "  ", "dragon", "'", "0.lamp oil shop", "lamp " * 200])
def test_what_is_not_there_is_refused(typed: str):
    with pytest.raises(TargetNotFound):
        find(THINGS, typed, names)


def test_there_is_no_fourth_of_three():
    with pytest.raises(TooFewTargets, match="not 4 of"):
        find(THINGS, "4.lamp", names)


def test_a_slip_is_not_followed_but_named():
    with pytest.raises(TargetNotFound, match=r"Did you mean old statue\?"):
        find(THINGS, "old statu3", names)


PEOPLE = ("Ana", "Ana Maria", "Bob")


@pytest.mark.parametrize(
    ("text", "person", "rest"),
    [
        ("ANA hi  there", "Ana", "hi  there"),
        ("ana maria hi", "Ana Maria", "hi"),
        ('"Ana Maria" hi', "Ana Maria", "hi"),
        ("bob", "Bob", ""),
        ("bo I am here", "Bob", "I am here"),
    ],
)
def test_a_text_begins_with_a_name(text: str, person: str, rest: str):
    assert find_leading(PEOPLE, text, lambda each: (each,)) == (person, rest)


def in_sight(person: str) -> bool:
    return "elsewhere" not in person


@pytest.mark.parametrize("text", ["Ana Maria hi", "ana maria"])
def test_when_one_name_ends_where_another_goes_on_people_are_asked_about(text: str):
    with pytest.raises(NameUnclear, match='"Ana Maria" or "Ana"'):
        find_leading(PEOPLE, text, lambda each: (each,), is_here=in_sight)

    assert find_leading(PEOPLE, f'"Ana" {text}', lambda each: (each,), is_here=in_sight) == ("Ana", text)


def test_who_is_here_is_meant_rather_than_someone_elsewhere_whose_name_goes_on():
    people = ("Alex I elsewhere", "Alex")

    def names_of(person: str) -> tuple[str, ...]:
        return (person.removesuffix(" elsewhere"),)

    assert find_leading(people, "Alex I have the key", names_of, is_here=in_sight) == ("Alex", "I have the key")


def test_no_one_of_that_name():
    with pytest.raises(PersonNotFound, match='no one called "Carl"'):
        find_leading(PEOPLE, "Carl hi", lambda each: (each,), PersonNotFound)


@given(st.text(max_size=30), st.lists(st.text(min_size=1, max_size=12), max_size=5))
def test_whatever_is_typed_finds_something_or_is_refused(typed: str, shown: list[str]):
    for search in (find, find_leading):
        with suppress(DomainError):
            search(shown, typed, lambda each: (each,))
