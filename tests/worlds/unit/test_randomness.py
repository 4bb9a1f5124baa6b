"""Streams of random numbers, and functions that are the same on every machine."""

from __future__ import annotations

from math import asin, degrees, pi, sin

import pytest

from worlds.generation.arrays import units
from worlds.generation.portable import added, cosine, latitude, sine
from worlds.generation.randomness import Stream, stream_key, unit_at


def test_arrays_and_single_draws_are_the_same_stream():
    key = stream_key(42, "plates")
    stream = Stream(42, "plates")

    drawn = [stream.unit() for _ in range(50)]

    assert list(units(key, 50)) == drawn == [unit_at(key, index) for index in range(50)]


def test_a_stream_is_the_same_everywhere():
    assert stream_key(42, "plates") == 13872576084720847215
    assert unit_at(0, 0) == (0xE220A8397B1DCDAF >> 11) / 2**53  # the first number of splitmix64, seed 0


def test_stages_and_seeds_have_streams_of_their_own():
    assert len({Stream(seed, stage).unit() for seed in range(5) for stage in ("plates", "rivers")}) == 10


def test_draws_fill_the_interval_evenly():
    drawn = units(stream_key(1, "test"), 10_000)

    assert 0 <= drawn.min() < 0.001
    assert 0.999 < drawn.max() < 1
    assert drawn.mean() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("turns", [-2.3, -0.5, 0, 0.1, 0.25, 0.4, 0.75, 0.9, 7.77])
def test_sines_are_as_good_as_pythons(turns: float):
    assert sine(turns) == pytest.approx(sin(2 * pi * turns), abs=1e-11)
    assert cosine(turns) == pytest.approx(sin(2 * pi * (turns + 0.25)), abs=1e-11)


@pytest.mark.parametrize("value", [-1, -0.7, 0, 0.001, 0.5, 0.99999, 1])
def test_latitudes_are_nearly_as_good_as_pythons(value: float):
    assert latitude(value) == pytest.approx(degrees(asin(value)), abs=2e-6)


def test_sums_round_after_each_number():
    """Since Python 3.12, `sum` gives 2 here."""
    assert added([1e100, 1.0, -1e100, 1.0]) == 1.0
