"""Slugs, badges and cursors. Source: personas 11."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    assert free_slug("ada", [], Random(1)) == "ada"
    assert free_slug("ada", ["ada"], Random(1)) == "ada-2"
    assert free_slug("ada", ["ada", "ada-2", "ada-4"], Random(1)) == "ada-3"
    assert free_slug("a" * 64, ["a" * 64], Random(1)) == "a" * 62 + "-2"
    assert free_slug("a" * 61 + "-bb", ["a" * 61 + "-bb"], Random(1)) == "a" * 61 + "-2"


def test_after_200_numbers_a_slug_gets_letters_that_no_one_can_take_before():
    taken = ["ada", *(f"ada-{number}" for number in range(2, 200))]

    assert free_slug("ada", taken, Random(1)) == "ada-200"
    taken.append("ada-200")
    drawn = {free_slug("ada", taken, Random(seed)) for seed in range(20)}
    assert len(drawn) == 20
    assert all(re.fullmatch("ada-[b-z]{6}", each) for each in drawn)
    long = "a" * 64
    full = [long, *(long[:-2] + f"-{n}" for n in range(2, 10)), *(long[:-3] + f"-{n}" for n in range(10, 100))]
    full += [long[:-4] + f"-{n}" for n in range(100, 201)]
    assert len(free_slug(long, full, Random(1))) == 64


def test_the_first_badge_says_that_a_machine_writes():
    assert badges_of("tr", "dry", 2) == ["AI persona", "TR", "dry", "formal"]
    assert badges_of("en", "", 1) == ["AI persona", "EN", "conversational"]
