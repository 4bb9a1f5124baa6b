"""Finding words in what people write: with endings, accents and small typing errors. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, Literal, TypeVar

from kernel.naming import folded, typing_errors
from worlds.interview.words import DENIALS, Words

Phrase = tuple[str, ...]
Meaning = TypeVar("Meaning", bound=str)

_ENDINGS: Final = frozenset(
    [
        "s",
        "es",
        "n",
        "en",
        "e",
        "er",
        "em",
        "ed",
        "d",
        "ly",
        "y",
        "a",
        "as",
        "o",
        "os",
        "in",
        "innen",
        "ern",
        "lar",
        "ler",
        "ish",
        "is",
        "ies",
        "t",
    ]
)
_APOSTROPHES: Final = re.compile("['\u2019`\u00b4]")
_MARKS: Final = re.compile("[\u0300-\u036f]")
_WORDS: Final = re.compile(r"[^\W_]+")
_EXACT_UP_TO: Final = 4
"""Letters: shorter words have too many others beside them."""
_DENIED_WITHIN: Final = 2
"""Words between a denial and what is denied: not a very cold one."""
_COMMON: Final = frozenset(
    [
        "with",
        "would",
        "world",
        "worlds",
        "there",
        "their",
        "where",
        "these",
        "those",
        "other",
        "others",
        "which",
        "while",
        "white",
        "could",
        "should",
        "house",
        "about",
        "after",
        "again",
        "also",
        "being",
        "every",
        "first",
        "great",
        "place",
        "right",
        "small",
        "still",
        "think",
        "three",
        "under",
        "water",
        "woman",
        "years",
        "donde",
        "desde",
        "sobre",
        "nicht",
        "werden",
        "wurde",
        "haben",
    ]
)
"""Words that are no typing errors of others."""
_PARTS: Final = re.compile(r"[,;/\n&.!?]+|\b(?:and|und|y|ve|veya|or|oder|o|but|aber|pero|plus)\b", re.IGNORECASE)


def words_of(text: str) -> list[str]:
    """Return the words of a text, in lower case and without accents."""
    plain = _MARKS.sub("", unicodedata.normalize("NFD", folded(_APOSTROPHES.sub("", text))))
    return _WORDS.findall(plain)


def plain(text: str) -> str:
    """Return the words of a text as one line."""
    return " ".join(words_of(text))


def parts_of(text: str) -> list[str]:
    """Return what a text lists: what stands between commas and the word and."""
    return [part.strip() for part in _PARTS.split(text) if part.strip()]


def says(text: str, listed: str) -> bool:
    """Tell whether a whole text is one of the listed phrases."""
    return plain(text) in {" ".join(phrase) for phrase in _phrases(listed)}


def mentions(text: str, listed: str) -> bool:
    """Tell whether a text has one of the listed words, and does not deny it."""
    return next(_found(text, {"": listed}), None) is not None


def first(text: str, table: Mapping[Meaning, str]) -> Meaning | Literal[""]:
    """Return what is meant by the first word of a table that a text has; "" for none."""
    found = every(text, table)
    return found[0] if found else ""


def every(text: str, table: Mapping[Meaning, str]) -> list[Meaning]:
    """Return what is meant by the words of a table that a text has, in the order of the text."""
    return list(dict.fromkeys(_found(text, table)))


def first_beside(text: str, table: Words, others: str, within: int = 3) -> str:
    """Return what is meant by the first word of a table that stands just before one of other words; "" for none."""
    words = words_of(text)
    for place in range(len(words)):
        if _length_at(words, place, _phrases(others)):
            before = " ".join(words[max(0, place - within) : place])
            # The nearest one: in "many islands and two moons", there are two moons.
            if meant := _last(before, table):
                return meant
    return ""


def is_denied(words: Sequence[str], place: int) -> bool:
    """Tell whether there is a denial just before a word."""
    return any(word in _DENYING for word in words[max(0, place - _DENIED_WITHIN) : place])


def _last(text: str, table: Words) -> str:
    words = words_of(text)
    for place in reversed(range(len(words))):
        for meant, listed in table.items():
            if _length_at(words, place, _phrases(listed)):
                return meant
    return ""


def _found(text: str, table: Mapping[Meaning, str]) -> Iterator[Meaning]:
    """Yield what the words of a text mean; mistyped words only where none is written as it should be."""
    words = words_of(text)
    meanings, index = [*table], _index(tuple(table.values()))
    for errors in (0, 1):
        begun = {
            word: [each for each in index.get(word[0], ()) if _is_same(word, each[0][0], errors)] for word in {*words}
        }
        place, any_found = 0, False
        while place < len(words):
            length, meant = 0, -1
            for phrase, number in begun[words[place]]:
                if len(phrase) > length and _is_at(words, place, phrase, errors):
                    length, meant = len(phrase), number
            if length and not (is_denied(words, place) and words[place] not in _DENYING):
                any_found = True
                yield meanings[meant]
            place += length or 1
        if any_found:
            return


@lru_cache(64)
def _index(table: tuple[str, ...]) -> Mapping[str, Sequence[tuple[Phrase, int]]]:
    """Return the phrases of a table by their first letter, which is never mistyped: an answer has hundreds of words.

    Returns:
        {letter: phrases with the number of their entry in the table}.
    """
    found: dict[str, list[tuple[Phrase, int]]] = {}
    for number, listed in enumerate(table):
        for phrase in _phrases(listed):
            found.setdefault(phrase[0][0], []).append((phrase, number))
    return found


def _is_at(words: Sequence[str], place: int, phrase: Phrase, errors: int) -> bool:
    return len(phrase) <= len(words) - place and all(
        _is_same(word, wanted, errors) for word, wanted in zip(words[place : place + len(phrase)], phrase, strict=True)
    )


def _length_at(words: Sequence[str], place: int, phrases: Sequence[Phrase]) -> int:
    """Return how many words the longest of the phrases has that stands at a place; 0 for none."""
    return max((len(phrase) for phrase in phrases if _is_at(words, place, phrase, 0)), default=0)


def _is_same(word: str, wanted: str, errors: int) -> bool:
    if word == wanted:
        return True
    if not errors:
        longer = len(wanted) >= 3 and word.startswith(wanted) and word[len(wanted) :] in _ENDINGS
        return longer or (len(wanted) > 4 and wanted.endswith("y") and word == wanted[:-1] + "ies")
    if len(wanted) <= _EXACT_UP_TO or word[0] != wanted[0] or word in _COMMON:
        return False
    if len(wanted) <= _EXACT_UP_TO + 1 and len(word) == len(wanted) and sorted(word) != sorted(wanted):
        return False  # small is no smell
    most = 2 if len(wanted) >= 8 else 1
    return abs(len(word) - len(wanted)) <= most and typing_errors(word, wanted, most) <= most


@lru_cache(64)
def _phrases(listed: str) -> tuple[Phrase, ...]:
    return tuple(tuple(each.split()) for each in map(str.strip, listed.split(",")) if each)


_DENYING: Final = frozenset(phrase[0] for phrase in _phrases(DENIALS))
