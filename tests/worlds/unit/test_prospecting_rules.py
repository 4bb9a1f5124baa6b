"""Searching for ore. Source: worlds 11.5, Discovery."""

from __future__ import annotations

from statistics import mean
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worlds.unit.test_minerals import all_veins, vein
from worlds.minerals.rules import discovery
from worlds.prospecting.models import Search
from worlds.prospecting.rules import found_by, goes_on, hours_of
from worlds.space.models import METRE, Position, sphere
from worlds.time.rules import HOUR

HERE = Position(100, 100)


def test_a_vein_is_found_as_often_as_the_rule_says():
    found = [bool(found_by(UUID(int=number), [vein()], 100, 2)) for number in range(10_000)]

    assert mean(found) == pytest.approx(0.14375, abs=0.01)


@given(st.uuids(), st.floats(0, 10), st.floats(0, 10), st.integers(0, 200))
def test_who_searches_on_keeps_what_was_found(someone: UUID, hours: float, more: float, skill: int):
    veins = all_veins()[:50]

    first = {each.key for each in found_by(someone, veins, skill, hours)}

    assert first <= {each.key for each in found_by(someone, veins, skill, hours + more)}


def test_nothing_is_found_at_once_and_not_everyone_finds_the_same():
    veins = all_veins()

    assert found_by(uuid4(), veins, 200, 0) == []
    ann, bob = ({each.key for each in found_by(UUID(int=who), veins, 0, 4)} for who in (1, 2))
    assert ann != bob
    assert all(discovery(each, 0, 4) > 0 for each in veins if each.key in ann | bob)


def test_a_search_goes_on_within_twenty_metres():
    search = Search(HERE, 0)

    assert goes_on(search, sphere(), HERE._replace(x=100 + 20 * METRE, z=50))
    assert not goes_on(search, sphere(), HERE._replace(x=101 + 20 * METRE))
    assert not goes_on(None, sphere(), HERE)
    assert hours_of(search, 90 * HOUR // 60) == 1.5
    assert hours_of(Search(HERE, 10), 0) == 0
