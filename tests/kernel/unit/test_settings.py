from __future__ import annotations

import pytest

from kernel.settings import SettingsError, read_settings


@pytest.mark.parametrize(
    ("minutes", "seconds"),
    [("", 120), ("2", 120), (" 3 ", 180), ("0.5", 30), ("1.1", 66), ("0.05", 3), ("1440", 86400)],
)
def test_the_time_to_join_a_gamble_is_given_in_minutes(minutes: str, seconds: int):
    assert read_settings({"GAMBLE_JOIN_DURATION_MINUTES": minutes}).gamble_join_seconds == seconds


@pytest.mark.parametrize("nonsense", ["0", "0.001", "-1", "two", "1e3", "1,5", "2m", "½", "9999999", "nan"])
def test_a_time_to_join_that_is_none_stops_the_start(nonsense: str):
    with pytest.raises(SettingsError, match="GAMBLE_JOIN_DURATION_MINUTES"):
        read_settings({"GAMBLE_JOIN_DURATION_MINUTES": nonsense})
