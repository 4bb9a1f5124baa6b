"""What feats in worlds are worth, and when."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

from community.heroes import rules
from community.heroes.models import RewardedFeats
from community.jobs.content import jobs

CONFIGS = Path(__file__).parents[3] / "configs"
TODAY = date(2026, 12, 1)
NOTHING = RewardedFeats()


def test_every_feat_is_worth_something_within_a_days_limit_and_no_other_is_rewarded():
    shipped = [each["key"] for each in json.loads((CONFIGS / "worlds" / "feats.json").read_text())["feats"]]

    assert {feat for job in jobs.by_key.values() for feat in job.feats} == {*shipped}
    assert all(0 < rules.worth(feat) <= rules.MOST_A_DAY for feat in shipped)


def test_what_counts_once_is_rewarded_once():
    rewarded = RewardedFeats(frozenset({"first_craft"}))

    assert rules.due("first_craft", [], NOTHING, once=True) == ["first_craft"]
    assert rules.due("first_craft", [], rewarded, once=True) == []
    assert rules.due("crafting", [], RewardedFeats(frozenset({"crafting"}), today=5), once=False) == ["crafting"]


def test_what_was_achieved_earlier_is_rewarded_with_the_next_feat():
    rewarded = RewardedFeats(frozenset({"first_world"}))

    assert rules.due("crafting", ["first_craft", "first_world"], rewarded, once=False) == ["crafting", "first_craft"]


def test_a_day_has_room_for_100_points():
    earlier = ["skill_50", "skill_5"]

    assert rules.due("first_craft", earlier, NOTHING, once=True) == ["first_craft", "skill_50"]
    assert rules.due("first_craft", earlier, RewardedFeats(today=85), once=True) == ["first_craft"]
    assert rules.due("first_craft", earlier, RewardedFeats(today=86), once=True) == []


def test_an_unknown_feat_is_worth_nothing():
    assert rules.due("juggling", [], NOTHING, once=True) == []


def test_only_the_experience_of_today_takes_room():
    rows = [("first_craft", TODAY, 15), ("crafting", TODAY, 10), ("hunting", TODAY - timedelta(days=1), 15)]

    assert rules.rewarded_of(rows, ["skill_5"], TODAY) == RewardedFeats(
        frozenset({"first_craft", "crafting", "hunting", "skill_5"}), today=25
    )
