"""Slugs and badges. Pure. Source: personas 11."""

from __future__ import annotations

import re
from collections.abc import Collection
from random import Random
from typing import Final

from kernel.texts import translate

PAGE: Final = 10
TOP_ROOMS: Final = 3
MAX_SLUG: Final = 64
MAX_BIO: Final = 400
FALLBACK_SLUG: Final = "persona"
TRIES: Final = 200
SUFFIX_LETTERS: Final = 6
FORMAL: Final = 2

_LETTERS: Final = "bcdfghjklmnpqrstvwxz"  # without vowels they make no words
_TURKISH: Final = str.maketrans("çÇğĞıIİöÖşŞüÜ", "ccggiiioossuu")
_DROPPED: Final = re.compile(r"[^a-z0-9\s_-]")
_SEPARATORS: Final = re.compile(r"[\s_-]+")


def slug_of(text: str) -> str:
    """Return a text as it may stand in an address; "" if nothing of it may."""
    kept = _DROPPED.sub("", text.translate(_TURKISH).lower())
    return _SEPARATORS.sub("-", kept).strip("-")[:MAX_SLUG].strip("-")


def free_slug(base: str, taken: Collection[str], rng: Random) -> str:
    """Return the slug, or if it is taken, the first of `base-2` to `base-200` that is free, or else one with letters.

    Numbers can be guessed, so one person could take all of them; drawn letters cannot.
    """
    if base not in taken:
        return base
    for number in range(2, TRIES + 1):
        slug = _with_suffix(base, str(number))
        if slug not in taken:
            return slug
    return _with_suffix(base, "".join(rng.choices(_LETTERS, k=SUFFIX_LETTERS)))


def _with_suffix(base: str, suffix: str) -> str:
    return base[: MAX_SLUG - len(suffix) - 1].rstrip("-") + "-" + suffix


def badges_of(language: str, tone: str, formality: int) -> list[str]:
    """Return the badges of a persona, in the reader's language. The first says that a machine writes for it."""
    style = translate("formal") if formality >= FORMAL else translate("conversational")
    return [badge for badge in (translate("AI persona"), language.upper(), tone, style) if badge]
