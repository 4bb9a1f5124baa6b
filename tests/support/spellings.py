"""How people type a name: spellings that mean it, and small typos."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from random import Random

INVISIBLE = "\u200b\u2060\ufeff\u00ad\u200d\ufe0f"
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def _sprinkled(name: str, rng: Random) -> str:
    place = rng.randint(0, len(name))
    return name[:place] + rng.choice(INVISIBLE) + name[place:]


SAME: Sequence[Callable[[str, Random], str]] = (
    lambda name, rng: name,
    lambda name, rng: name.upper(),
    lambda name, rng: name.title(),
    lambda name, rng: f"  {name}\u00a0",
    lambda name, rng: f"@{name}",
    lambda name, rng: name.translate(FULL_WIDTH),
    lambda name, rng: unicodedata.normalize("NFD", name),
    lambda name, rng: "".join(rng.choice((each.upper(), each.lower())) for each in name),
    _sprinkled,
)
"""Spellings that mean the same, of things and of people."""

OF_THINGS: Sequence[Callable[[str, Random], str]] = (
    lambda name, rng: name.replace(" ", "_"),
    lambda name, rng: name.replace(" ", "-"),
    lambda name, rng: name.replace(" ", "   "),
    lambda name, rng: name.replace("'", "\u2019"),
    lambda name, rng: name.replace("'", ""),
    lambda name, rng: f"{name}!",
    lambda name, rng: f"{name} \U0001f940",
    lambda name, rng: f'"{name}"',
)
"""Spellings that mean the same thing, but perhaps another person."""


def typo(name: str, rng: Random) -> str:
    """Return the name with one letter dropped, doubled, changed or swapped with the next."""
    place = rng.randrange(len(name) - 1)
    before, letter, after = name[:place], name[place], name[place + 1 :]
    return rng.choice(
        (
            before + after,
            before + letter * 2 + after,
            before + rng.choice("aeioxz") + after,
            before + after[0] + letter + after[1:],
        )
    )
