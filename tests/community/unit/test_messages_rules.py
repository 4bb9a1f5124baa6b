"""Finding configured words in a line of chat."""

from __future__ import annotations

import pytest

from community.messages.content import ChatString
from community.messages.rules import Finder, find_strings


def found(text: str, *strings: tuple[str, int]) -> list[tuple[str, str]]:
    """(code, text as typed); the code of a word is the word in capitals."""
    finder = Finder(ChatString(word=word, code=word.upper(), priority=priority) for word, priority in strings)
    return [(match.code, match.value) for match in finder.search(text)]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("obs", ["obs"]),
        ("Is OBS on? I mean Obs.", ["OBS", "Obs"]),
        ("(obs)", ["obs"]),
        ("my-obs-setup", ["obs"]),
        ("jobs", []),
        ("obscure", []),
        ("obs2", []),
        ("_obs", []),
        ("öobs", []),
        ("obsö", []),
        ("", []),
        ("o b s", []),
        ("obs\nOBS", ["obs", "OBS"]),
    ],
)
def test_the_shipped_word_is_found_whole_and_in_any_case(text: str, values: list[str]):
    assert [(match.code, match.value) for match in find_strings(text)] == [("OBS", value) for value in values]


def test_the_longest_word_wins_where_several_begin():
    words = ("stream", 1), ("stream deck", 1), ("deck", 1)

    assert found("My Stream Deck is on deck, the stream is not", *words) == [
        ("STREAM DECK", "Stream Deck"),
        ("DECK", "deck"),
        ("STREAM", "stream"),
    ]


def test_only_the_highest_priority_that_occurs_is_answered():
    words = ("low", 1), ("also low", 1), ("high", 10), ("higher", 20)

    assert found("low, then high, then low, then HIGH", *words) == [("HIGH", "high"), ("HIGH", "HIGH")]
    assert found("low and also low", *words) == [("LOW", "low"), ("ALSO LOW", "also low")]
    assert found("nothing of that kind", *words) == []


def test_a_word_of_negative_priority_is_found_too():
    assert found("a whisper", ("whisper", -5)) == [("WHISPER", "whisper")]


@pytest.mark.parametrize(
    ("word", "text", "values"),
    [
        ("straße", "Die STRAßE entlang", ["STRAßE"]),
        ("ärger", "ÄRGER, oh ärger!", ["ÄRGER", "ärger"]),
        ("слово", "Какое СЛОВО?", ["СЛОВО"]),
        ("c++", "I like C++ a lot", ["C++"]),
        ("!help", "say !HELP now", ["!HELP"]),
        ("🎲", "roll the 🎲 now", ["🎲"]),
        ("obs", "ob\N{LATIN SMALL LETTER LONG S}, OBS", ["ob\N{LATIN SMALL LETTER LONG S}", "OBS"]),
        ("kraft", "\N{KELVIN SIGN}raft", ["\N{KELVIN SIGN}raft"]),
        (
            "in",
            "\N{LATIN SMALL LETTER DOTLESS I}n or \N{LATIN CAPITAL LETTER I WITH DOT ABOVE}N",
            ["\N{LATIN SMALL LETTER DOTLESS I}n", "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}N"],
        ),
    ],
)
def test_words_of_every_alphabet(word: str, text: str, values: list[str]):
    assert found(text, (word, 1)) == [(word.upper(), value) for value in values]


def test_a_table_without_words_finds_nothing():
    assert found("anything at all") == []
