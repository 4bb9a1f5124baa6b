"""What may be published, and how texts are cut. Pure. Source: personas 4.5, 6, 9.4.

Lengths are code points after trimming.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from kernel.naming import visible
from personas.safety.models import ContentEmpty, ContentLinks, ContentProfanity, ContentTooLong

MAX_LINK_MARKERS: Final = 2

_LINK_MARKER: Final = re.compile(r"https?://|www\.", re.IGNORECASE)

_SWEAR_WORDS: Final = ("fuck", "shit", "bitch", "asshole", "dick")

_NAMES: Final = (
    "andy dick",
    "dick cheney",
    "dick clark",
    "dick dale",
    "dick fosbury",
    "dick francis",
    "dick grayson",
    "dick tracy",
    "dick turpin",
    "dick van dyke",
    "dick whittington",
    "moby dick",
    "philip k dick",
    "philip k. dick",
    "tom, dick and harry",
    "tom, dick, and harry",
)
"""Names that contain the last of the words."""

_TURKISH_SWEAR_WORDS: Final = (
    "amcık",
    "amk",
    "gavat",
    "göt",
    "götveren",
    "ibne",
    "kahpe",
    "orospu",
    "orospu çocuğu",
    "pezevenk",
    "piç",
    "puşt",
    "sik",
    "sikerim",
    "sikeyim",
    "sikik",
    "siktir",
    "yarak",
    "yarrak",
)
_TURKISH_PHRASES: Final = r"amına\s+ko\w+|ananı\s+sik\w+"


def _whole_words(words: Iterable[str], more: str = "") -> re.Pattern[str]:
    # A combining mark belongs to the letter before it, so a word does not end there.
    alternatives = "|".join([*(re.escape(each).replace(r"\ ", r"\s+") for each in words), *filter(None, [more])])
    return re.compile(rf"(?<![\w\u0300-\u036f])(?:{alternatives})(?![\w\u0300-\u036f])")


_SWEARING: Final = _whole_words(_SWEAR_WORDS)
_NAMED: Final = _whole_words(_NAMES)
_TURKISH_SWEARING: Final = _whole_words(_TURKISH_SWEAR_WORDS, _TURKISH_PHRASES)
_TURKISH_CAPITALS: Final = str.maketrans("Iİ", "ıi")

# Possessive: an end that is not there must not be looked for inside a number.
_SENTENCE: Final = re.compile(r"(?:(?<=\d)\.(?=\d)|[^.!?])*+[.!?]")
_SENTENCE_END: Final = re.compile(r"(?:(?<!\d)\.|\.(?!\d)|[!?])[\"'”’»)]*")
_QUOTES_AND_BLANKS: Final = " \t\"'“”‘’«»`"
_BEFORE_ELLIPSIS: Final = " ,;:.–—-"
_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")


def check(text: str, limit: int) -> str:
    """Return a text without surrounding blanks, if it may be published.

    Raises:
        ContentEmpty, ContentTooLong, ContentProfanity, ContentLinks: the first of them that holds.
    """
    trimmed = text.strip()
    if not visible(trimmed):
        raise ContentEmpty
    if len(trimmed) > limit:
        raise ContentTooLong(limit=limit)
    if has_swearing(trimmed):
        raise ContentProfanity
    # The markers are counted, not the links: http://www.a.com has two.
    if len(_LINK_MARKER.findall(trimmed)) > MAX_LINK_MARKERS:
        raise ContentLinks
    return trimmed


def has_swearing(text: str) -> bool:
    """Whether a text contains a swear word as a whole word, however it is capitalised."""
    plain = visible(unicodedata.normalize("NFKC", text))
    english = _NAMED.sub("-", plain.casefold())
    # In Turkish, I and İ are two letters: SIK is the harmless one, and lower-case English would make it the other.
    turkish = plain.translate(_TURKISH_CAPITALS).casefold()
    return _SWEARING.search(english) is not None or _TURKISH_SWEARING.search(turkish) is not None


def cut(text: str, n: int) -> str:
    """Return at most n characters of a text, without surrounding blanks; all of it when n is not positive."""
    trimmed = text.strip()
    return trimmed[:n].strip() if n > 0 else trimmed


def cut_at_word(text: str, n: int) -> str:
    """Return at most n characters of a text, on one line; "…" stands for the words that are left out."""
    flat = " ".join(text.split())
    if len(flat) <= n:
        return flat
    whole, blank, _ = flat[:n].rpartition(" ")
    return whole.rstrip(_BEFORE_ELLIPSIS) + "…" if blank else flat[:n]


def cut_at_sentence(text: str, n: int) -> str:
    """Return the whole sentences of a text that fit into n characters; if not even one does, as much as fits."""
    trimmed = text.strip()
    if len(trimmed) <= n:
        return trimmed
    # One more, to see whether a dot at the end stands between digits.
    ends = [match.end() for match in _SENTENCE_END.finditer(trimmed[: n + 1]) if match.end() <= n]
    return trimmed[: ends[-1]] if ends else cut(trimmed, n)


def first_sentence(text: str, n: int = 0) -> str:
    """Return the first sentence of a text, without surrounding quotes and blanks.

    Line breaks end no sentence, nor does a dot between digits.

    Args:
        n: at most so many characters; not positive for any number.
    """
    flat = " ".join(text.split())
    found = _SENTENCE.match(flat)
    return cut((found[0] if found else flat).strip(_QUOTES_AND_BLANKS), n)


def clean_output(text: str) -> str:
    """Return what a provider wrote with single blanks between the words, and without control characters."""
    return " ".join(_CONTROLS.sub("", text).split())


def violates(text: str, do_not_say: Iterable[str]) -> bool:
    """Whether one of the phrases occurs in a text, however it is capitalised and spaced."""
    forms = _forms(text)
    return any(
        phrase_form and phrase_form in text_form
        for phrase in do_not_say
        for phrase_form, text_form in zip(_forms(phrase), forms, strict=True)
    )


def _forms(text: str) -> tuple[str, str]:
    """Return a text in lower case, as in English and as in Turkish."""
    plain = visible(" ".join(unicodedata.normalize("NFKC", text).split()))
    return plain.casefold(), plain.translate(_TURKISH_CAPITALS).casefold()
