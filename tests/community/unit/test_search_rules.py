"""The outcome table of the treasure search."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.inventory.models import Quality
from community.progression.models import CommunityState, KeptResults
from community.search.models import Luck, Outcome
from community.search.rules import cooldown, search
from community.search.texts import describe
from tests.support.catalog import shipped_names

ROLLS = 40_000


class Dice(Random):
    """Rolls these numbers, in this order."""

    def __init__(self, *rolls: float) -> None:
        super().__init__()
        self._rolls = list(rolls)

    def random(self) -> float:
        return self._rolls.pop(0)


def state(**levels: int) -> CommunityState:
    return CommunityState(UUID(int=0), levels, shipped_names())


def rolled(roll: float, *, earlier: int = 1, streak_days: int = 1) -> Outcome:
    return search(state(), Dice(roll), earlier=earlier, streak_days=streak_days)


@pytest.mark.parametrize(
    ("roll", "luck"),
    [
        (0.0, Luck.CRITICAL_SUCCESS),
        (0.05, Luck.CRITICAL_SUCCESS),
        (0.0501, Luck.SUCCESS),
        (0.80, Luck.SUCCESS),
        (0.8001, Luck.NEAR_MISS),
        (0.85, Luck.NEAR_MISS),
        (0.8501, Luck.FAILURE),
        (0.95, Luck.FAILURE),
        (0.9501, Luck.CRITICAL_FAIL),
        (0.9999, Luck.CRITICAL_FAIL),
    ],
)
@pytest.mark.parametrize("earlier", [0, 5])
def test_the_rolls_of_a_rested_player(roll: float, luck: Luck, earlier: int):
    assert rolled(roll, earlier=earlier).luck is luck


@pytest.mark.parametrize(
    ("roll", "luck"),
    [
        (0.05, Luck.CRITICAL_SUCCESS),
        (0.0501, Luck.SUCCESS),
        (0.10, Luck.SUCCESS),
        (0.1001, Luck.NEAR_MISS),
        (0.15, Luck.NEAR_MISS),
        (0.1501, Luck.FAILURE),
        (0.80, Luck.FAILURE),
        (0.95, Luck.FAILURE),
        (0.9501, Luck.CRITICAL_FAIL),
    ],
)
@pytest.mark.parametrize("earlier", [6, 7, 20])
def test_the_rolls_of_a_tired_player(roll: float, luck: Luck, earlier: int):
    assert rolled(roll, earlier=earlier).luck is luck


@pytest.mark.parametrize(
    ("earlier", "shares"),
    [
        (
            5,
            {
                Luck.CRITICAL_SUCCESS: 0.05,
                Luck.SUCCESS: 0.75,
                Luck.NEAR_MISS: 0.05,
                Luck.FAILURE: 0.10,
                Luck.CRITICAL_FAIL: 0.05,
            },
        ),
        (
            6,
            {
                Luck.CRITICAL_SUCCESS: 0.05,
                Luck.SUCCESS: 0.05,
                Luck.NEAR_MISS: 0.05,
                Luck.FAILURE: 0.80,
                Luck.CRITICAL_FAIL: 0.05,
            },
        ),
    ],
    ids=["rested", "tired"],
)
def test_how_often_searches_end_in_which_way(earlier: int, shares: dict[Luck, float]):
    """40 000 seeded searches; each share within 0.01, which is more than four standard deviations."""
    dice, here = Random(14), state()

    found = Counter(search(here, dice, earlier=earlier, streak_days=1).luck for _ in range(ROLLS))

    assert found.keys() == shares.keys()
    for luck, share in shares.items():
        assert found[luck] / ROLLS == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize(
    ("earlier", "quality", "critical"),
    [
        (0, Quality.UNCOMMON, Quality.EPIC),
        (1, Quality.COMMON, Quality.RARE),
        (4, Quality.COMMON, Quality.RARE),
        (5, Quality.POOR, Quality.UNCOMMON),
        (8, Quality.POOR, Quality.UNCOMMON),
        (9, Quality.JUNK, Quality.COMMON),
        (13, Quality.JUNK, Quality.COMMON),
        (14, Quality.CURSED, Quality.POOR),
        (100, Quality.CURSED, Quality.POOR),
    ],
)
def test_the_more_one_searches_the_plainer_the_finds(earlier: int, quality: Quality, critical: Quality):
    plain, lucky = rolled(0.07, earlier=earlier), rolled(0.05, earlier=earlier)

    assert (plain.quantity, plain.quality) == (1, quality)
    assert (lucky.quantity, lucky.quality) == (2, critical)


@pytest.mark.parametrize(
    ("earlier", "streak_days", "bonus"),
    [(0, 5, 5), (0, 10, 10), (0, 365, 365), (0, 1, 0), (0, 4, 0), (0, 6, 0), (0, 0, 0), (1, 5, 0), (6, 5, 0)],
)
def test_every_fifth_day_of_a_streak_makes_the_first_find_finer(earlier: int, streak_days: int, bonus: int):
    with_streak = rolled(0.07, earlier=earlier, streak_days=streak_days)
    without = rolled(0.07, earlier=earlier, streak_days=1)

    assert with_streak.quality.rank - without.quality.rank == bool(bonus)
    assert with_streak.streak_days == bonus


def test_all_bonuses_together_end_at_legendary():
    assert rolled(0.01, earlier=0, streak_days=5).quality is Quality.LEGENDARY

    finest = search(state(upgrade_exploration_1=5), Dice(0.01, 0.0), earlier=0, streak_days=5)
    assert (finest.quality, finest.quantity) == (Quality.LEGENDARY, 2)


@pytest.mark.parametrize("roll", [0.01, 0.5, 0.82, 0.9, 0.99])
@pytest.mark.parametrize(("earlier", "xp"), [(0, 20), (5, 20), (6, 2), (40, 2)])
def test_searching_teaches_found_or_not(roll: float, earlier: int, xp: int):
    assert rolled(roll, earlier=earlier).xp == xp


@pytest.mark.parametrize("roll", [0.01, 0.07, 0.5, 0.99])
def test_exhaustion_is_noticed_once(roll: float):
    assert [earlier for earlier in range(30) if rolled(roll, earlier=earlier).exhausted] == [6]


@given(st.integers(0, 50), st.integers(0, 400), st.integers(0, 5), st.integers())
def test_a_search_mints_one_or_two_boxes_or_nothing(earlier: int, streak_days: int, level: int, seed: int):
    here = state(upgrade_exploration_1=level) if level else state()

    outcome = search(here, Random(seed), earlier=earlier, streak_days=streak_days)

    boxes = {Luck.CRITICAL_SUCCESS: 2, Luck.SUCCESS: 1}.get(outcome.luck, 0)
    assert outcome.quantity == boxes
    assert outcome.success == (boxes > 0)
    if not boxes:
        assert (outcome.streak_days, outcome.quality) == (0, Quality.COMMON)


def test_an_upgrade_makes_some_finds_one_step_finer():
    """Rank 4, raised by a fifth: 4.8. 15 000 seeded finds; the share within 0.02, six standard deviations."""
    here, dice = state(upgrade_exploration_1=2), Random(14)

    outcomes = [search(here, dice, earlier=0, streak_days=1) for _ in range(ROLLS // 2)]

    finds = Counter(outcome.quality for outcome in outcomes if outcome.luck is Luck.SUCCESS)
    assert finds.keys() == {Quality.UNCOMMON, Quality.RARE}
    assert finds[Quality.RARE] / finds.total() == pytest.approx(0.8, abs=0.02)


def test_without_the_upgrade_a_search_rolls_once():
    dice = Dice(0.07, 0.99)

    search(state(), dice, earlier=0, streak_days=1)

    assert dice.random() == 0.99


@pytest.mark.parametrize(("seconds", "expected"), [(Fraction(1260), 1260), (Fraction(1, 2), 0.5), (Fraction(-300), 0)])
def test_the_community_may_shorten_the_cooldown(seconds: Fraction, expected: float):
    here = replace(state(), modified=KeptResults({("search_cooldown_reduction", 1800): seconds}))

    assert cooldown(here) == timedelta(seconds=expected)


def test_the_cooldown_is_half_an_hour_at_first():
    assert cooldown(state()) == timedelta(minutes=30)


def test_what_is_said_about_a_find():
    assert describe(rolled(0.07), "crate") == "You found 1 × crate (common)."
    assert describe(rolled(0.05), "crate") == "What a find! You found 2 × crates (rare)."
    assert describe(rolled(0.07, earlier=0, streak_days=5), "crate") == (
        "You found 1 × crate (rare). A streak of 5 days made it a finer one."
    )


def test_what_is_said_about_finding_nothing():
    said = {rolled(roll).luck: describe(rolled(roll), "crate") for roll in (0.82, 0.9, 0.99)}

    assert len(set(said.values())) == 3
    assert all("crate" not in text and "exhausted" not in text for text in said.values())


@pytest.mark.parametrize("roll", [0.05, 0.07, 0.12, 0.5, 0.99])
def test_exhaustion_is_remarked_on_exactly_once(roll: float):
    texts = [describe(rolled(roll, earlier=earlier), "crate") for earlier in range(30)]

    assert [earlier for earlier, text in enumerate(texts) if "exhausted" in text] == [6]
