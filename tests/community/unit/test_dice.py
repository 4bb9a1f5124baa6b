"""Many rolls at once are as likely to come out as one by one."""

from __future__ import annotations

from collections import Counter
from math import comb, sqrt
from random import Random
from statistics import fmean, pvariance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.dice import rolls, successes, total

DRAWS = 10_000
SIGMAS = 5


def assert_likely(drawn: Counter[int], chances: dict[int, float]) -> None:
    """Each number was drawn about as often as it should be; what should not come out did not."""
    assert drawn.keys() <= {number for number, chance in chances.items() if chance > 0}
    for number, chance in chances.items():
        expected = drawn.total() * chance
        assert abs(drawn[number] - expected) <= SIGMAS * sqrt(expected * (1 - chance)) + 2


@pytest.mark.parametrize("trials", [1, 5, 16, 17, 18, 40])
@pytest.mark.parametrize("chance", [0.05, 0.5, 0.85])
def test_successes_are_binomial(trials: int, chance: float):
    rng = Random(trials)
    chances = {n: comb(trials, n) * chance**n * (1 - chance) ** (trials - n) for n in range(trials + 1)}

    drawn = Counter(successes(rng, trials, chance) for _ in range(DRAWS))

    assert_likely(drawn, chances)


@pytest.mark.parametrize("chance", [0.0005, 0.05, 0.1, 0.5, 0.999])
def test_successes_of_many_trials_have_the_mean_and_spread_of_as_many_rolls(chance: float):
    rng, trials, draws = Random(3), 10_000, 2000
    variance = trials * chance * (1 - chance)

    drawn = [successes(rng, trials, chance) for _ in range(draws)]

    assert fmean(drawn) == pytest.approx(trials * chance, abs=SIGMAS * sqrt(variance / draws))
    # A variance from so many draws is itself off by a share of sqrt(2 / draws), more where the draws are few and small.
    assert pvariance(drawn) == pytest.approx(variance, rel=SIGMAS * sqrt((2 + 1 / variance) / draws))


def test_successes_agree_with_counted_rolls():
    """The shares of 60 trials that end below, at and above each number, side by side."""
    rng = Random(8)
    draws, trials, chance = 4000, 60, 0.15

    jumped = Counter(successes(rng, trials, chance) for _ in range(draws))
    counted = Counter(sum(rng.random() < chance for _ in range(trials)) for _ in range(draws))

    for number in range(trials):
        below_jumped = sum(jumped[n] for n in range(number)) / draws
        below_counted = sum(counted[n] for n in range(number)) / draws
        assert below_jumped == pytest.approx(below_counted, abs=0.05)


@given(st.integers(0, 20_000), st.floats(0, 1), st.integers())
def test_there_are_no_more_successes_than_trials(trials: int, chance: float, seed: int):
    assert 0 <= successes(Random(seed), trials, chance) <= trials


@pytest.mark.parametrize("trials", [0, 1, 16, 17, 10_000])
@pytest.mark.parametrize(("chance", "share"), [(0, 0), (-0.5, 0), (1, 1), (1.5, 1)])
def test_what_is_certain_needs_no_luck(trials: int, chance: float, share: int):
    assert successes(Random(1), trials, chance) == trials * share


def test_a_total_of_two_dice():
    rng = Random(2)
    chances = {number: (6 - abs(number - 7)) / 36 for number in range(2, 13)}

    assert_likely(Counter(total(rng, 2, 1, 6) for _ in range(DRAWS)), chances)


@pytest.mark.parametrize(("lowest", "highest"), [(1, 10), (500, 2500), (0, 1)])
def test_a_total_of_many_has_the_mean_and_spread_of_as_many_rolls(lowest: int, highest: int):
    rng, times, draws = Random(4), 500, 1000
    variance = times * ((highest - lowest + 1) ** 2 - 1) / 12

    drawn = [total(rng, times, lowest, highest) for _ in range(draws)]

    assert fmean(drawn) == pytest.approx(times * (lowest + highest) / 2, abs=SIGMAS * sqrt(variance / draws))
    assert pvariance(drawn) == pytest.approx(variance, rel=SIGMAS * sqrt(2 / draws))


@given(st.integers(0, 2000), st.integers(0, 100), st.integers(0, 10_000), st.integers())
def test_a_total_lies_between_its_ends(times: int, lowest: int, more: int, seed: int):
    assert times * lowest <= total(Random(seed), times, lowest, lowest + more) <= times * (lowest + more)


def test_what_cannot_vary_needs_no_luck():
    rng = Random(1)
    before = rng.getstate()

    assert total(rng, 10_000, 3, 3) == 30_000
    assert total(rng, 0, 1, 6) == 0
    assert rng.getstate() == before


class Bits(Random):
    """These bytes, in this order."""

    def __init__(self, *found: bytes) -> None:
        super().__init__()
        self._found = list(found)

    def randbytes(self, n: int) -> bytes:
        found = self._found.pop(0)
        assert len(found) == n
        return found


def test_bits_that_would_favour_low_numbers_are_rolled_again():
    """2**64 is no multiple of 10: the six highest words are one each too many for the numbers 0 to 5."""
    last_fair, first_unfair = (2**64 - 7).to_bytes(8, "little"), (2**64 - 6).to_bytes(8, "little")

    rng = Bits(first_unfair + last_fair + b"\xff" * 8, bytes(8) + first_unfair, b"\x07" + bytes(7))

    assert total(rng, 3, 0, 9) == 9 + 0 + 7


def test_rolls_at_once_are_spread_evenly():
    found = rolls(Random(6), 20_000)

    assert len(found) == 20_000
    assert_likely(Counter(int(roll * 10) for roll in found), dict.fromkeys(range(10), 0.1))


def test_a_roll_is_below_one():
    assert rolls(Bits(b"\xff" * 8 + bytes(8)), 2) == [1 - 2**-53, 0.0]
