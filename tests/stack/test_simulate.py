"""The simulated month: the same every time, and a new node about every third evening in communities of any size."""

from __future__ import annotations

import dataclasses
from random import Random
from statistics import median
from typing import get_args
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace

from community.catalog.content import items
from community.inventory.models import Inventory
from community.progression.content import tree
from community.search.service import BOX
from local.simulate.__main__ import COMMUNITIES, SEED, plots, table
from local.simulate.chat import REGULAR, Action, Viewer, invite
from local.simulate.month import START, intervals, simulate
from local.simulate.play import PlayedCommunity


def test_a_small_community_unlocks_something_about_every_third_evening():
    months = [simulate(10, SEED + number) for number in range(8)]

    assert 2 <= median(intervals(months)) <= 4
    assert months[0] == simulate(10, SEED)


@pytest.mark.slow
@pytest.mark.parametrize("viewers", COMMUNITIES)
def test_a_community_of_any_size_unlocks_something_about_every_third_evening(viewers: int):
    months = [simulate(viewers, SEED + number) for number in range(COMMUNITIES[viewers])]

    assert 2 <= median(intervals(months)) <= 4


def test_every_action_of_the_model_counts_once_it_is_unlocked():
    rng = Random(1)
    played = PlayedCommunity(rng, START, None)
    (one, *_), two = invite(10, 1, rng), Viewer(99, REGULAR, plays=True)
    played.voting = replace(played.voting, levels={node.key: node.max_level for node in tree.nodes.values()})
    played.state = dataclasses.replace(played.state, levels=played.voting.levels)
    for viewer in (one, two):
        played.do(viewer, "line", START)
        known = played.players[viewer.number]
        rich = known.player[Inventory].give(items.money.item_id, 5000).give(items.by_name[BOX].item_id, 50)
        known.player = known.player.having(rich)

    gains: dict[str, int] = {}
    for action in get_args(Action):
        before = played.points
        played.do(one, action, START)
        gains[action] = played.points - before

    assert all(gains.values()), gains
    assert gains["craft"] >= 200


def test_an_unknown_crowd_unlocks_too_much_in_its_first_week():
    unprepared, prepared = (simulate(200, SEED, days=7, known=known) for known in (False, True))

    assert len(unprepared.unlocks) > 2 * len(prepared.unlocks)


def test_the_report_has_a_row_and_a_line_for_each_community():
    months = {viewers: [simulate(viewers, SEED, days=9)] for viewers in (8, 12, 20)}

    printed = table(months, SEED, playing=0.1).splitlines()
    drawn = plots({viewers: found[0] for viewers, found in months.items()})

    assert [line.split()[0] for line in printed[1:]] == ["8", "12", "20"]
    assert set(drawn) == {"points.svg", "unlocks.svg", "money.svg"}
    for text in drawn.values():
        lines = ElementTree.fromstring(text).findall("{http://www.w3.org/2000/svg}polyline")
        assert len(lines) == 3
