"""The peoples of a world: what each tends to at first, and what that does to the genes of its villagers. Pure.

Source: worlds 10.4 for the tendencies; which genes they mean is ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TENDENCIES: Final[Mapping[str, Mapping[str, float]]] = {
    "human": {"adaptability": 0.8, "social": 0.7, "tech": 0.7},
    "elf": {"longevity": 0.9, "magic": 0.8, "agility": 0.8},
    "dwarf": {"strength": 0.8, "crafting": 0.9, "resilience": 0.8},
    "orc": {"strength": 0.9, "endurance": 0.8, "aggression": 0.7},
}
OTHER_TENDENCY: Final = 0.6
"""Of each tendency that a known people has."""

GENES: Final[Mapping[str, tuple[str, ...]]] = {
    "adaptability": ("cold_tolerance", "heat_tolerance", "uv_tolerance", "humidity_tolerance", "altitude_tolerance"),
    "social": ("metabolism",),
    "tech": ("cognition", "learning"),
    "longevity": ("lifespan",),
    "magic": ("cognition", "perception"),
    "agility": ("reflex", "coordination"),
    "strength": ("strength", "muscle"),
    "crafting": ("coordination", "analysis"),
    "resilience": ("resilience", "health"),
    "endurance": ("stamina", "resilience"),
}
"""{tendency: the genes that are dominant as often as it says}: from metabolism comes how sociable someone is."""
CALM: Final = "recovery"
"""The gene of agreeable people, which an aggressive people has less often."""


def tendencies(species: str) -> Mapping[str, float]:
    """Return what a people tends to at first, from 0 to 1."""
    known = TENDENCIES.get(species.lower())
    if known is not None:
        return known
    return {name: OTHER_TENDENCY for each in TENDENCIES.values() for name in each}


def dominance(species: str) -> dict[str, float]:
    """Return {gene: the chance of each of its alleles to be dominant} for the first of a people.

    A gene that several tendencies mean has their mean; genes that are not named have the usual chance.
    """
    chances: dict[str, list[float]] = {}
    for tendency, value in tendencies(species).items():
        for gene in GENES.get(tendency, ()):
            chances.setdefault(gene, []).append(value)
        if tendency == "aggression":
            chances.setdefault(CALM, []).append(1 - value)
    return {gene: sum(values) / len(values) for gene, values in chances.items()}
