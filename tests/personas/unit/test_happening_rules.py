"""What is kept of the metadata of happenings, and how they are summed up. Source: personas 13."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.happenings.rules import CLIENT_EVENTS, EVENTS, of_client, sanitise, summary

NOW = datetime(2026, 2, 18, tzinfo=UTC)


def test_what_carries_someone_s_words_is_dropped_at_every_level():
    given_metadata = {
        "message": "x",
        "slug": "s",
        "nested": {"text": "y", "room_id": "r", "v": "v" * 200},
        "items": [{"body": "b", "persona_id": "p"}, "ok"],
    }

    assert sanitise(given_metadata) == {
        "slug": "s",
        "nested": {"room_id": "r", "v": "v" * 180},
        "items": [{"persona_id": "p"}, "ok"],
    }


def test_of_a_page_only_what_our_pages_send_is_kept_and_only_if_it_is_short():
    long, fitting = "ş" * 65, "ş" * 64
    sent = {"battle_id": fitting, "slug": long, "day": 10**20, "notification_id": 7, "room_id": {"a": 1}, "junk": "x"}

    assert of_client(sent) == {"battle_id": fitting, "notification_id": 7}


def test_numbers_and_booleans_stay_and_empty_strings_go():
    assert sanitise({"context": "a", "n": 0, "f": False, "e": "", "nothing": None, "TextBook_id": 1}) == {
        "n": 0,
        "f": False,
    }


def test_a_list_keeps_25_entries_of_those_that_survive():
    assert sanitise({"list": [None, *range(30)]}) == {"list": [*range(25)]}


def test_depth_three_stays_and_what_is_deeper_takes_its_branch_along():
    assert sanitise({"a": {"b": {"c": {"d": 1}}}}) == {"a": {"b": {"c": {"d": 1}}}}
    assert sanitise({"a": {"b": {"c": {"d": {"e": 1}}}}}) == {}
    assert sanitise({"a": [[[1]]], "b": [[[[1]]]]}) == {"a": [[[1]]]}


def test_the_first_25_keys_in_order_survive():
    assert [*sanitise({f"k{number:02}": number for number in reversed(range(30))})] == [f"k{n:02}" for n in range(25)]


def test_long_and_blank_keys_go():
    assert sanitise({"k" * 64: 1, "k" * 65: 2, "  ": 3}) == {"k" * 64: 1}


def test_other_types_become_text():
    assert sanitise({"id": UUID(int=1), "day": NOW}) == {"id": str(UUID(int=1)), "day": str(NOW)}


def test_what_postgres_cannot_store_goes():
    assert sanitise({"a\x00": "b\x00c\ud800", "n": float("nan")}) == {"a": "bc"}


def test_all_of_it_is_at_most_4_kib():
    kept = sanitise({f"k{number:02}": ["ş" * 180] * 5 for number in range(25)})

    assert [*kept] == ["k00", "k01"]  # each takes 1.8 kB


texts = st.sampled_from(["", " ", "content", "a", "ş", "k" * 65, "v" * 200, "\x00"])
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=8
)


@given(st.dictionaries(texts, values, max_size=4))
def test_sanitising_twice_changes_nothing_and_never_exceeds_a_limit(metadata: dict[str, Any]):
    kept = sanitise(metadata)

    assert sanitise(kept) == kept
    assert len(json.dumps(kept, ensure_ascii=False, allow_nan=False).encode()) <= 4096


def test_the_summary_has_all_16_names_and_its_funnels():
    week = dict.fromkeys(EVENTS, 0) | {"public_battle_viewed": 8, "remix_completed": 2, "battle_shared": 3}
    week |= {"remix_click": 1, "remix_clicked": 4}

    found = summary(NOW, dict.fromkeys(EVENTS, 0), week)

    assert len(found["last_24h"]) == len(found["last_7d"]) == 16
    assert found["funnel_7d"] == {"share": 3, "view": 0, "signup": 0, "persona": 0, "battle": 0}
    assert found["remix_funnel_7d"] == {
        "public_views": 8,
        "remix_clicked": 5,
        "remix_started": 0,
        "remix_completed": 2,
    }
    assert found["retention_7d"] == {"daily_return": 0, "notification_clicked": 0, "template_used_from_feed": 0}
    assert found["remix_rate"] == 0.25


def test_without_views_the_remix_rate_is_0():
    assert summary(NOW, dict.fromkeys(EVENTS, 0), dict.fromkeys(EVENTS, 0))["remix_rate"] == 0


@pytest.mark.parametrize("name", ["remix_completed", "remix_started", "persona_created", "public_battle_viewed"])
def test_pages_cannot_send_what_we_record_ourselves(name: str):
    assert name in EVENTS
    assert name not in CLIENT_EVENTS
