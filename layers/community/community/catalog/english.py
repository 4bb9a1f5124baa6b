"""The English forms of names. Source: rules section 2."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MASS_WORDS: Final = frozenset({"coins", "credits", "junk", "money", "scrap", "scrap metal", "scraps"})
# Emoji are symbols, held together by joiners and tags (Cf), keycaps (Me) and skin tones (Sk).
EMOJI_CATEGORIES: Final = frozenset({"So", "Sk", "Me", "Cf"})
VARIATION_SELECTOR: Final = "\ufe0f"


def plural(name: str, quantity: int) -> str:
    """Return a name in the plural when there is more than one, without the number itself."""
    if quantity <= 1:
        return name
    stem = _without_emoji(name)
    return _plural_words(stem) + name[len(stem) :]


def article(name: str) -> str:
    return "an" if name[:1].lower() in tuple("aeiou") else "a"


def _without_emoji(name: str) -> str:
    end = len(name)
    while end and _is_emoji_or_space(name[end - 1]):
        end -= 1
    return name[:end]


def _is_emoji_or_space(character: str) -> bool:
    return character.isspace() or character == VARIATION_SELECTOR or unicodedata.category(character) in EMOJI_CATEGORIES


def _plural_words(words: str) -> str:
    if x_of_y := re.fullmatch(r"(.+?)( of .*)", words, re.IGNORECASE):
        return _plural_words(x_of_y[1]) + x_of_y[2]
    lower = words.lower()
    if not words or lower in MASS_WORDS or lower.endswith(" coins"):
        return words
    if re.search(r"[^\W\d_aeiou]y$", lower):
        return f"{words[:-1]}ies"
    return f"{words}es" if lower.endswith(("s", "x", "ch", "sh")) else f"{words}s"
