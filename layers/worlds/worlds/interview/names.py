"""Names of worlds: whether one may be used, and which others there are. Pure. Source: worlds 10.2."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from kernel.naming import key
from worlds.world import rules
from worlds.world.models import WorldNameInvalid

SUGGESTED: Final = 3

_PATTERNS: Final = (
    "New {name}",
    "{name} Reborn",
    "Elder {name}",
    "{name} Beyond",
    "Far {name}",
    "{name} Rising",
    "{name} Prime",
    "Lost {name}",
)
_NUMBERS: Final = range(2, 34)
_TITLED: Final = re.compile(r"[^\W\d_]+")


def checked(typed: str) -> str | None:
    """Return a name as it is stored; None if it cannot be one."""
    try:
        return rules.world_name(typed)
    except WorldNameInvalid:
        return None


def similar(name: str) -> list[str]:
    """Return names like one that is taken, the likeliest first."""
    made = [each.format(name=name) for each in _PATTERNS] + [f"{name} {number}" for number in _NUMBERS]
    return [each for each in made if checked(each) == each]


def free_ones(names: Sequence[str], taken: Collection[str]) -> list[str]:
    """Return the first three of some names that are not taken.

    Args:
        taken: as `kernel.naming.key` makes them.
    """
    known = dict.fromkeys(name for each in names if (name := checked(each)) and key(name) not in taken)
    return [*known][:SUGGESTED]


def thought_of(theme: str) -> list[str]:
    """Return names that come to mind for a theme, always the same ones."""
    said = [word.capitalize() for word in _TITLED.findall(theme) if len(word) > 3][:4] or ["Aether", "Verdant"]
    endings = ("ia", "heim", "aria", "mere", "fall", "reach", "hold", "mar")
    stems = [re.sub(r"(?:[aeiouy]+|ing|ed)$", "", word) or word for word in said]
    return [stem + ending for ending in endings for stem in stems]
