"""Hundreds of spellings of everything that has a name: found, or answered with a suggestion; never the wrong thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from community.catalog import item_names
from community.catalog.content import aliases, items
from community.catalog.english import plural
from community.jobs.content import jobs
from community.progression.content import tree
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


def find_item(text: str) -> str | None:
    found = item_names.find(text)
    return found and found.internal_name


def find_node(text: str) -> str | None:
    found = tree.names.find(text)
    return found and found.key


def find_job(text: str) -> str | None:
    found = jobs.find(text)
    return found and found.key


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
