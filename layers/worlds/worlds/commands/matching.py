"""The one rule by which a name that a player types finds a thing or a person. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from kernel.errors import DomainError
from kernel.naming import MOST_SUGGESTED, QUOTES, closest, key, quoted, visible
from kernel.texts import alternatives
from worlds.commands.models import NameUnclear, TargetNotFound, TargetUnclear, TooFewTargets

T = TypeVar("T")
Names = Callable[[T], Sequence[str]]
"""Returns the names of a thing: first the one under which it is shown, then others, such as its plural."""
Here = Callable[[T], bool]
Known = Sequence[tuple[T, tuple[str, ...]]]
Fits = Callable[[str, str], bool]

MOST_LISTED: Final = 5
LONGEST_TYPED: Final = 128
"""Characters: no name is longer. Source: worlds 2.4."""
LONGEST_NAME: Final = 8
"""Words."""
_LENGTHS: Final = range(LONGEST_NAME, 0, -1)
_NTH: Final = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_NUMBERED: Final = re.compile(r"(\d{1,3})(?:\s*\.\s*|(?:st|nd|rd|th)\s+)(\S.*)", re.IGNORECASE | re.DOTALL)
_QUOTED: Final = re.compile(rf"{QUOTES}(.+?){QUOTES}(?:\s+|$)(.*)", re.DOTALL)
_ENDINGS: Final = (("ies", "y"), ("ves", "f"), ("ves", "fe"), ("es", ""), ("s", ""))
"""(ending of a plural, what its singular has instead)"""


def find(
    things: Iterable[T],
    typed: str,
    names_of: Names[T],
    missing: type[DomainError] = TargetNotFound,
    is_here: Here[T] | None = None,
) -> T:
    """Return the thing that a typed name fits best: its whole name, then words of it, then beginnings of words.

    Case, accents and plural make no difference. `2.lamp` and `second lamp` are the second of those that fit. Things
    that are shown under the same name are alike: the first one is meant. People are not.

    Args:
        things: the most likely ones first, such as the nearest.
        missing: the refusal when nothing fits; its message has {typed}.
        is_here: of people: tells whether someone is in the same place, and meant rather than someone elsewhere.

    Raises:
        TargetUnclear: things with different names, or several people, fit equally well.
        TooFewTargets: there is no second one.
        DomainError: `missing`.
    """
    known = [(thing, tuple(names_of(thing))) for thing in things]
    number, name = without_number(typed)
    if number is not None and not _fitting(known, typed, _is_key):
        return _nth(known, number, name, missing)
    for fits in _TIERS:
        if fitting := _fitting(known, typed, fits):
            return _only(fitting, typed, is_here)
    raise _missing(known, typed, missing)


def find_leading(
    things: Iterable[T],
    text: str,
    names_of: Names[T],
    missing: type[DomainError] = TargetNotFound,
    is_here: Here[T] | None = None,
) -> tuple[T, str]:
    """Return the thing that a text begins with, and the rest of the text as it was written.

    The longest whole name counts, so that a name may have blanks; it may also stand in quotation marks, after the
    number of one of several. Of people the longest counts only if no one else's name ends before it: what is told to
    Alex, "I have the key", must not go to someone who is called Alex I.

    Raises:
        NameUnclear: of people.
        TargetUnclear, TooFewTargets, DomainError: see `find`, for the first word.
    """
    if marked := _QUOTED.match(text):
        return find(things, marked[1], names_of, missing, is_here), marked[2].strip()
    known = [(thing, tuple(names_of(thing))) for thing in things]
    whole = _whole_names(known, text)
    if is_here is not None and len(whole) > 1:
        whole = [each for each in whole if any(is_here(thing) for thing, _ in each[1])] or whole
        if len(whole) > 1:
            raise NameUnclear(names=alternatives([f'"{fitting[0][1]}"' for _, fitting in whole]))
    if whole:
        words, fitting = whole[0]
        name, rest = _cut(text, words)
        return _only(fitting, name, is_here), rest
    number, numbered = without_number(text)
    if number is not None and not _fitting(known, _cut(text, 1)[0], _is_key):
        marked = _QUOTED.match(numbered)
        cuts = [(marked[1], marked[2].strip())] if marked else [_cut(numbered, words) for words in _LENGTHS]
        for name, rest in cuts:
            if any(_fitting(known, name, fits) for fits in (_is_key, _is_plain)):
                return _nth(known, number, name, missing), rest
    name, rest = _cut(text, 1)
    return find((thing for thing, _ in known), name, names_of, missing, is_here), rest


def _whole_names(known: Known[T], text: str) -> list[tuple[int, list[tuple[T, str]]]]:
    """Return how many words of a text are a whole name, and whose: the longest first."""
    found: list[tuple[int, list[tuple[T, str]]]] = []
    for words in range(min(LONGEST_NAME, len(text.split())), 0, -1):
        name, _ = _cut(text, words)
        if fitting := _fitting(known, name, _is_key) or _fitting(known, name, _is_plain):
            found.append((words, fitting))
    return found


def _cut(text: str, words: int) -> tuple[str, str]:
    parts = text.split(maxsplit=words)
    return " ".join(parts[:words]), parts[words].strip() if len(parts) > words else ""


def without_number(typed: str) -> tuple[int | None, str]:
    """Return which one of several is meant, and the name without that; None for no number."""
    text = visible(typed)
    if found := _NUMBERED.fullmatch(text):
        return int(found[1]), found[2]
    first, _, name = text.partition(" ")
    if name.strip() and key(first) in _NTH:
        return _NTH.index(key(first)) + 1, name
    return None, typed


def _fitting(known: Known[T], typed: str, fits: Fits) -> list[tuple[T, str]]:
    """Return the things that a typed name fits, with the names under which they are shown."""
    if not key(typed) or len(typed) > LONGEST_TYPED:
        return []
    return [(thing, names[0]) for thing, names in known if any(fits(typed, name) for name in names)]


def _nth(known: Known[T], number: int, name: str, missing: type[DomainError]) -> T:
    found = False
    for fits in _TIERS:
        fitting = _fitting(known, name, fits)
        found = found or bool(fitting)
        if 0 < number <= len(fitting):
            return fitting[number - 1][0]
    if not found:
        raise _missing(known, name, missing)
    raise TooFewTargets(number=number, typed=quoted(name))


def _only(fitting: list[tuple[T, str]], typed: str, is_here: Here[T] | None) -> T:
    if is_here is not None:
        fitting = [each for each in fitting if is_here(each[0])] or fitting
    names = {key(name): name for _, name in fitting}
    if is_here is not None and len(fitting) > len(names):
        shown = [f"{number}.{name}" for number, (_, name) in enumerate(fitting, start=1)]
        raise TargetUnclear(names=alternatives(shown[:MOST_LISTED]), typed=visible(typed))
    if len(names) > 1:
        raise TargetUnclear(names=alternatives(list(names.values())[:MOST_LISTED]), typed=visible(typed))
    return fitting[0][0]


def _missing(known: Known[T], typed: str, missing: type[DomainError]) -> DomainError:
    shown = {key(name): names[0] for _, names in known for name in names}
    meant = dict.fromkeys(shown[each] for each in closest(key(typed), shown))
    return missing(typed=quoted(typed), meant=list(meant)[:MOST_SUGGESTED])


def _is_key(typed: str, name: str) -> bool:
    return key(typed) == key(name)


def _is_plain(typed: str, name: str) -> bool:
    return _plain(typed) == _plain(name)


def _is_plural(typed: str, name: str) -> bool:
    one, other = _plain(typed).split(), _plain(name).split()
    return one[:-1] == other[:-1] and bool(one and other) and not _singulars(one[-1]).isdisjoint(_singulars(other[-1]))


def _has_words(typed: str, name: str) -> bool:
    words = [_singulars(each) for each in _plain(name).split()]
    return all(any(not _singulars(each).isdisjoint(word) for word in words) for each in _plain(typed).split())


def _has_beginnings(typed: str, name: str) -> bool:
    words = _plain(name).split()
    return all(any(word.startswith(each) for word in words) for each in _plain(typed).split())


_TIERS: Final[tuple[Fits, ...]] = (_is_key, _is_plain, _is_plural, _has_words, _has_beginnings)
"""The ways in which a name may fit, best first."""


def _plain(text: str) -> str:
    """Return a name as it is compared, without accents."""
    name = key(text)
    if name.isascii():
        return name
    return "".join(each for each in unicodedata.normalize("NFD", name) if unicodedata.category(each) != "Mn")


def _singulars(word: str) -> frozenset[str]:
    """Return the words that this one may be the plural of, and itself."""
    stems = (word.removesuffix(ending) + instead for ending, instead in _ENDINGS if word.endswith(ending))
    return frozenset({word, *(stem for stem in stems if len(stem) > 1)})
