"""How long an item silences for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from community.inventory.models import Quality
from community.timeouts.rules import adjusted
from community.timeouts.texts import in_words

ADJUSTMENTS = (-30, -20, -10, 0, 10, 20, 30, 40)


@pytest.mark.parametrize(("quality", "seconds"), list(zip(Quality, ADJUSTMENTS, strict=True)))
def test_each_quality_has_its_seconds(quality: Quality, seconds: int):
    assert adjusted(60, quality) == timedelta(seconds=60 + seconds)


def test_at_least_a_second_is_left():
    assert adjusted(10, Quality.CURSED) == timedelta(seconds=1)


def test_one_second_is_no_seconds():
    assert [in_words(timedelta(seconds=seconds)) for seconds in (1, 90)] == ["1 second", "90 seconds"]
