from __future__ import annotations

import pytest

from functions.community.admin.figures import quantile
from kernel.histograms import BUCKETS


def buckets(**counts: int) -> list[int]:
    """`bucket_3=7`: seven requests in the fourth bucket."""
    return [counts.get(f"bucket_{place}", 0) for place in range(len(BUCKETS) + 1)]


@pytest.mark.parametrize(
    ("counts", "seconds"),
    [
        ({}, 0.0),
        ({"bucket_0": 1}, 0.001),
        ({"bucket_4": 1}, 0.05),
        ({"bucket_1": 95, "bucket_4": 5}, 0.005),
        ({"bucket_1": 94, "bucket_4": 6}, 0.05),
        ({"bucket_12": 3}, 10.0),
    ],
)
def test_the_bucket_that_holds_the_95th_of_a_hundred_requests_says_how_long(counts: dict[str, int], seconds: float):
    assert quantile(buckets(**counts), 0.95) == seconds


def test_without_any_bucket_nothing_took_long():
    assert quantile([], 0.95) == 0.0
