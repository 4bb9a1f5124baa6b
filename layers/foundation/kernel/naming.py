"""The one rule by which typed names are compared, and what to suggest for a name that does not exist.

People type `Spade`, `ＳＰＡＤＥ`, `  spade `, `garden-spade` and `@Alice`, and keyboards add accents of their own,
curly apostrophes and characters that no one can see. Two names are the same when their keys are equal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Final, Generic, TypeVar

T = TypeVar("T")

# Controls, and what Unicode calls default ignorable: soft hyphens, joiners, marks of direction, variation selectors.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
# Controls, and marks that turn the direction of what follows; not the joiners, which emoji and some scripts need.
_MISLEADING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_HALVES = re.compile("[\ud800-\udfff]")
QUOTES = "['\"`\u00b4\u00ab\u00bb\u02b9\u02bb-\u02be\u2018-\u201f\u2032\u2033\u2039\u203a\uff02\uff07]"
"""A pattern: quotation marks and apostrophes."""
_QUOTES = re.compile(QUOTES)
_SEPARATORS = re.compile("[\\s_\\-\u00ad\u2010-\u2015\u2212\u30fb\ufe58]+")
_EMOJI_CATEGORIES = frozenset({"So", "Sk", "Me"})
"""Symbols, skin tones and keycaps; what joins them is invisible."""
_PUNCTUATION = " .,!?;:"
LONGEST_TYPED: Final = 100
"""Characters of a name or a number as people type it; a single one may become 18 when it is normalised."""
MOST_SUGGESTED = 3
_LONGEST_QUOTED = 20
_LONGEST_COMPARED = 3 * LONGEST_TYPED
"""No name is longer, invisible characters included: to normalise what is could take seconds."""


def is_unicode(text: str) -> bool:
    """Tell whether a text has no half of a surrogate pair, which JSON can express and Postgres cannot store."""
    return text.isascii() or not _HALVES.search(text)


def visible(text: str) -> str:
    """Return a text without surrounding blanks and without characters that cannot be seen."""
    return text.strip() if text.isascii() and text.isprintable() else _INVISIBLE.sub("", text).strip()


def clean_name(name: str) -> str:
    """Return a name as it is stored and shown; empty if nothing of it can be seen."""
    return _MISLEADING.sub("", name).strip() if visible(name) else ""


def quoted(typed: str) -> str:
    """Return what was typed as a message may repeat it: shortened, in quotation marks, and always encodable."""
    text = visible(typed)[:_LONGEST_QUOTED].encode(errors="replace").decode()
    return f'"{text}"'


def folded(text: str) -> str:
    """Return a text in which letters that differ in case, width or the encoding of an accent are equal."""
    if text.isascii():
        return text.lower()
    # Unicode's compatibility caseless matching: one round of folding may produce letters that fold again.
    once = unicodedata.normalize("NFKD", unicodedata.normalize("NFD", text).casefold())
    twice = _INVISIBLE.sub("", unicodedata.normalize("NFKD", once.casefold()))
    # Turkish has an i with and one without a dot in either case; a keyboard that writes them means our one i.
    return unicodedata.normalize("NFKC", twice.replace("\u0131", "i").replace("i\u0307", "i"))


def person_key(name: str) -> str:
    """Return what identifies a person's name on a platform, however it is typed.

    Underscores and hyphens count here, because they tell people apart: `foo_bar` is not `foobar` or `foo bar`.
    """
    return name.lower() if len(name) > _LONGEST_COMPARED else _person_key(name)


@lru_cache(256)
def _person_key(name: str) -> str:
    """An action asks for the key of a name several times."""
    key = " ".join(_INVISIBLE.sub("", folded(name)).split()).lstrip("@ ")
    return key or folded(name)


def key(text: str) -> str:
    """Return what identifies the name of a thing: also blanks, underscores and hyphens are equal.

    Apostrophes, emoji, a leading @ and punctuation at the end make no difference.
    """
    if (text.isascii() and text.isalnum()) or len(text) > _LONGEST_COMPARED:
        return text.lower()
    return _key(text)


@lru_cache(256)
def _key(text: str) -> str:
    plain = _SEPARATORS.sub(" ", _QUOTES.sub("", _INVISIBLE.sub("", folded(_QUOTES.sub("", text)))))
    if not plain.isascii():
        without = "".join(each for each in plain if unicodedata.category(each) not in _EMOJI_CATEGORIES)
        plain = without if without.strip() else plain
    stripped = " ".join(plain.split()).lstrip("@ ").rstrip(_PUNCTUATION)
    return stripped or plain.strip()


def id_text(value: str) -> str:
    """Return an id as it is stored and compared: visible characters only, and a whole number without its `.0`."""
    plain = value.isascii() or len(value) > _LONGEST_COMPARED
    text = visible(value if plain else unicodedata.normalize("NFKC", value))
    whole, point, zeros = text.partition(".")
    return whole if point and whole.isdecimal() and zeros and not zeros.strip("0") else text


class NameIndex(Generic[T]):
    """Things by their names.

    Args:
        shown: the name under which a thing is suggested.
        tiers: (name, thing) of each tier. A name in an earlier tier is never taken by a later one; a name that stands
            for two things of one tier stands for neither.
    """

    def __init__(self, shown: Callable[[T], str], *tiers: Iterable[tuple[str, T]]) -> None:
        self._shown = shown
        self._tiers = [list(tier) for tier in tiers]

    @cached_property
    def _things(self) -> Mapping[str, tuple[T, ...]]:
        """The things of each key: one, or all those that share it."""
        known: dict[str, tuple[T, ...]] = {}
        for tier in self._tiers:
            found: dict[str, tuple[T, ...]] = {}
            for name, thing in tier:
                name_key = key(name)
                others = found.get(name_key, ())
                if not any(other is thing or other == thing for other in others):
                    found[name_key] = (*others, thing)
            known = found | known
        return known

    def find(self, text: str) -> T | None:
        """Return the thing of that name; None when there is none, or more than one."""
        things = self._things.get(key(text), ())
        return things[0] if len(things) == 1 else None

    def meant(self, text: str) -> tuple[str, ...]:
        """Return the names of what was probably meant by a name that was not found, best first; perhaps none."""
        typed = key(text)
        shared = self._things.get(typed)
        things = shared or tuple(thing for each in closest(typed, self._things) for thing in self._things[each])
        return tuple(dict.fromkeys(map(self._shown, things)))[:MOST_SUGGESTED]


def closest(typed: str, keys: Iterable[str]) -> list[str]:
    """Return the keys that differ least from what was typed, by a small typo; else those that begin with it."""
    allowed = 0 if len(typed) < 3 else 1 if len(typed) < 5 else 2 if len(typed) < 10 else 3
    best: list[str] = []
    for each in keys:
        if abs(len(each) - len(typed)) > allowed:
            continue
        steps = typing_errors(typed, each, allowed)
        if steps < allowed:
            allowed, best = steps, [each]
        elif steps == allowed:
            best.append(each)
    if best or len(typed) < 3:
        return best
    return sorted(each for each in keys if each.startswith(typed))


def typing_errors(one: str, other: str, most: int) -> int:
    """Count the letters to add, drop, change or swap with the next, to make two texts equal; more than `most` is
    `most + 1`."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [i]
        for j, wanted in enumerate(other, start=1):
            steps = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                steps = min(steps, earlier[j - 2] + 1)
            row.append(steps)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
