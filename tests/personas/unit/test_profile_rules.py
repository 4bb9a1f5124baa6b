"""Slugs, badges and cursors. Source: personas 11."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.profiles.models import SlugTaken
from personas.profiles.rules import badges_of, free_slug, slug_of


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("  Ada_Lovelace  #1 ", "ada-lovelace-1"),
        ("!!!", ""),
        ("Çağrı Bot", "cagri-bot"),
        ("ĞÜŞİÖÇ ığüşöç", "gusioc-igusoc"),
        ("a - ! - b", "a-b"),
        ("-_ x _-", "x"),
        ("日本", ""),
        ("a" * 70, "a" * 64),
        ("a" * 63 + " b", "a" * 63),
    ],
)
def test_a_slug_has_letters_digits_and_single_hyphens(text: str, slug: str):
    assert slug_of(text) == slug


@given(st.text(alphabet="aZ09 -_!çİ\u0307é\t", max_size=80))
def test_a_slug_of_a_slug_is_the_same(text: str):
    slug = slug_of(text)

    assert slug_of(slug) == slug
    assert len(slug) <= 64


def test_a_taken_slug_gets_the_first_free_number():
    assert free_slug("ada", []) == "ada"
    assert free_slug("ada", ["ada"]) == "ada-2"
    assert free_slug("ada", ["ada", "ada-2", "ada-4"]) == "ada-3"
    assert free_slug("a" * 64, ["a" * 64]) == "a" * 62 + "-2"
    assert free_slug("a" * 61 + "-bb", ["a" * 61 + "-bb"]) == "a" * 61 + "-2"


def test_after_200_tries_the_slug_is_taken():
    taken = ["ada", *(f"ada-{number}" for number in range(2, 200))]

    assert free_slug("ada", taken) == "ada-200"
    with pytest.raises(SlugTaken):
        free_slug("ada", [*taken, "ada-200"])


def test_the_first_badge_says_that_a_machine_writes():
    assert badges_of("tr", "dry", 2) == ["AI persona", "TR", "dry", "formal"]
    assert badges_of("en", "", 1) == ["AI persona", "EN", "conversational"]
