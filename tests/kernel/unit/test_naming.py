from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import naming
from kernel.naming import NameIndex, clean_name, closest, id_text, key, person_key, typing_errors, visible

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@pytest.mark.parametrize(
    "typed",
    [
        "Snow Shovel",
        "  snow   shovel ",
        "snow_shovel",
        "SNOW-SHOVEL",
        "ｓｎｏｗ　ｓｈｏｖｅｌ",
        "snow\u200b sho\u00advel\ufe0f",
        "snow\u00a0shovel",
        "@snow shovel",
        "snow shovel!",
        "'snow shovel'",
        "snow shovel 🥀",
        "𝓢𝓷𝓸𝔀 𝕾𝖍𝖔𝖛𝖊𝖑",
    ],
)
def test_spellings_of_one_thing_have_one_key(typed: str) -> None:
    assert key(typed) == "snow shovel"


def test_a_curly_apostrophe_and_none_are_the_same() -> None:
    assert key("witch’s brew") == key("witch's brew") == key("witchs brew")


def test_accents_count_but_not_how_they_are_encoded() -> None:
    assert key("Cafe\u0301") == key("café") != key("cafe")
    assert person_key("E\u0301LISE") == person_key("élise") != person_key("elise")


def test_what_consists_of_emoji_alone_keeps_them() -> None:
    assert key("🥔") == "🥔" != key("🥕")


def test_an_underscore_tells_people_apart() -> None:
    assert len({person_key(name) for name in ("foo_bar", "foo bar", "foobar", "foo-bar")}) == 4
    assert person_key(" @Foo_Bar\u200b ") == person_key("foo_bar")
    assert person_key("@") == "@"


def test_what_is_too_long_for_a_name_is_compared_without_being_normalised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(naming, "unicodedata", None)
    text = "\ufdfa" * 301
    assert key(text) == person_key(text) == id_text(text) == text


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (" Alice ", "Alice"),
        ("Al\x07ice\x9f", "Alice"),
        ("\u202eecilA\u2066\u200f", "ecilA"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\u200b\u2060\u3164", ""),
    ],
)
def test_a_name_is_stored_without_what_misleads_its_readers(sent: str, stored: str) -> None:
    assert clean_name(sent) == stored


@given(TEXTS)
def test_a_key_is_its_own_key(text: str) -> None:
    assert key(key(text)) == key(text)
    assert person_key(person_key(text)) == person_key(text)


@given(TEXTS, st.sampled_from(["NFC", "NFD"]))
def test_case_and_encoding_never_change_a_key(text: str, form: str) -> None:
    other = unicodedata.normalize(form, text)  # pyright: ignore[reportArgumentType]

    assert person_key(other) == person_key(text)
    assert person_key(other.casefold()) == person_key(text)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (" 4711 ", "4711"),
        ("4711.0", "4711"),
        ("4711.000", "4711"),
        ("４７１１", "4711"),
        ("47\u200b11\ufeff", "4711"),
        ("UCaB_-9", "UCaB_-9"),
        ("4711.5", "4711.5"),
        ("a.0", "a.0"),
        ("007", "007"),
    ],
)
def test_an_id_is_compared_as_text(sent: str, stored: str) -> None:
    assert id_text(sent) == stored


def test_what_cannot_be_seen_is_removed() -> None:
    assert visible(" \u200bAlice\u2060 \ufe0f") == "Alice"


@pytest.mark.parametrize(
    ("one", "other", "steps"),
    [("spade", "spade", 0), ("spdae", "spade", 1), ("spad", "spade", 1), ("kitten", "sitting", 3), ("", "ab", 2)],
)
def test_typing_errors_are_counted(one: str, other: str, steps: int) -> None:
    assert typing_errors(one, other, 3) == typing_errors(other, one, 3) == steps


@given(st.text("abc", max_size=8), st.text("abc", max_size=8), st.integers(0, 3))
def test_a_limit_does_not_change_a_count_below_it(one: str, other: str, most: int) -> None:
    assert typing_errors(one, other, most) == min(typing_errors(one, other, 100), most + 1)


def test_short_words_forgive_less() -> None:
    assert closest("kg", ["keg"]) == []
    assert closest("kge", ["keg", "mug"]) == ["keg"]
    assert closest("drat", ["dart", "cart"]) == ["dart"]
    assert closest("strong", ["strongbox", "string of"]) == ["strongbox"]


def index(**names: str) -> NameIndex[str]:
    return NameIndex(lambda thing: thing, list(names.items()))


def test_a_name_in_an_earlier_tier_is_never_taken() -> None:
    found = NameIndex(str, [("ball", "ball")], [("Ball", "pebble"), ("snowball", "pebble")])

    assert found.find("BALL") == "ball"
    assert found.find("Snow Ball") is None
    assert found.find("snowball") == "pebble"


def test_a_name_of_two_things_finds_neither_and_suggests_both() -> None:
    found = index(dart="dart", icicle="dart", ICICLE="keg")

    assert found.find("icicle") is None
    assert found.meant("icicle") == ("dart", "keg")
