"""When a request is tried again."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from kernel.outside.rules import Limits, Usage, retry_delay


class Fixed(Random):
    """Always draws the same end of a range."""

    def __init__(self, *, high: bool) -> None:
        super().__init__()
        self.high = high

    def uniform(self, a: float, b: float) -> float:
        return b if self.high else a


@pytest.mark.parametrize(
    ("attempts", "shortest", "longest"),
    [(1, 24, 36), (2, 48, 72), (3, 96, 144), (4, 192, 288), (6, 480, 720), (60, 480, 720)],
)
def test_the_pause_doubles_up_to_the_cap_and_is_jittered_after_it(attempts: int, shortest: float, longest: float):
    assert retry_delay(attempts, Fixed(high=False)) == timedelta(seconds=shortest)
    assert retry_delay(attempts, Fixed(high=True)) == timedelta(seconds=longest)


def test_an_address_has_a_tenth_of_the_installations_limits_but_at_least_an_accounts():
    account = Limits(calls=1000, cost_micros=7)

    assert Limits(calls=100_000, cost_micros=20).of_address(account) == Limits(calls=10_000, cost_micros=7)
    assert Limits(calls=None, cost_micros=100).of_address(account) == Limits(calls=None, cost_micros=10)


@pytest.mark.parametrize(
    ("limits", "reached"),
    [
        (Limits(), False),
        (Limits(calls=3), True),
        (Limits(calls=4), False),
        (Limits(cost_micros=500), True),
        (Limits(calls=4, cost_micros=501), False),
    ],
)
def test_a_limit_is_reached_by_calls_or_by_cost(limits: Limits, reached: bool):
    assert limits.are_reached(Usage(calls=3, cost_micros=500)) is reached
