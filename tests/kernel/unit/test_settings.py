from __future__ import annotations

import pytest

from kernel.settings import SettingsError, count, minutes, switch, text


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("", 120), ("2", 120), (" 3 ", 180), ("0.5", 30), ("1.1", 66), ("0.05", 3), ("1440", 86400)],
)
def test_a_time_is_given_in_minutes(monkeypatch: pytest.MonkeyPatch, given: str, seconds: int):
    monkeypatch.setenv("TIME_TO_JOIN", given)

    assert minutes("TIME_TO_JOIN", default=2) == seconds


@pytest.mark.parametrize("nonsense", ["0", "0.001", "-1", "two", "1e3", "1,5", "2m", "½", "9999999", "nan"])
def test_a_time_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch, nonsense: str):
    monkeypatch.setenv("TIME_TO_JOIN", nonsense)

    with pytest.raises(SettingsError, match="TIME_TO_JOIN"):
        minutes("TIME_TO_JOIN", default=2)


@pytest.mark.parametrize(("given", "number"), [("", 16), (" ", 16), ("1", 1), (" 20 ", 20)])
def test_a_count_begins_at_one(monkeypatch: pytest.MonkeyPatch, given: str, number: int):
    monkeypatch.setenv("SHARDS", given)

    assert count("SHARDS", default=16) == number


@pytest.mark.parametrize("nonsense", ["0", "-1", "1.5", "many", "²"])
def test_a_count_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch, nonsense: str):
    monkeypatch.setenv("SHARDS", nonsense)

    with pytest.raises(SettingsError, match="SHARDS"):
        count("SHARDS")


@pytest.mark.parametrize(("given", "on"), [("", True), ("Yes", True), ("1", True), (" off ", False), ("FALSE", False)])
def test_a_switch_takes_the_usual_words(monkeypatch: pytest.MonkeyPatch, given: str, on: bool):
    monkeypatch.setenv("LIGHT", given)

    assert switch("LIGHT", default=True) is on


def test_a_switch_takes_no_other_word(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LIGHT", "perhaps")

    with pytest.raises(SettingsError, match="LIGHT: 'perhaps' is neither true nor false"):
        switch("LIGHT", default=False)


def test_what_is_set_to_nothing_is_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("ABSENT", raising=False)
    monkeypatch.setenv("EMPTY", "")

    assert (text("ABSENT", "else"), text("EMPTY", "else")) == ("else", "")
