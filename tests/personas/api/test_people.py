"""/api/personas/personas over HTTP. Source: personas 4, 6."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.api import CallApi, code_of
from tests.support.people import Someone

PERSONAS = "/api/personas/personas"
SAMPLES = ["Measure first.", "Boring is good.", "Delete the cache."]
ADA = {"name": "Ada", "writing_samples": SAMPLES, "preferred_language": "EN"}


def test_a_persona_is_created_read_replaced_and_deleted(call: CallApi, ann: Someone):
    created = call("POST", PERSONAS, ADA, headers=ann.headers)
    path = f"{PERSONAS}/{created.json['id']}"

    assert created.status == 201
    assert {key: value for key, value in created.json.items() if not key.endswith("_at") and key != "id"} == {
        "name": "Ada",
        "bio": "",
        "tone": "neutral",
        "writing_samples": SAMPLES,
        "do_not_say": [],
        "catchphrases": [],
        "preferred_language": "en",
        "formality": 0,
        "daily_draft_quota": 5,
        "daily_reply_quota": 25,
    }
    assert call("GET", path, headers=ann.headers).json == created.json
    assert call("GET", PERSONAS, headers=ann.headers).json == {"personas": [created.json], "next_cursor": ""}
    full = ADA | {"name": "Bea", "daily_draft_quota": 3, "daily_reply_quota": 4, "formality": 2}
    replaced = call("PUT", path, full, headers=ann.headers)
    assert (replaced.status, replaced.json["name"], replaced.json["formality"]) == (200, "Bea", 2)
    assert call("DELETE", path, headers=ann.headers).json == {"deleted": True}
    assert code_of(call("GET", path, headers=ann.headers)) == (404, "not_found")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"writing_samples": SAMPLES[:2]}, "invalid_field"),
        ({"writing_samples": [*SAMPLES, "Four."]}, "invalid_field"),
        ({"writing_samples": [*SAMPLES, " "]}, ""),
        ({"writing_samples": [*SAMPLES[:2], "s" * 181]}, "invalid_field"),
        ({"name": None}, "invalid_field"),
        ({"formality": "2"}, "invalid_field"),
        ({"formality": 4}, "invalid_field"),
        ({"daily_draft_quota": 0}, ""),
        ({"daily_draft_quota": 21}, "invalid_field"),
        ({"mood": "good"}, "unknown_field"),
    ],
)
def test_what_a_persona_may_be(call: CallApi, ann: Someone, change: dict[str, Any], code: str):
    given = call("POST", PERSONAS, ADA | change, headers=ann.headers)

    assert (given.status, given.json.get("code", "")) == ((400, code) if code else (201, ""))


def test_a_quota_of_nothing_is_refused_when_it_is_replaced(call: CallApi, ann: Someone):
    created = call("POST", PERSONAS, ADA, headers=ann.headers)

    replaced = call("PUT", f"{PERSONAS}/{created.json['id']}", ADA | {"daily_draft_quota": 0}, headers=ann.headers)

    assert code_of(replaced) == (400, "invalid_field")


def test_another_persons_persona_is_not_found(call: CallApi, ann: Someone, bob: Someone):
    path = f"{PERSONAS}/{call('POST', PERSONAS, ADA, headers=ann.headers).json['id']}"
    full = ADA | {"daily_draft_quota": 3, "daily_reply_quota": 4}

    for method, body in (("GET", None), ("PUT", full), ("DELETE", None)):
        assert code_of(call(method, path, body, headers=bob.headers)) == (404, "not_found")
    assert call("GET", PERSONAS, headers=bob.headers).json == {"personas": [], "next_cursor": ""}
    assert code_of(call("GET", f"{PERSONAS}/7", headers=ann.headers)) == (400, "invalid_id")
