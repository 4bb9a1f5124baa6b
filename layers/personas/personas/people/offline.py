"""Helpers for what the offline provider answers: pure, so that the same inputs give the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final
from zlib import crc32

from personas.people.models import Language, Persona
from personas.safety.rules import has_swearing, violates

_SENTENCE_ENDS: Final = re.compile(r"(?<!\d)[.!?…]+|[.!?…]+(?!\d)")
_UNNAMED: Final[dict[Language, str]] = {"en": "this persona", "tr": "bu persona"}


def inline(text: str) -> str:
    """Return a text that can stand within a sentence: in one line, without the ends of sentences."""
    return " ".join(_SENTENCE_ENDS.sub(" ", text).split())


def named(persona: Persona) -> str:
    """Return a persona's name as it can stand within a sentence; a name that must not be published is left out."""
    name = inline(persona.name)
    return name if name and not has_swearing(name) else _UNNAMED[persona.preferred_language]


def choice_of(*parts: str) -> int:
    """Return a number that depends on the texts alone."""
    return crc32("\n".join(parts).encode())


def allowed(texts: Sequence[str], choice: int, do_not_say: Iterable[str]) -> str:
    """Return one of some texts that contains none of the phrases; if each contains one, the chosen one.

    Args:
        choice: which of them is the first to be tried.
    """
    banned = list(do_not_say)
    ordered = [texts[(choice + number) % len(texts)] for number in range(len(texts))]
    return next((text for text in ordered if not (violates(text, banned) or has_swearing(text))), ordered[0])
