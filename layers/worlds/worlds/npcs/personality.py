"""What someone is like: five traits from genes and life, moods that pass, and what that makes them choose. Pure.

Source: worlds 18.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from worlds.generation.randomness import Stream
from worlds.npcs.genes import Genes, dominant

Personality = Mapping[str, float]
"""{trait: 0 to 100}"""

OPENNESS: Final = "openness"
CONSCIENTIOUSNESS: Final = "conscientiousness"
EXTRAVERSION: Final = "extraversion"
AGREEABLENESS: Final = "agreeableness"
NEUROTICISM: Final = "neuroticism"
TRAITS: Final = (OPENNESS, CONSCIENTIOUSNESS, EXTRAVERSION, AGREEABLENESS, NEUROTICISM)

GENE_OF: Final[Mapping[str, str]] = {
    OPENNESS: "learning",
    CONSCIENTIOUSNESS: "analysis",
    EXTRAVERSION: "metabolism",
    AGREEABLENESS: "recovery",
    NEUROTICISM: "perception",
}
"""{trait: the gene that it comes from}. The spec does not say which."""
RANGES: Final = ((20, 50), (50, 70), (70, 90))
"""By the number of dominant alleles."""
WITHOUT_GENE: Final = (40, 60)

HIGH, LOW = 70, 30
"""From which, and up to which, a trait shows."""


def _of(*values: int) -> Personality:
    return dict(zip(TRAITS, values, strict=True))


ARCHETYPES: Final[Mapping[str, Personality]] = {
    "adventurer": _of(90, 40, 75, 60, 30),
    "scholar": _of(85, 90, 30, 50, 40),
    "leader": _of(60, 80, 90, 70, 25),
    "hermit": _of(50, 60, 10, 40, 70),
    "merchant": _of(50, 85, 65, 45, 35),
}
EXPERIENCES: Final[Mapping[str, Mapping[str, int]]] = {
    "trauma": {NEUROTICISM: 20},
    "nurture": {AGREEABLENESS: 15},
    "challenge": {CONSCIENTIOUSNESS: 10},
    "social success": {EXTRAVERSION: 10},
    "failure": {NEUROTICISM: 10, CONSCIENTIOUSNESS: -10},
    "exploration": {OPENNESS: 10},
}


class MoodKind(Struct, frozen=True):
    """What a mood does to a trait, and for how many hours."""

    trait: str
    change: int
    hours: float


MOODS: Final[Mapping[str, MoodKind]] = {
    "cheerful": MoodKind(EXTRAVERSION, 5, 1),
    "anxious": MoodKind(NEUROTICISM, 15, 2),
    "angry": MoodKind(AGREEABLENESS, -15, 4),
    "melancholy": MoodKind(EXTRAVERSION, -5, 8),
    "excited": MoodKind(OPENNESS, 10, 2.5),
}


class Mood(Struct, frozen=True):
    """A mood that someone is in; `until` in hours of game time."""

    name: str
    until: float


CHOICES: Final[Mapping[str, tuple[str, int, int]]] = {
    "novel": (OPENNESS, 20, 5),
    "familiar": (OPENNESS, 5, 20),
    "planned": (CONSCIENTIOUSNESS, 25, -10),
    "impulsive": (CONSCIENTIOUSNESS, -15, 20),
    "social": (EXTRAVERSION, 30, -10),
    "solitary": (EXTRAVERSION, -10, 25),
    "cooperative": (AGREEABLENESS, 20, -10),
    "competitive": (AGREEABLENESS, -10, 20),
    "safe": (NEUROTICISM, 30, -5),
    "risky": (NEUROTICISM, -20, 15),
}
"""{what an option is: (the trait that counts, its value if that is high, if it is low)}"""
CHANCE: Final = 20
"""The most that chance adds to an option."""


def from_genes(stream: Stream, genes: Genes) -> dict[str, float]:
    """Return what someone is like from birth."""
    found: dict[str, float] = {}
    for trait, gene in GENE_OF.items():
        low, high = RANGES[dominant(genes[gene])] if gene in genes else WITHOUT_GENE
        found[trait] = round(stream.between(low, high), 1)
    return found


def after(personality: Personality, experience: str) -> dict[str, float]:
    """Return what someone is like after an experience."""
    change = EXPERIENCES[experience]
    return {trait: _clamped(value + change.get(trait, 0)) for trait, value in personality.items()}


def felt(personality: Personality, name: str, at: float) -> Mood:
    """Return a mood that begins at an hour of game time; the anxious keep it longer."""
    return Mood(name, at + MOODS[name].hours * (1 + personality.get(NEUROTICISM, 50) / 100))


def in_mood(personality: Personality, moods: Iterable[Mood], at: float) -> dict[str, float]:
    """Return what someone is like at an hour, with the moods that they are in."""
    now = dict(personality)
    for each in moods:
        if at < each.until:
            kind = MOODS[each.name]
            now[kind.trait] = now.get(kind.trait, 50) + kind.change
    return {trait: _clamped(value) for trait, value in now.items()}


def score(personality: Personality, option: Iterable[str], stream: Stream) -> float:
    """Return how much someone likes an option.

    Args:
        personality: with moods.
        option: what it is, in words of CHOICES.
    """
    worth = 0.0
    for each in option:
        trait, high, low = CHOICES[each]
        value = personality.get(trait, 50)
        worth += high if value >= HIGH else low if value <= LOW else 0
    return worth + stream.between(0, CHANCE)


def choose(personality: Personality, options: Sequence[Iterable[str]], stream: Stream) -> int:
    """Return the number of the option that someone takes."""
    scores = [score(personality, each, stream) for each in options]
    return scores.index(max(scores))


def _clamped(value: float) -> float:
    return max(0.0, min(100.0, value))
