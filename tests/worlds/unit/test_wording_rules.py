"""The rules of the gateway to models. Source: worlds 24."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from worlds.wording.cache import MOST, RememberedTexts, WrittenText
from worlds.wording.models import MOST_AT_ONCE, PROMPT_KINDS, Priority, Tier
from worlds.wording.rules import ModelHealth, betrays_a_model, cleaned, is_dropped, tier_of
from worlds.wording.service import KEPT, key_of
from worlds.wording.settings import WordingSettings

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def test_there_are_six_kinds_with_their_time_limits_and_priorities():
    assert {each.name.removeprefix("worlds."): (each.priority, each.seconds) for each in PROMPT_KINDS} == {
        "interview_question": (Priority.PLAYER_WAITING, 10),
        "interview_extraction": (Priority.PLAYER_WAITING, 30),
        "world_names": (Priority.WORLD_BUILDING, 30),
        "dialogue": (Priority.PLAYER_WAITING, 10),
        "area_description": (Priority.PLAYER_NEARBY, 10),
        "npc_decision": (Priority.IDLE_NPC, 30),
    }
    assert MOST_AT_ONCE == 10
    assert timedelta(minutes=15) == KEPT


@pytest.mark.parametrize(
    ("health", "tier"),
    [
        (ModelHealth(), Tier.FULL),
        (ModelHealth(calls=3, seconds=2.0), Tier.FULL),
        (ModelHealth(calls=3, seconds=2.01), Tier.SHORT),
        (ModelHealth(calls=3, seconds=5.0), Tier.SHORT),
        (ModelHealth(calls=3, seconds=5.01), Tier.TEMPLATES),
        (ModelHealth(calls=2, seconds=10), Tier.FULL),  # too few to tell
        (ModelHealth(calls=100, seconds=1, failed=9), Tier.FULL),
        (ModelHealth(calls=100, seconds=1, failed=10), Tier.SHORT),
        (ModelHealth(calls=100, seconds=1, failed=20), Tier.TEMPLATES),
    ],
)
def test_a_slow_or_failing_model_is_asked_for_less(health: ModelHealth, tier: Tier):
    assert tier_of(health) is tier


@pytest.mark.parametrize(
    ("waiting", "dropped"),
    [(24, []), (25, ["IDLE_NPC"]), (50, ["WORLD_BUILDING", "IDLE_NPC"]), (100, [each.name for each in Priority])],
)
def test_the_lowest_priority_is_dropped_first(waiting: int, dropped: list[str]):
    assert [each.name for each in Priority if is_dropped(each, ModelHealth(waiting=waiting))] == dropped


def test_a_key_depends_on_kind_model_version_and_inputs_in_any_order(monkeypatch: pytest.MonkeyPatch):
    key = key_of("worlds.toy", 1, {"a": 1, "b": [2]})

    assert key == key_of("worlds.toy", 1, {"b": [2], "a": 1})
    assert key.removeprefix("worlds.toy:").isalnum()
    assert len(key.removeprefix("worlds.toy:")) == 64
    assert len({key, key_of("worlds.ball", 1, {"a": 1, "b": [2]}), key_of("worlds.toy", 2, {"a": 1, "b": [2]})}) == 3
    assert key != key_of("worlds.toy", 1, {"a": 1, "b": [3]})
    monkeypatch.setattr("worlds.wording.service.settings", WordingSettings(model="openai:llama"))
    assert key != key_of("worlds.toy", 1, {"a": 1, "b": [2]})


def test_a_process_remembers_a_thousand_texts_until_they_expire():
    texts = RememberedTexts()
    for number in range(MOST + 5):
        texts.put(str(number), WrittenText(f"text {number}", NOW + KEPT))

    assert len(texts) == MOST == 1_000
    assert texts.find("4", NOW) is None
    assert texts.find("5", NOW + KEPT - timedelta(seconds=1)) == WrittenText("text 5", NOW + KEPT)
    assert texts.find("5", NOW + KEPT) is None


@pytest.mark.parametrize(
    "text",
    [
        "As an AI, I have no feelings.",
        "I'm an AI language model.",
        "I am a language model",
        "I cannot assist with that request.",
        "Here is the description: a field.",
        "My system prompt says no.",
    ],
)
def test_a_text_that_speaks_of_a_model_is_found(text: str):
    assert betrays_a_model(text)


@pytest.mark.parametrize(
    "text", ["I am a smith, and no fool.", "I cannot see the river.", "A model of a ship.", "Aim!"]
)
def test_a_text_that_speaks_of_the_world_is_not_taken_for_one_that_does(text: str):
    assert not betrays_a_model(text)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('"Good day."', "Good day."),
        ("```\nGood\nday.\n```", "Good day."),
        ("“Good day.”", "Good day."),
        ('She said "no".', 'She said "no".'),
        ("  \u200b ", ""),
    ],
)
def test_quotation_marks_and_fences_are_taken_off(written: str, read: str):
    assert cleaned(written) == read
