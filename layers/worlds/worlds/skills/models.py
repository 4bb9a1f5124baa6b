"""The skills. Source: worlds 22."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Skill(StrEnum):
    """The skills, by the names under which they are stored and shown."""

    SLASHING = "Slashing"
    PIERCING = "Piercing"
    BLUDGEONING = "Bludgeoning"
    DEFENSE = "Defense"
    DODGE = "Dodge"
    SMITHING = "Smithing"
    ALCHEMY = "Alchemy"
    CARPENTRY = "Carpentry"
    TAILORING = "Tailoring"
    COOKING = "Cooking"
    MINING = "Mining"
    HERBALISM = "Herbalism"
    LOGGING = "Logging"
    HUNTING = "Hunting"
    FISHING = "Fishing"
    PERCEPTION = "Perception"
    STEALTH = "Stealth"
    CLIMBING = "Climbing"
    SWIMMING = "Swimming"
    NAVIGATION = "Navigation"
    PERSUASION = "Persuasion"
    INTIMIDATION = "Intimidation"
    DECEPTION = "Deception"
    BARTERING = "Bartering"


_ALL = tuple(Skill)

SKILL_CATEGORIES: Final[Mapping[str, tuple[Skill, ...]]] = {
    "Combat": _ALL[:5],
    "Crafting": _ALL[5:10],
    "Gathering": _ALL[10:15],
    "Utility": _ALL[15:20],
    "Social": _ALL[20:],
}
"""{category: its skills}, in the order of a skill sheet."""
