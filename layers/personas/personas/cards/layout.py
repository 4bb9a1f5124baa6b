"""How a text is set in lines of a card. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Final

DOTS: Final = "..."
CUT_TO: Final = 60
"""What does not fit on its lines ends with the first characters of the last one, and dots."""
MOST: Final = 1000
"""Characters that are looked at; no box has room for so many."""

Measure = Callable[[str], float]
"""The width of a text, in pixels."""


def printable(text: str) -> str:
    """Return a text in composed letters, with single blanks, and without characters that are not to be seen."""
    composed = unicodedata.normalize("NFC", text[:MOST])
    return " ".join("".join(" " if each.isspace() else each for each in composed if _is_seen(each)).split())


def set_lines(text: str, measure: Measure, width: float, most: int) -> list[str]:
    """Return the lines of a text. A word that is wider than a line is split.

    Args:
        most: the number of lines there is room for; the last one is cut when the text needs more.
    """
    lines: list[str] = []
    line = ""
    for word in printable(text).split():
        rest = word
        longer = f"{line} {word}" if line else word
        if measure(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        while measure(rest) > width:
            length = _fitting(rest, measure, width)
            lines.append(rest[:length])
            rest = rest[length:]
        line = rest
    if line:
        lines.append(line)
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], cut_line(lines[most - 1], measure, width)]


def cut_line(line: str, measure: Measure, width: float) -> str:
    """Return the beginning of a line with dots behind it, as long as it fits."""
    kept = line[:CUT_TO].rstrip()
    while kept and measure(kept + DOTS) > width:
        kept = kept[:-1].rstrip()
    return kept + DOTS


def _fitting(word: str, measure: Measure, width: float) -> int:
    """Return how many characters of a word fit on a line: one at least, and no letter without its accents."""
    low, high = 1, len(word)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(word[:middle]) <= width else (low, middle - 1)
    while low > 1 and low < len(word) and unicodedata.combining(word[low]):
        low -= 1
    return low


def _is_seen(character: str) -> bool:
    if character.isspace():
        return True
    if "\ufe00" <= character <= "\ufe0f":  # they choose how the character before them looks
        return False
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Cn")
