"""Hundreds of spellings of everything that has a name: found, or answered with a suggestion; never the wrong thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

import pytest

from community.catalog import item_names
from community.catalog.content import aliases, items
from community.catalog.english import plural
from community.catalog.texts import QUALITIES
from community.inventory.models import Quality, UnknownQuality
from community.inventory.quality_names import parse_quality
from community.jobs.content import jobs
from community.progression.content import tree
from community.text_contexts import QUALITY
from kernel.texts import every_term
from tests.support.spellings import OF_THINGS, SAME, typo

ITEMS = {
    name: item.internal_name
    for item in items.by_name.values()
    for known in [aliases.by_item[item.internal_name]]
    for shown in (item.public_name, *known.default, *(each for theme in known.themes.values() for each in theme))
    for name in (shown, plural(shown, 2))
}
NODES = {node.name: node.key for node in tree.nodes.values()}
JOBS = {job.display_name: job.key for job in jobs.by_key.values()}

Find = Callable[[str], str | None]


# In every language that the game shows them in.
QUALITY_NAMES = {name: quality for quality in Quality for name in (quality, *every_term(QUALITY, QUALITIES[quality]))}


def find_item(text: str) -> str | None:
    found = item_names.find(text)
    return found and found.internal_name


def find_node(text: str) -> str | None:
    found = tree.names.find(text)
    return found and found.key


def find_job(text: str) -> str | None:
    found = jobs.find(text)
    return found and found.key


def find_quality(text: str) -> str | None:
    try:
        return parse_quality(text)
    except UnknownQuality:
        return None


def misread(names: Mapping[str, str], find: Find) -> dict[str, str | None]:
    rng = Random(1)
    return {
        typed: find(typed)
        for name, thing in names.items()
        for spell in (*SAME, *OF_THINGS)
        if find(typed := spell(name, rng)) != thing
    }


def test_every_name_is_found_however_it_is_spelled() -> None:
    assert misread(ITEMS, find_item) == {}
    assert misread(NODES, find_node) == {}
    assert misread(JOBS, find_job) == {}
    assert {"legendär", "épico"} <= QUALITY_NAMES.keys()
    assert misread(QUALITY_NAMES, find_quality) == {}


@pytest.mark.parametrize(("typed", "meant"), [("legendry", "legendary"), ("legendar", "legendary"), ("epico", "epic")])
def test_a_quality_with_a_typo_is_not_guessed(typed: str, meant: str):
    with pytest.raises(UnknownQuality, match=f'"{typed}" is not a quality. .* Did you mean .*{meant}'):
        parse_quality(typed)


@pytest.mark.parametrize("word", ["Geld", "dinero", "Münzen", "coins", "cash", "WÄHRUNG"])
def test_money_is_understood_by_what_any_language_calls_it(word: str):
    assert find_item(word) == "money"


def test_a_typo_gets_a_suggestion_and_never_another_thing() -> None:
    rng = Random(2)
    for name, thing in ITEMS.items():
        for _ in range(2):
            typed = typo(name, rng)
            found = find_item(typed)
            if found is not None:
                # The typo is a spelling of the name, or of another name that the game shows.
                assert found in {thing, ITEMS.get(typed.strip())}, typed
            elif len(typed) > 3:
                assert items.by_name[thing].public_name in item_names.meant(typed), (typed, item_names.meant(typed))
