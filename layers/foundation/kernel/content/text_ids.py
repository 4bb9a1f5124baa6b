"""What identifies a text that can be translated, and which of its plural forms a number has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

WORDING: Final = "wording"
"""The folder with a community's own wording, inside the folder of the translations."""

ENGLISH_PLURAL: Final = "n != 1"


class TextId(NamedTuple):
    """A text that can be translated.

    Attributes:
        context: what kind of thing it names; "" for a sentence.
        plural: the text for several; "" for none.
    """

    context: str
    text: str
    plural: str = ""


def key_of(context: str, text: str) -> str:
    """Return what identifies a text, as gettext writes it."""
    return f"{context}\x04{text}" if context else text


def english(number: int) -> int:
    """Return the plural form of English: 0 for one, else 1."""
    return int(number != 1)


def chooser(plural_rule: str) -> Callable[[int], int]:
    """Return a function from a number to its plural form.

    Args:
        plural_rule: an expression in C, as in a .po file.

    Raises:
        ValueError: it is none.
    """
    if plural_rule.strip(" ()") == ENGLISH_PLURAL:
        return english
    from gettext import c2py  # checks and compiles the expression; many languages have the same rule as English

    return c2py(plural_rule.strip())
