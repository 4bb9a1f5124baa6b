"""Telling whether a text is in English."""

from __future__ import annotations

import re
from typing import Final

# Frequent words that no other shipped language has.
_WORDS: Final = re.compile(
    r"(?<![\w./{-])(?:the|and|you|your|is|are|of|for|with|not|have|were|this|that|there|it|its|they|what|which"
    r"|when|until|already|yet|now|more|each|from|by|to|be|or|can|cannot|nothing|needs?|takes?|gets?)(?![\w.}-]*\w)",
    re.IGNORECASE,
)


def english_words(text: str) -> list[str]:
    """Return the lines that hold an English word."""
    return [line for line in text.splitlines() if _WORDS.search(line)]
