"""The search for leaks finds them."""

from __future__ import annotations

import pytest

from tests.support.leaks import leaks_in, leaks_in_text


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ({"profile": {"name": "Ada"}}, []),
        ({"a": [{"email": None}]}, ["a.0.email"]),
        ({"a": {"b": ["x", "my Secret sample"]}}, ["a.b.1"]),
        ({"a": "by 7@x.org"}, ["a"]),
        ({"the secret": 1}, ["the secret"]),
        ([{"catchphrases": []}], [".0.catchphrases"]),
    ],
)
def test_fields_and_texts_are_found_at_any_depth(document: object, found: list[str]):
    assert leaks_in(document, ["7@x.org"]) == found


def test_what_a_reader_may_have_is_no_leak():
    assert leaks_in({"actor_user_id": 5}, allowed=["actor_user_id"]) == []


def test_texts_that_are_no_json_are_searched_too():
    assert leaks_in_text("<p>7@X.org</p>", ["7@x.org"]) == ["7@x.org"]
    assert leaks_in_text('{"email": 1}') == ["email"]
