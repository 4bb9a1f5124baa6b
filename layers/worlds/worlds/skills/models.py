"""The skills. Source: worlds 22."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct


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

ATTRIBUTES: Final[Mapping[Skill, str]] = {
    **dict.fromkeys(SKILL_CATEGORIES["Combat"], "Might"),
    Skill.PIERCING: "Agility",
    Skill.DEFENSE: "Endurance",
    Skill.DODGE: "Reflexes",
    **dict.fromkeys(SKILL_CATEGORIES["Crafting"], "Intellect"),
    Skill.CARPENTRY: "Might",
    Skill.TAILORING: "Agility",
    Skill.COOKING: "Taste",
    **dict.fromkeys(SKILL_CATEGORIES["Gathering"], "Endurance"),
    Skill.HERBALISM: "Smell",
    Skill.HUNTING: "Agility",
    Skill.PERCEPTION: "Sight",
    Skill.STEALTH: "Agility",
    Skill.CLIMBING: "Might",
    Skill.SWIMMING: "Endurance",
    Skill.NAVIGATION: "Intuition",
    **dict.fromkeys(SKILL_CATEGORIES["Social"], "Presence"),
    Skill.DECEPTION: "Cunning",
    Skill.BARTERING: "Cunning",
}
"""{skill: the attribute that it rests on}"""

PARTNERS: Final[Mapping[Skill, tuple[Skill, ...]]] = {
    Skill.SMITHING: (Skill.MINING,),
    Skill.MINING: (Skill.SMITHING,),
    Skill.ALCHEMY: (Skill.HERBALISM,),
    Skill.HERBALISM: (Skill.ALCHEMY,),
    Skill.HUNTING: (Skill.STEALTH, Skill.PERCEPTION),
    Skill.STEALTH: (Skill.HUNTING,),
    Skill.PERCEPTION: (Skill.HUNTING,),
}
"""{skill: those that help it}"""

Levels = Mapping[str, int]
"""{skill: level}; 0 for what is not in it."""
Uses = Mapping[str, Sequence[int]]
"""{skill/action: when it was done lately}, in milliseconds since 1970."""


class SkillCheck(Struct, frozen=True):
    """How an attempt has ended.

    Attributes:
        total: the roll with what level, attribute and partners add to it.
        margin: by how much it succeeds; below 0, what was missing.
        is_critical: by the roll alone.
    """

    is_success: bool
    is_critical: bool
    total: int
    margin: int
