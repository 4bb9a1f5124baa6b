from __future__ import annotations

from datetime import timedelta

import pytest

from community.timeouts.models import Timeout


@pytest.mark.parametrize(("milliseconds", "seconds"), [(0, 0), (999, 0), (60_000, 60), (60_001, 60), (119_999, 119)])
def test_a_begun_second_does_not_count(milliseconds: int, seconds: int):
    assert Timeout("twitch", "troll", timedelta(milliseconds=milliseconds)).remaining_seconds == seconds
